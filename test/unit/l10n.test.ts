import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as l10n from '@vscode/l10n';
import { eachText, faultsOf, readTexts, textsOfSource } from '../../scripts/l10n';
import { ROOT } from '../../scripts/targets';
import { afterKey, suppression } from '../../src/core/ghostText/suppression';
import { percent } from '../../src/core/logits';
import { compact, fixed, listOf, plural, setLanguage, speakAs, whole } from '../../src/core/text/locale';
import { formatBytes } from '../../src/store/format';
import { sourceFiles } from '../support/sources';
import { earlyTranslationsIn, type Found, straysIn } from '../support/texts';

/** What is read and not translated, with the reason. */
const ALLOWED: readonly (readonly [file: RegExp, text: RegExp])[] = [
  // The product's name, alone or before what it says, and icons.
  [/^src\/editor\//, /^(?:\$\([a-z-]+\) ?)?Inkling(?:\S| ·)?$|^\$\(check\)$/],
  // The title of a command that is in no palette: VS Code asks for one.
  [/inlineCompletions\.ts$/, /^Accepted$/],
  // Texts for the model.
  [/speedEstimate\.ts$/, /^The ship left the harbour/],
  [/panel\/view\.ts$/, /^The weather today is\n\nThe future of AI is$/],
  // Terms of the field, and formulas.
  [/webview\/(?:shaping\.tsx|stages\.ts)$/, /^(?:top|min|typical)-[kp]$/i],
  [/webview\/glossary\.ts$/, /^(?:ln p|softmax\(unembed\(layer norm\(hidden state\)\)\))$/],
  // Seen by none but who changes the source, or read by programs.
  [/protocol\.ts$/, /^(?:a span ends where it starts or after|the beams share out evenly among the groups)$/],
  [/suggester\.ts$/, /^The generation says something else than what was typed\.$/],
  [/webview\/ui\.ts$/, /^useUi is called outside the view\.$/],
  [/webview\/chips\.tsx$/, /^branch$/],
  [/serverKey\.ts$/, /^server\.key$/],
  [/paint\.ts$/, /^underline$/],
  [/reports\/html\.ts$/, /^body\{/],
  [/reports\/reports\.ts$/, /getElementById/],
  [/(?:reports|page)\.ts$/, /^'; style-src 'nonce-$/],
  // The terminal speaks English: its pages, the help of its options, and what its tables call their columns for programs.
  [/pictures\/report\.ts$/, /./],
  [/pictures\/request\.ts$/, /^[a-z]/],
  [/pictures\/table\.ts$/, /^[a-z ]+$/],
  // Style sheets, and mark-up cut by a value.
  [/pictures\/(?:html|palette)\.ts$/, /[{;]|monospace$/],
  [/pictures\/svg\.ts$/, /aria-labelledby/],
  [/pictures\/command\.ts$/, /^--file/],
  // The log is for those who help.
  [/workspaceFiles\.ts$/, /^(?:There was no room for|more\.)$/],
];

const shown = ({ file, line, text }: Found) => `${relative(ROOT, file)}:${line} ${JSON.stringify(text)}`;

describe('what a writer reads in the editor', () => {
  const files = ['src/editor', 'src/panel', 'src/preview', 'src/pictures'].flatMap(sourceFiles);

  it('can be translated: no text stands in the source as it is', () => {
    const strays = files.flatMap(straysIn).filter(({ file, text }) => {
      return !ALLOWED.some(([where, what]) => where.test(relative(ROOT, file)) && what.test(text));
    });
    assert.deepEqual(strays.map(shown), []);
  });

  it('is not translated before the language is known', () => {
    assert.deepEqual(sourceFiles('src').flatMap(earlyTranslationsIn).map(shown), []);
  });

  it('is found where it stands bare, and where it is translated too early', () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkling-'));
    try {
      const file = join(folder, 'bare.tsx');
      const bare = ['Open a document first.', 'Trying…', 'Reset'];
      writeFileSync(
        file,
        [
          `say('${bare[0]}');`,
          `const view = <p title={l10n.t('In time?')} class="two names">${bare[1]}</p>;`,
          `const button = { tooltip: done ? '${bare[2]}' : undefined, kind: 'plain' };`,
          "log.info('The memory has read all files.');",
        ].join('\n'),
      );
      assert.deepEqual(
        straysIn(file).map(({ text }) => text),
        bare,
      );
      assert.equal(earlyTranslationsIn(file).length, 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const said: Record<string, string> = {};
  const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: room } of rooms) {
    it(`stands in the file that translators work from, where src/${room} says it: \`npm run l10n\` writes it`, async () => {
      const texts = await textsOfSource(room);
      Object.assign(said, texts);
      const file = readTexts('source');
      assert.deepEqual(Object.fromEntries(Object.keys(texts).map((key) => [key, file[key]])), texts);
    });
  }

  it('stands there only if it is said somewhere', () => {
    assert.deepEqual(Object.keys(readTexts('source')), Object.keys(said).sort());
  });

  it('of the manifest stands in a file of its own', () => {
    const named: string[] = [];
    const { contributes } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    eachText(contributes, (text) => {
      assert.match(text, /^%[\w.-]+%$/, 'package.json names its texts');
      named.push(text.slice(1, -1));
      return text;
    });
    assert.deepEqual(Object.keys(readTexts('manifest')).sort(), [...new Set(named)].sort());
    const bare = JSON.stringify(contributes).match(/"\w*(?:[Mm]essage|[Dd]escription)":"[^%][^"]*"/g);
    assert.deepEqual(bare, null, 'a field that `npm run l10n` does not know');
  });

  it('has the same placeholders, code, links and icons in every language, or a fault is told', () => {
    const original = { a: 'Read {0} of {1} in `x`, see [this](command:y) $(book)', b: 'Yes' };
    assert.deepEqual(faultsOf(original, { a: '$(book) `x`: {1}, {0} [dies](command:y)', b: 'Ja' }), []);
    assert.equal(faultsOf(original, { a: 'Lies {0} in `x`, siehe [dies](command:y) $(book)', b: 'Ja' }).length, 1);
    assert.equal(faultsOf(original, { b: 'Ja', c: 'Nein' }).length, 2);
  });
});

describe('the language of the editor', () => {
  afterEach(() => {
    setLanguage('en');
    l10n.config({ contents: {} });
  });

  it('has its own numbers, lists and plurals', () => {
    setLanguage('de');
    assert.deepEqual(
      [percent(0.1234), percent(0.00001), percent(0.99999), fixed(-1.5, 2), compact(0.25), whole(50257)],
      ['12,3 %', '<0,01 %', '>99,99 %', '-1,50', '0,25', '50.257'],
    );
    assert.equal(formatBytes(1_500_000), '1,5 MB');
    assert.equal(listOf(['a', 'b', 'c']), 'a, b und c');
    setLanguage('fr');
    assert.deepEqual(
      [0, 1, 2].map((count) => plural(count, 'one', 'other')),
      ['one', 'one', 'other'],
    );
    setLanguage('ja');
    assert.equal(plural(1, 'one', 'other'), 'other');
  });

  it('is English where VS Code names one that there is not', () => {
    for (const tag of ['qps-ploc', 'not a language', '']) {
      setLanguage(tag);
      assert.equal(fixed(1.5, 1), '1.5', tag);
    }
  });

  it('is spoken by what does not know the editor, in a process of its own from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkling-'));
    try {
      const bundle = join(folder, 'bundle.json');
      writeFileSync(bundle, JSON.stringify({ 'There are {0} cursors.': '{0} Cursor.' }));
      speakAs({ language: 'de', bundle });
      const cursors = { ...afterKey('', '', 'markdown', {}), languages: ['markdown'], cursors: 2000, construct: null };
      assert.equal(suppression(cursors)?.message, '2.000 Cursor.');
      speakAs({ language: 'de', bundle: join(folder, 'gone.json') });
      assert.equal(fixed(1.5, 1), '1.5', 'English numbers go with English texts');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
