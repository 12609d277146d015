import assert from 'node:assert/strict';
import type { Suggestion } from '../../../../src/core/completion/types';
import { gate, leastRest, type Moment, stays, worth } from '../../../../src/core/ghostText/gate';
import { TypingPace } from '../../../../src/core/ghostText/pace';
import { suggestion } from './support';

/** Probabilities come true as they are; at a rate of 0.3 a suggestion must be worth two characters. */
const plain = {
  probability: [
    [0, 0],
    [1, 1],
  ],
  rates: [
    [0, 4],
    [0.3, 2],
    [1, 0],
  ],
};

/** A suggestion of words of which all up to each are right with these probabilities. */
function words(text: string, ...right: number[]): Suggestion {
  const ends = Array.from(text.matchAll(/\S(?=\s|$)/g), ({ index }) => index + 1);
  return {
    ...suggestion([text]),
    begins: [right[0]],
    words: ends.map((length, i) => ({ length, confidence: 0, logprob: Math.log(right[i]) })),
  };
}

const resting: Moment = { rate: 0.3, before: 'It was', pace: new TypingPace(), waited: Number.POSITIVE_INFINITY };
const shown = (given: Suggestion, moment = resting) =>
  gate({ suggestions: [given], reason: 'sentence' }, moment, plain).completion.suggestions[0]?.text;

describe('what a suggestion is worth', () => {
  it('is what it can be expected to save, word by word, less the key that takes it', () => {
    assert.ok(Math.abs(worth(words(' very', 0.5), plain) - 0.5 * (5 - 1)) < 1e-9);
    assert.ok(Math.abs(worth(words(' very good', 0.5, 0.4), plain) - (0.5 * 4 + 0.4 * 5)) < 1e-9);
    assert.equal(worth(words('a', 1), plain), 0, 'Tab costs as much as typing it');
  });

  it('goes by how probabilities turn out', () => {
    const halved = {
      ...plain,
      probability: [
        [0, 0],
        [1, 0.5],
      ],
    };
    assert.ok(Math.abs(worth(words(' very', 0.8), halved) - 0.4 * 4) < 1e-9);
  });
});

