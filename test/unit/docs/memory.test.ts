import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTRIBUTES } from '../../../src/manifest';

const ROOT = join(__dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** What the page says, and the test that holds it: its file and the beginning of its title. */
const HELD: readonly (readonly [claim: string, file: string, title: string])[] = [
  [
    'all of it, before and behind the cursor',
    'unit/core/memory/documentMemory',
    'knows the whole document, on both sides',
  ],
  ['as it stands', 'unit/core/memory/writerMemory', 'knows the open document as it is in the editor'],
  ['The nearest folders come first', 'unit/editor/memory/files', 'are the nearest first'],
  ['up to 4.5 MB in all', 'unit/editor/memory/files', 'fit the budget'],
  ['a `.gitignore` leaves out', 'unit/editor/memory/files', 'leaves out what it names'],
  ['`inkling.memory.exclude`, `files.exclude`', 'host/memory', 'reads neither excluded nor ignored files nor code'],
  [
    'front matter, and in Markdown what stands in code fences',
    'unit/core/memory/writerMemory',
    'leaves out front matter',
  ],
  ['that you do not trust', 'unit/editor/memory/files', 'depends on trust'],
  [
    'at `off`',
    'host/memory',
    'knows nothing of the folder with inkling.memory.sources at document, and nothing at all',
  ],
  ['another folder of the window is read', 'unit/core/memory/writerMemory', 'leaves other files out where the open'],
  ['what you delete there is forgotten', 'unit/core/memory/writerMemory', 'forgets a file that is deleted'],
  ['No file is written', 'unit/docs/memory', 'writes no file and opens no connection'],
  ['empties the memory at once', 'host/memory', 'forgets when it is told'],
  ['has the shape of a key', 'unit/core/memory/writerMemory', 'never offers a secret'],
  ['gone with the correction', 'unit/core/memory/documentMemory', 'forgets what was typed and then corrected'],
  ['taken for a slip', 'unit/core/memory/writerMemory', 'does not offer a slip'],
  ['puts the first word of the suggestion on screen', 'host/memory', 'never suggests a word again'],
  ['in the middle of', 'unit/core/memory/documentMemory', 'does not learn the word that is being written'],
  ['completed from their first letters', 'e2e/memory', 'offers a name that another file of the folder holds once'],
  ['with a link to the passage', 'unit/editor/ghostText/why', 'names who made it likely, with a link'],
  ['what both say together', 'unit/panel/webview/stages', 'shape the mixture where that is asked for'],
  ['how many files and words', 'host/memory', 'says for the menu how much it knows'],
  ['out of at most 5,000', 'unit/editor/memory/files', 'are few in a folder of 200,000'],
  ['a folder that comes or goes', 'host/memory', 'forgets the files of a folder that goes away'],
  ['links to files', 'host/memory', 'reads no file by a link to it'],
  ['setting that changes', 'host/memory', 'reads no file that the editor or its search leaves out'],
  ['learns from every place', 'unit/engine/memory', 'learns from what is written where it was asked'],
  ['a proper distribution', 'unit/core/memory/mixture', 'is a distribution over the whole vocabulary'],
  ['about 28 bytes', 'unit/engine/memory', 'holds 300,000 tokens of files in at most 40 bytes each'],
  ['a key costs the reading of the block', 'unit/core/memory/documentMemory', 'reads one block for a key'],
];

describe('the page on the memory', () => {
  const page = read('docs/memory.md').replace(/\s+/g, ' ');

  it('says nothing that no test holds', () => {
    for (const [claim, file, title] of HELD) {
      assert.ok(page.includes(claim), `the page does not say “${claim}”`);
      assert.ok(read(`test/${file}.test.ts`).includes(title), `test/${file}.test.ts has no “${title}”`);
    }
  });

  it('names the settings and commands of the memory', () => {
    const settings = CONTRIBUTES.configuration.flatMap(({ properties }) => Object.keys(properties));
    for (const name of settings.filter((setting) => setting.startsWith('inkling.memory.'))) {
      assert.ok(page.includes(`\`${name}\``), name);
    }
    for (const title of ['Forget', 'Never Suggest This Word', 'Why This Suggestion?']) {
      assert.ok(page.includes(`\`Inkling: ${title}\``), title);
    }
  });

  it('is true of the sources: what keeps the texts writes no file and opens no connection', () => {
    const parts = ['tokenIndex', 'evidence', 'mixture', 'documentMemory', 'workspaceMemory', 'writerMemory', 'prose'];
    const files = [
      ...parts.map((name) => `src/core/memory/${name}.ts`),
      'src/engine/memory/memoryKeeper.ts',
      'src/engine/memory/memoryReader.ts',
      'src/engine/memory/mixedTokens.ts',
      'src/editor/memory/memory.ts',
      'src/editor/memory/proseFiles.ts',
      'src/editor/memory/workspaceFiles.ts',
    ];
    for (const file of files) {
      assert.doesNotMatch(read(file), /node:|writeFile|fetch\(|globalState|workspaceState|storageUri/, file);
    }
  });
});
