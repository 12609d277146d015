import assert from 'node:assert/strict';
import { levelOf, USUAL_LEVELS } from '../../../../src/core/analysis';
import { heatSpans, levelsOf } from '../../../../src/editor/heatmap/levels';
import { rankSentences } from '../../../../src/editor/heatmap/sentences';
import type { HeatToken } from '../../../../src/editor/heatmap/textScores';
import { tokenize } from '../../../support/gpt2';

/** Tokens of a text, each with the bits that `bitsOf` gives it. */
const scored = (text: string, bitsOf: (token: string) => number): HeatToken[] =>
  tokenize(text).map(({ text, utf16 }) => ({ utf16, logprob: -bitsOf(text) * Math.LN2, rank: 0, top: [] }));

const LEVELS = [3, 6, 9, 12];

describe('levels of surprisal', () => {
  it('begin at their limits', () => {
    const bits = [0, 2.9, 3, 6, 11.9, 12, 40];
    assert.deepEqual(
      bits.map((bit) => levelOf(bit, LEVELS)),
      [-1, -1, 0, 1, 2, 3, 3],
    );
  });

  it('tint a quarter of the words of ordinary text, and fewer the stronger, whatever the model finds hard', () => {
    const words = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? ' so' : ' far'));
    const text = words.join('');
    for (const scale of [1, 3]) {
      let i = 0;
      const tokens = scored(text, () => -scale * 5 * Math.log(1 - ((i++ * 7919) % 400) / 400));
      const levels = levelsOf(text, tokens);
      const spans = heatSpans(text, tokens, 'word', levels);
      const share = (level: number) => spans.filter((span) => span.level >= level).length / words.length;
      assert.deepEqual(
        [0.25, 0.12, 0.05, 0.015].map((wanted, level) => Math.abs(share(level) - wanted) <= 0.03),
        [true, true, true, true],
        `${levels}: ${[0, 1, 2, 3].map(share)}`,
      );
    }
  });

  it('leave a flat text bare, and are the usual ones in a short text', () => {
    const flat = ' so'.repeat(100);
    const tokens = scored(flat, () => 1);
    assert.deepEqual(heatSpans(flat, tokens, 'word', levelsOf(flat, tokens)), []);
    assert.equal(
      levelsOf(
        'So far.',
        scored('So far.', () => 20),
      ),
      USUAL_LEVELS,
    );
  });

  it('keep the punctuation apart from its word', () => {
    const text = 'a fact!';
    const tokens = scored(text, (token) => (token === '!' ? 9 : 1));
    assert.deepEqual(heatSpans(text, tokens, 'word', LEVELS), [{ utf16: [6, 7], level: 2 }]);
  });

  it('colour tokens without the space before them', () => {
    const text = 'a Tokenization';
    const spans = heatSpans(
      text,
      scored(text, (token) => (token === 'a' ? 1 : 7)),
      'token',
      LEVELS,
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
      LEVELS,
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
        LEVELS,
      ),
      [],
    );
    assert.deepEqual(
      heatSpans(
        text,
        scored(text, () => 20),
        'word',
        LEVELS,
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