describe('the gate', () => {
  it('leaves no quotation open that what it leaves out would have closed', () => {
    assert.equal(shown(words(' said, “So it is.”', 0.9, 0.8, 0.7, 0.01)), ' said,');
    assert.equal(shown(words(' left (so) at once.', 0.9, 0.8, 0.7, 0.01)), ' left (so) at');
    assert.equal(shown(words(' “So it is.”', 0.9, 0.8, 0.01)), undefined);
    assert.equal(shown(words(' is,” he said.', 0.9, 0.8, 0.01), { ...resting, before: '“It' }), ' is,” he');
  });

  it('shows what is worth as much as the rate asks for', () => {
    assert.equal(shown(words(' very', 0.6)), ' very');
    assert.equal(shown(words(' very', 0.4)), undefined, 'not worth it');
    assert.equal(shown(words(' extraordinarily', 0.15)), undefined, 'worth it, and hardly ever right');
    assert.equal(shown(words(' so', 0.9)), undefined, 'too short to be worth it');
    assert.equal(shown(words(' very', 0.4), { ...resting, rate: 0.9 }), ' very');
    assert.equal(shown(words(' very', 1), { ...resting, rate: 0 }), undefined);
    assert.equal(shown(words(' very', 0.01), { ...resting, rate: 1 }), ' very');
  });

  it('shows no one or two letters, and there is nothing to take with them', () => {
    assert.equal(shown(words('ry', 1), { ...resting, rate: 0.9 }), undefined);
    assert.equal(shown(words(' a', 1), { ...resting, rate: 0.9 }), undefined);
    assert.equal(shown(words('ery', 1), { ...resting, rate: 0.9 }), 'ery');
  });

  it('lets them stay for a glance, and as long as there is where nothing is held back', () => {
    assert.deepEqual(
      [stays({ text: 'ry' }, 100, 0.3), stays({ text: 'ry' }, 200, 0.3), stays({ text: 'ery' }, 900, 0.3)],
      [true, false, true],
    );
    assert.deepEqual([stays({ text: ' a' }, 900, 0.3), stays({ text: ' a' }, 900, 1)], [false, true]);
  });

  it('asks for more of a writer who takes little, and for less of one who takes much', () => {
    const very = words(' very', 0.6);
    assert.equal(shown(very, { ...resting, learnt: 0.5 }), undefined, 'worth 2.4, and 2.5 are asked for');
    const hardly = words(' very', 0.4);
    assert.equal(shown(hardly, { ...resting, learnt: -0.5 }), ' very', 'worth 1.6, and 1.5 are asked for');
  });

  it('shows nothing that no pause could make safe', () => {
    const { completion, waitMs } = gate(
      { suggestions: [words('ery', 1)], reason: 'sentence' },
      { ...resting, rate: 0.9, waited: 1_501 },
      plain,
    );
    assert.deepEqual([completion.suggestions, completion.reason, waitMs], [[], 'unsure', undefined]);
  });

  it('judges a first word of a letter or two by what comes with it', () => {
    assert.equal(shown(words(' a wonderful', 0.9, 0.15)), undefined, 'together hardly ever right');
    assert.equal(shown(words(' a wonderful', 0.9, 0.25)), ' a wonderful');
    assert.equal(shown(words(' the wonderful', 0.9, 0.15)), ' the wonderful', 'one of three is judged alone');
  });

  it('judges a beginning of a word, which has no end yet, by its first key', () => {
    const begun = (right: number) => ({ ...suggestion([' extraord']), begins: [right], words: [] });
    const open = { ...plain, rates: [[0.3, -1]] };
    const isShown = (right: number) =>
      gate({ suggestions: [begun(right)], reason: 'sentence' }, { ...resting, learnt: -1 }, open).completion.suggestions
        .length > 0;
    assert.deepEqual([isShown(0.1), isShown(0.3)], [false, true]);
  });

  it('shows nothing of what the model need not write, before the first word is typed or after', () => {
    assert.equal(leastRest(1), Number.NEGATIVE_INFINITY);
    for (const rate of [0.1, 0.3, 0.6, 0.9]) {
      const little = Math.exp(leastRest(rate)) * 0.99;
      for (const first of [0.3, 0.6, 1]) {
        const whole = words(' extraordinarily uncomfortable', first, first * little);
        const texts = (given: Suggestion) => {
          const { suggestions } = gate({ suggestions: [given], reason: 'sentence' }, { ...resting, rate }).completion;
          return suggestions.map(({ text }) => text);
        };
        assert.ok(texts(whole).every((text) => text === ' extraordinarily'));
        assert.deepEqual(texts(words(' uncomfortable', little)), []);
      }
    }
  });

  it('shows words as long as it is likely that all are right', () => {
    assert.equal(shown(words(' very good day', 0.9, 0.5, 0.04)), ' very good');
    assert.equal(shown(words(' very good day', 0.9, 0.5, 0.1)), ' very good day');
  });

  it('cuts the tokens where it cuts the words', () => {
    const whole = suggestion(['ve', ' very', ' good'], 've');
    const ends = [0.9, 0.02].map((right, i) => {
      return { length: [5, 10][i], confidence: -i, logprob: Math.log(right) };
    });
    const { completion } = gate({ suggestions: [{ ...whole, words: ends }], reason: 'sentence' }, resting, plain);
    const [{ text, tokens, logprob, confidence, next }] = completion.suggestions;
    assert.deepEqual(
      [text, tokens.map((token) => token.text), logprob, confidence, next?.text],
      [' very', ['ve', ' very'], -2, -0, ' good'],
    );
  });

  it('says what was found and what is asked for where it shows nothing', () => {
    const { completion } = gate({ suggestions: [words(' very', 0.4)], reason: 'sentence' }, resting, plain);
    assert.equal(completion.reason, 'unsure');
    assert.ok(Math.abs((completion.heldBack?.worth ?? 0) - 1.6) < 1e-9);
    assert.equal(completion.heldBack?.wanted, 2);
  });

  it('lets pass as it is what is no suggestion', () => {
    const nothing = { suggestions: [], reason: 'repeats' } as const;
    assert.equal(gate(nothing, resting, plain).completion, nothing);
  });

  it('waits for a pause where the next key may take it away, and not where it will hardly', () => {
    const typing = { ...resting, waited: 20 };
    const at = (given: Suggestion, waited: number, before = 'It wa') =>
      gate({ suggestions: [given], reason: 'sentence' }, { ...typing, waited, before }, plain);
    assert.equal(at(words(' very good', 0.99, 0.9), 20).waitMs, undefined);
    assert.equal(at(words(' very good', 0.99, 0.9), 20).completion.suggestions.length, 1);
    const { completion, waitMs } = at(words(' very good', 0.7, 0.5), 20);
    assert.deepEqual(completion.suggestions, []);
    assert.ok(waitMs !== undefined && waitMs > 0, `${waitMs}`);
    assert.equal(at(words(' very good', 0.7, 0.5), 20 + waitMs).completion.suggestions.length, 1, 'after the pause');
    const sentence = at(words('Then he', 0.7, 0.5), 20, 'It was. ').waitMs ?? 0;
    assert.ok(sentence < waitMs, 'a writer pauses longer before a sentence');
  });

  it('waits for a longer pause after a deletion, for the writer may delete on', () => {
    const sure = { suggestions: [words(' very good', 0.99, 0.9)], reason: 'sentence' } as const;
    const { completion, waitMs } = gate(sure, { ...resting, waited: 20, deleted: true }, plain);
    assert.deepEqual(completion.suggestions, []);
    assert.ok(waitMs !== undefined && waitMs > 0, `${waitMs}`);
    assert.equal(gate(sure, { ...resting, waited: 20 + waitMs, deleted: true }, plain).waitMs, undefined);
  });

  it('waits where a first word of a letter is sure and what follows is not', () => {
    const at = (...right: number[]) =>
      gate({ suggestions: [words('e wonderful', ...right)], reason: 'sentence' }, { ...resting, waited: 50 }, plain);
    assert.equal(at(0.99, 0.98).completion.suggestions.length, 1);
    const unsure = at(0.99, 0.3);
    assert.deepEqual(unsure.completion.suggestions, []);
    assert.ok(unsure.waitMs !== undefined, 'it is worth it, after a pause');
  });

  it('waits with what would be typed before it is read', () => {
    const at = (text: string) =>
      gate(
        { suggestions: [words(text, 1)], reason: 'sentence' },
        { ...resting, rate: 0.3, waited: 90 },
        {
          ...plain,
          rates: [[0.3, 1]],
        },
      ).completion.suggestions.length;
    assert.deepEqual([at('ery'), at('erything')], [0, 1]);
  });
});
