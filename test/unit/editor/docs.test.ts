import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTRIBUTES } from '../../../src/manifest';

const page = readFileSync(join(__dirname, '../../../docs/ghost-text.md'), 'utf8');

describe('the page on ghost text', () => {
  it('names every command of the editor', () => {
    const others =
      /NextToken|HeatMap|Sentence$|Model|HubToken|ServerKey|install|import|remove|absorbTab|dismiss|lesson/i;
    for (const { command, title } of CONTRIBUTES.commands) {
      if (command !== 'inkling.acceptSentence' && others.test(command)) continue;
      assert.ok(page.includes(`\`Inkling: ${title}\``), title);
    }
  });
});
