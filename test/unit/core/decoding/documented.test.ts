import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { withTable } from '../../../../scripts/decodingDocs';
import { OPTIONS, UNSUPPORTED } from '../../../../src/core/decoding/options';

describe('docs/decoding.md', () => {
  const page = readFileSync(new URL('../../../../docs/decoding.md', import.meta.url), 'utf8');

  it('has the table that the options make; `npm run docs:decoding` writes it', () => {
    assert.equal(page, withTable(page));
    for (const option of Object.keys(OPTIONS)) assert.ok(page.includes(`\`${option}\``), option);
  });

  it('names what is always refused', () => {
    for (const option of Object.keys(UNSUPPORTED)) assert.ok(page.includes(`\`${option}\``), option);
  });
});
