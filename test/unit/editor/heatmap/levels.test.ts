import assert from 'node:assert/strict';
import { heatSpans, levelOf } from '../../../../src/editor/heatmap/levels';
import { rankSentences } from '../../../../src/editor/heatmap/sentences';
import type { HeatToken } from '../../../../src/editor/heatmap/textScores';
import { tokenize } from '../../../support/gpt2';

/** Tokens of a text, each with the bits that `bitsOf` gives it. */
const scored = (text: string, bitsOf: (token: string) => number): HeatToken[] =>
  tokenize(text).map(({ text, utf16 }) => ({ utf16, logprob: -bitsOf(text) * Math.LN2, rank: 0, top: [] }));

describe('levels of surprisal', () => {
  it('begin at their limits', () => {
    assert.deepEqual([0, 2.9, 3, 6, 11.9, 12, 40].map(levelOf), [-1, -1, 0, 1, 2, 3, 3]);
  });

  it('colour tokens without the space before them', () => {
    const text = 'a Tokenization';
    const spans = heatSpans(
      text,
      scored(text, (token) => (token === 'a' ? 1 : 7)),
      'token',
    );
    assert.deepEqual(
      spans.map(({ utf16: [from, to], level }) => [text.slice(from, to), level]),
      [
        ['Token', 1],
        ['ization', 1],
      ],
    );
  });

  it('colour words by the sum of their tokens', () => {
    const text = 'a Tokenization';
    const spans = heatSpans(
      text,
      scored(text, (token) => (token === 'a' ? 1 : 7)),
      'word',
    );
    assert.deepEqual(spans, [{ utf16: [2, 14], level: 3 }]);
  });

  it('leave white space alone', () => {
    const text = '\n\n\t \n';
    assert.deepEqual(
      heatSpans(
        text,
        scored(text, () => 20),
        'token',
      ),
      [],
    );
    assert.deepEqual(
      heatSpans(
        text,
        scored(text, () => 20),
        'word',
      ),
      [],
    );
  });
});

describe('sentences', () => {
  const text =
    'This one is quite flat and dull. Zebras juggle quantum marmalade in silence. The middle one is neither of them.';
  const bits = (token: string) =>
    /Z|ebr|jugg|quant|marm|silence/.test(token) ? 15 : /middle|neither/.test(token) ? 5 : 1;

  it('are listed from the flattest and from the most surprising, none twice', () => {
    const { flattest, mostSurprising } = rankSentences(text, scored(text, bits), 10);
    assert.match(flattest[0].text, /^This one/);
    assert.match(mostSurprising[0].text, /^Zebras/);
    assert.equal(flattest.length + mostSurprising.length, 3);
    assert.ok(flattest[0].bitsPerToken < mostSurprising[0].bitsPerToken);
  });

  it('are left out while they have no scores, or too few tokens', () => {
    assert.deepEqual(rankSentences(text, [], 10), { flattest: [], mostSurprising: [] });
    assert.deepEqual(
      rankSentences(
        'No. Yes.',
        scored('No. Yes.', () => 1),
        10,
      ),
      { flattest: [], mostSurprising: [] },
    );
  });
});
