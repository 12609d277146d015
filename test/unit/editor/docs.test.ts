import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contributes } from '../../../package.json';

const page = readFileSync(join(__dirname, '../../../docs/ghost-text.md'), 'utf8');
const OTHERS = /^inkling\.(heatMap|hub|model\.(keepDownload|offer))/;

describe('the page on ghost text', () => {
  it('names every setting with its default', () => {
    for (const [name, schema] of Object.entries(contributes.configuration.properties)) {
      if (OTHERS.test(name)) continue;
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      assert.ok(row, `${name} is missing`);
      if (typeof schema.default === 'number' || (typeof schema.default === 'string' && schema.default !== '')) {
        assert.match(row.split('|')[2], new RegExp(`${schema.default}`), name);
      }
    }
  });

  it('names every command of the editor', () => {
    const others = /NextToken|HeatMap|Sentence$|Model|install|import|remove/i;
    for (const { command, title } of contributes.commands) {
      if (command !== 'inkling.acceptSentence' && others.test(command)) continue;
      assert.ok(page.includes(`\`Inkling: ${title}\``), title);
    }
  });
});
