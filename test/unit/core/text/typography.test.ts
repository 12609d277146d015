import assert from 'node:assert/strict';
import { typeset, typographyOf } from '../../../../src/core/text/typography';

const NB = '\u00a0';
const NARROW = '\u202f';
const CURLY = { quotes: { open: '“', close: '”' }, apostrophe: '’' } as const;
const STRAIGHT = { quotes: { open: '"', close: '"' }, apostrophe: "'" } as const;

/** The text after `before`, cut into tokens of so many characters. */
function set(before: string, text: string, typography: Parameters<typeof typeset>[3], size = 3): string {
  const tokens = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => {
    return { text: text.slice(i * size, (i + 1) * size) };
  });
  return typeset(tokens, before, 0, typography)
    .map((token) => token.text)
    .join('');
}

describe('the typography of a text', () => {
  it('is what prevails', () => {
    assert.deepEqual(typographyOf('He said, “it’s so” — and it’s'), { ...CURLY, dash: '—' });
    assert.deepEqual(typographyOf('"It\'s so," he said -- he did.'), { ...STRAIGHT, dash: '--' });
    assert.deepEqual(typographyOf('It was.  It is.  I say.'), { sentenceSpaces: 2 });
    assert.deepEqual(typographyOf('It was – so. It is.'), { dash: '–', sentenceSpaces: 1 });
    assert.deepEqual(typographyOf('nothing'), {});
  });

  for (const [language, text, open, close] of [
    ['German', 'Er sagte: „So ist es.“ Und: „Nein“, sagte sie.', '„', '“'],
    ['Polish', 'Powiedział: „Tak jest” i „nie”.', '„', '”'],
    ['Swedish', 'Han sade: ”Så är det.” Och: ”Nej.”', '”', '”'],
    ['Spanish', 'Dijo: «Así es». Y ella: «No».', '«', '»'],
    ['Danish', 'Han sagde: »Sådan er det.« Og: »Nej.«', '»', '«'],
    ['French', `Il dit : «${NB}C’est ainsi.${NB}» Elle : «${NB}Non${NB}», dit-elle.`, `«${NB}`, `${NB}»`],
    [
      'French with narrow spaces',
      `«${NARROW}Oui${NARROW}», dit-il. «${NARROW}Non.${NARROW}»`,
      `«${NARROW}`,
      `${NARROW}»`,
    ],
    ['French with plain spaces', 'Il dit : « C’est ainsi. » Puis « oui », dit-il.', '« ', ' »'],
  ] as const) {
    it(`knows ${language} quotation marks`, () => {
      assert.deepEqual(typographyOf(text).quotes, { open, close });
    });
  }

  it('knows the spaces of French before marks, and none in English', () => {
    const french = typographyOf(`Quoi${NARROW}? Non${NARROW}! Voici${NB}: un${NB}; deux. Encore${NB}: trois.`);
    assert.equal(french.spaceBeforeMark, NARROW);
    assert.equal(french.spaceBeforeColon, NB);
    const english = typographyOf('What? No! Here: one; two, at 10:30 (see https://example.org :).');
    assert.equal(english.spaceBeforeMark, undefined);
    assert.equal(english.spaceBeforeColon, undefined);
  });
});

describe('a suggestion', () => {
  it('has the quotes and apostrophes of the document, wherever its tokens are cut', () => {
    for (const size of [1, 2, 3, 50]) {
      assert.equal(set('He said,', ' "it\'s so," and left.', CURLY, size), ' “it’s so,” and left.');
      assert.equal(set('He said,', ' “it’s so,” and left.', STRAIGHT, size), ' "it\'s so," and left.');
      const german = { quotes: { open: '„', close: '“' } };
      assert.equal(set('Er sagte:', ' "So ist es", und ging.', german, size), ' „So ist es“, und ging.');
      assert.equal(set('Er sagte:', ' “So ist es”, und ging.', german, size), ' „So ist es“, und ging.');
      const french = { quotes: { open: `«${NB}`, close: `${NB}»` } };
      assert.equal(set('Il dit :', ' "Oui", et partit.', french, size), ` «${NB}Oui${NB}», et partit.`);
      assert.equal(set('Il dit :', ' « Oui », et partit.', french, size), ` «${NB}Oui${NB}», et partit.`);
      assert.equal(set('Il dit :', ` «${NB}Oui${NB}».`, french, size), ` «${NB}Oui${NB}».`);
      const english = { quotes: { open: '“', close: '”' } };
      assert.equal(set('He said', ' « yes », and left.', english, size), ' “yes”, and left.');
      const danish = { quotes: { open: '»', close: '«' } };
      assert.equal(set('Han sagde:', ' «Ja», og »nej«.', danish, size), ' »Ja«, og »nej«.');
    }
  });

  it('keeps the quotes of the model where the document shows none', () => {
    assert.equal(set('Er sagte:', ' „So“ und «so».', { apostrophe: '’' }), ' „So“ und «so».');
    assert.equal(set('He said', ' "so".', { apostrophe: '’' }), ' “so”.');
    assert.equal(set('He said', ' “so”.', { apostrophe: "'" }), ' "so".');
    assert.equal(set('He said', ' "it\'s”', {}), ' "it\'s”');
  });

  it('closes a single quote that the writer opened in German, and shortens words elsewhere', () => {
    const german = { quotes: { open: '„', close: '“' }, apostrophe: '’' } as const;
    assert.equal(set('Er sagte: „Das ‚alte', " Haus' steht.", german), ' Haus‘ steht.');
    assert.equal(set('Er sagte: „So', " geht's nicht.", german), ' geht’s nicht.');
  });

  it('has an apostrophe where a word is shortened at its beginning', () => {
    assert.equal(set('So', " 'tis true, and 'twas.", CURLY), ' ’tis true, and ’twas.');
    assert.equal(set('In the', " '90s they did 'cause they could.", CURLY), ' ’90s they did ’cause they could.');
    assert.equal(set('So', " 'the cat' left.", CURLY), ' ‘the cat’ left.');
  });

  it('has the dashes and the sentence spacing of the document', () => {
    for (const size of [1, 3]) {
      assert.equal(set('He left', ' -- and so did she.', { dash: '—' }, size), ' — and so did she.');
      assert.equal(set('He left', '—and so did she.', { dash: '--' }, size), '--and so did she.');
    }
    assert.equal(set('He left.', ' So did she.', { sentenceSpaces: 2 }), '  So did she.');
    assert.equal(set('He left.', ' So did she.', { sentenceSpaces: 1 }), ' So did she.');
  });

  it('has the spaces of French before its marks, and breaks neither times nor faces', () => {
    const french = { spaceBeforeMark: NARROW, spaceBeforeColon: NB };
    for (const size of [1, 2, 50]) {
      assert.equal(set('Mais', ' quoi? Non !', french, size), ` quoi${NARROW}? Non${NARROW}!`);
      assert.equal(set('Voici', ' tout: à 10:30, enfin :)', french, size), ` tout${NB}: à 10:30, enfin :)`);
      assert.equal(set('Quoi', '?!', french, size), `${NARROW}?!`);
    }
    assert.equal(set('Quoi', ' !', {}), ' !');
  });

  it('leaves what the writer typed as it is', () => {
    const tokens = [{ text: ' "s' }, { text: 'o"' }];
    assert.deepEqual(
      typeset(tokens, 'He said "s', 3, CURLY).map(({ text }) => text),
      [' "s', 'o”'],
    );
  });
});
