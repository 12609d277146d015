import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scorePassages, wordSpans } from '../../../../src/core/analysis';
import { sentenceSpans } from '../../../../src/core/text/sentences';
import { tokenize } from '../../../support/gpt2';

/** The tokens of a text, the n-th with the log-probability -(2 ** n): every sum tells which tokens are in it. */
const scored = (text: string) => tokenize(text).map(({ utf16 }, n) => ({ utf16, logprob: -(2 ** n) }));

const words = (text: string) =>
  scorePassages(text, wordSpans(text), scored(text)).map(({ text: word, logprob }) => [word, logprob]);

describe('analysis: words and sentences', () => {
  it('sums the tokens of each word, its leading space included', () => {
    assert.deepEqual(
      tokenize('Tokenization of Transformers.').map(({ display }) => display),
      ['Token', 'ization', 'Ġof', 'ĠTransformers', '.'],
    );
    assert.deepEqual(words('Tokenization of Transformers.'), [
      ['Tokenization', -1 - 2],
      ['of', -4],
      ['Transformers', -8],
      ['.', -16],
    ]);
  });

  it('keeps punctuation apart from its word, and whole what is written in one', () => {
    const parts = (text: string) => wordSpans(text).map((span) => text.slice(...span));
    assert.deepEqual(parts('“Don’t,” he said—at 3.14 o’clock…'), [
      ...['“', 'Don’t', ',”', 'he', 'said', '—', 'at', '3.14', 'o’clock', '…'],
    ]);
    assert.deepEqual(parts('**bold** well-known'), ['**', 'bold', '**', 'well-known']);
  });

  it('gives tokens of white space to no word', () => {
    assert.deepEqual(words('a\n\nb  c '), [
      ['a', -1],
      ['b', -8],
      ['c', -32],
    ]);
    assert.deepEqual(words(' \n '), []);
    assert.deepEqual(words(''), []);
  });

  it('counts the parts of a character once, for the word it is in', () => {
    const text = '🚀 🦙';
    const parts = tokenize('🚀').length;
    const all = tokenize(text).length;
    assert.ok(parts > 1);
    assert.deepEqual(words(text), [
      ['🚀', -(2 ** parts - 1)],
      ['🦙', -(2 ** all - 2 ** parts)],
    ]);
  });

  it('says so where a token has no log-probability', () => {
    const [first, ...rest] = scored('Tokenization of');
    const passages = scorePassages('Tokenization of', wordSpans('Tokenization of'), [
      { ...first, logprob: null },
      ...rest,
    ]);
    assert.deepEqual(
      passages.map(({ logprob, tokens }) => [logprob, tokens]),
      [
        [null, [0, 2]],
        [-4, [2, 3]],
      ],
    );
    assert.equal(scorePassages('a', [[0, 1]], [])[0].logprob, null);
  });

  it('finds sentences without the white space around them', () => {
    const text = 'It rained. "It did," she said.\n\nIt did 🚀!  ';
    const sentences = scorePassages(text, sentenceSpans(text), scored(text));
    assert.deepEqual(
      sentences.map((sentence) => sentence.text),
      ['It rained.', '"It did," she said.', 'It did 🚀!'],
    );
    for (const { utf16, text: sentence } of sentences) assert.equal(text.slice(...utf16), sentence);
    assert.deepEqual(sentenceSpans(' \n '), []);
  });

  it('on any text, each token that touches a word or its punctuation belongs to the first of them', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom(' ', '\n', '\u3000', '\u0085', '\ufeff'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const text = pieces.join('');
        const tokens = scored(text);
        const passages = scorePassages(text, wordSpans(text), tokens);
        for (const [i, token] of tokens.entries()) {
          const touched = passages.findIndex(({ utf16 }) => token.utf16[0] < utf16[1] && token.utf16[1] > utf16[0]);
          const holders = passages.flatMap(({ tokens: own }, at) => (own[0] <= i && i < own[1] ? [at] : []));
          assert.deepEqual(holders, touched < 0 ? [] : [touched]);
        }
      }),
      { numRuns: 1000, seed: 50257 },
    );
  });
});
