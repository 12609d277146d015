import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { OPTIONS, UNSUPPORTED } from '../../../../src/core/decoding/rules';

describe('docs/decoding.md', () => {
  const text = readFileSync(new URL('../../../../docs/decoding.md', import.meta.url), 'utf8');
  for (const option of [...OPTIONS, ...Object.keys(UNSUPPORTED)]) {
    it(`tells of ${option}`, () => assert.ok(text.includes(`\`${option}\``)));
  }
});
