import assert from 'node:assert/strict';
import * as l10n from '@vscode/l10n';
import { readTexts } from '../../../scripts/l10n';
import { setLanguage } from '../../../src/core/text/locale';
import { toSvg } from '../../../src/pictures/draw';
import type { Figure } from '../../../src/pictures/figure';
import { toPage } from '../../../src/pictures/html';
import { toCsv, toJson, toMarkdown } from '../../../src/pictures/table';
import { FIGURES, TOKENS } from './figures';

/** Words that a figure has of its own, which no translation touches. */
function ownWords(figure: Figure): Set<string> {
  const { text, origin } = figure;
  const texts = JSON.stringify([text, origin, 'utf16', 'inkling'], (key, value) =>
    key === 'status' || key === 'name' ? undefined : value,
  );
  const drawn = JSON.stringify(figure, (key, value) =>
    /^(?:text|display)$/.test(key) || typeof value === 'object' ? value : null,
  );
  return new Set([...`${texts} ${drawn} tiny model top k`.matchAll(/\p{L}+/gu)].map(([word]) => word));
}

describe('pictures in another language', () => {
  const unread = /<style[\s\S]*?<\/style>|<[^<>]*>/g;

  beforeEach(() => setLanguage('de'));
  afterEach(() => {
    l10n.config({ contents: {} });
    setLanguage('en');
  });

  /** Every text is written in Greek letters, so that whatever has none of them was not translated. */
  function speakGreek(): void {
    const greek = (text: string) =>
      text.replaceAll(/\{\d+\}|[A-Za-z]+/g, (word) => (word.startsWith('{') ? word : 'λ'));
    l10n.config({
      contents: Object.fromEntries(Object.keys(readTexts('source')).map((text) => [text, greek(text)])),
    });
  }

  it('have no word of English left, in the picture, on the page and in the table', () => {
    speakGreek();
    const every: Figure[] = [...FIGURES, { ...TOKENS, colour: 'rank' }, { ...TOKENS, colour: 'boundary' }];
    for (const figure of every) {
      const own = ownWords(figure);
      for (const written of [toSvg(figure), toPage([figure]), toMarkdown(figure)]) {
        const titles = [...written.matchAll(/ title="([^"]*)"/g)].map(([, title]) => title).join(' ');
        const read = `${written.replaceAll(unread, ' ')} ${titles}`.replaceAll(/&\w+;|&#\d+;/g, ' ');
        const english = [...read.matchAll(/[A-Za-z]+/g)].map(([word]) => word).filter((word) => !own.has(word));
        assert.deepEqual(english, [], figure.kind);
      }
    }
  });

  it('have numbers as the language writes them, and programs get them as they always are', () => {
    const next = FIGURES[1];
    const [csv, json] = [toCsv(next), toJson(next)];
    l10n.config({ contents: readTexts('source', 'de') as Record<string, string> });
    assert.match(toSvg(next), />62,5 %<[\s\S]*>9,50<[\s\S]*Entropie 1,50 Bit: so unentschieden wie zwischen 2,8 /);
    assert.match(toMarkdown(next), /^\| Token \| id \| Wahrscheinlichkeit \|[\s\S]*\| `␣the` \| 262 \| 0,625 \|/i);
    assert.match(toPage([next]), /<html lang="de">[\s\S]*<td class="number">0,625<\/td>/);
    setLanguage('en');
    l10n.config({ contents: {} });
    assert.deepEqual([toCsv(next), toJson(next)], [csv, json]);
    setLanguage('de');
    assert.deepEqual([toCsv(next), toJson(next)], [csv, json]);
  });

  it('say one of a thing as the language does', () => {
    const one = { ...TOKENS, tokens: TOKENS.tokens.slice(0, 1) };
    assert.match(toSvg(one), /<title[^>]*>1 token as tiny &lt;model&gt; reads it</);
    l10n.config({ contents: readTexts('source', 'de') as Record<string, string> });
    assert.match(toSvg(FIGURES[FIGURES.length - 1]), /<title[^>]*>Surprisal von 2 Wörtern</);
  });
});
