import assert from 'node:assert/strict';
import { nextWords } from '../../../../src/core/analysis';
import type { LanguageModel } from '../../../../src/core/decoding/model';
import { encode, VOCAB_SIZE } from '../../../../src/core/tokenizer';

const [very, ver, y, good, comma, space, bare] = [' very', ' ver', 'y', ' good', ',', ' ', 'very'].map((text) => {
  const ids = encode(text);
  assert.equal(ids.length, 1, `${text} is one token`);
  return ids[0];
});

/** A model whose distribution after a sequence depends on the tokens after the first alone. */
function modelOf(table: Record<string, Record<number, number>>): LanguageModel & { sequences: number } {
  return {
    vocabSize: VOCAB_SIZE,
    contextLength: 1024,
    sequences: 0,
    async forward(sequences) {
      this.sequences += sequences.length;
      return sequences.map((ids) => {
        const logits = new Float32Array(VOCAB_SIZE).fill(-Infinity);
        const probabilities = table[ids.slice(1).join(' ')] ?? { [good]: 1 };
        for (const [id, probability] of Object.entries(probabilities)) logits[Number(id)] = Math.log(probability);
        return { logits };
      });
    },
  };
}

describe('the next word', () => {
  const model = () =>
    modelOf({
      '': { [very]: 0.4, [ver]: 0.2, [good]: 0.2, [comma]: 0.1, [space]: 0.1 },
      [`${very}`]: { [good]: 0.75, [y]: 0.25 },
      [`${ver}`]: { [y]: 0.5, [comma]: 0.5 },
      [`${space}`]: { [bare]: 0.5, [comma]: 0.5 },
    });

  it('has the probability of its tokens and of an end, summed over the ways to spell it', async () => {
    const { words, covered } = await nextWords(model(), [50256]);
    const found = new Map(words.map(({ text, probability, tokenisations }) => [text, { probability, tokenisations }]));
    const near = (text: string, probability: number, tokenisations: number) => {
      const word = found.get(text);
      assert.ok(word && Math.abs(word.probability - probability) < 1e-6, `${text}: ${word?.probability}`);
      assert.equal(word.tokenisations, tokenisations, text);
    };
    near(' very', 0.4 * 0.75 + 0.2 * 0.5 + 0.1 * 0.5, 3);
    near(' veryy', 0.4 * 0.25, 1);
    near(' ver', 0.2 * 0.5, 1);
    near(' good', 0.2, 1);
    near(',', 0.1, 1);
    assert.ok(Math.abs(covered - 1) < 1e-6);
  });

  it('is searched for within a budget', async () => {
    const counted = model();
    const { words, covered } = await nextWords(counted, [50256], { budget: 2 });
    assert.equal(counted.sequences, 2);
    assert.ok(covered < 1);
    assert.ok(words.every(({ probability }) => probability > 0));
  });

  it('stops early once nothing better can come', async () => {
    const counted = model();
    const { words } = await nextWords(counted, [50256], { count: 1 });
    assert.deepEqual(
      words.map(({ text }) => text),
      [' very'],
    );
    assert.ok(counted.sequences <= 5);
  });
});
