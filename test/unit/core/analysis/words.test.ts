import assert from 'node:assert/strict';
import { nextWords } from '../../../../src/core/analysis';
import type { TextModel } from '../../../../src/core/decoding/model';
import { gpt2Tokenizer } from '../../../../src/core/tokenizer';
import { encode, VOCAB_SIZE } from '../../../support/gpt2';

const [very, ver, y, good, comma, space, bare] = [' very', ' ver', 'y', ' good', ',', ' ', 'very'].map((text) => {
  const ids = encode(text);
  assert.equal(ids.length, 1, `${text} is one token`);
  return ids[0];
});

/** A model whose distribution after a sequence depends on the tokens after the first alone. */
function modelOf(table: Record<string, Record<number, number>>): TextModel & { sequences: number } {
  return {
    vocabSize: VOCAB_SIZE,
    contextLength: 1024,
    tokenizer: gpt2Tokenizer(),
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

  it('begins with the character that the text ends within', async () => {
    const [half, other] = encode('’');
    const [t] = encode('t');
    const broken = modelOf({
      [`${half}`]: { [other]: 0.75, [good]: 0.25 },
      [`${half} ${other}`]: { [t]: 1 },
      [`${half} ${other} ${t}`]: { [comma]: 1 },
    });
    const { words } = await nextWords(broken, [50256, half]);
    assert.deepEqual(
      words.map(({ text, probability }) => [text, Math.round(probability * 1e6) / 1e6]),
      [['’t', 0.75]],
    );
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

  /** What the listed words and their probabilities are, rounded. */
  const wordsOf = async (model: TextModel): Promise<Record<string, number>> => {
    const { words } = await nextWords(model, [50256]);
    return Object.fromEntries(words.map(({ text, probability }) => [text, Math.round(probability * 1000) / 1000]));
  };
  const [t] = encode('t');
  const apostrophe = encode('’');
  const quote = encode('”');
  const emoji = encode(' 🥳');

  it('is spelled whole where its characters are spread over several tokens', async () => {
    assert.equal(apostrophe.length, 2);
    const model = modelOf({
      '': { [apostrophe[0]]: 0.8, [good]: 0.2 },
      [`${apostrophe[0]}`]: { [apostrophe[1]]: 1 },
      [apostrophe.join(' ')]: { [t]: 0.9, [comma]: 0.1 },
      [[...apostrophe, t].join(' ')]: { [good]: 1 },
    });
    assert.deepEqual(await wordsOf(model), { '’t': 0.72, ' good': 0.2, '’': 0.08 });
  });

  it('ends before a quotation mark of several tokens, and counts no part of it as a letter', async () => {
    const model = modelOf({
      '': { [very]: 1 },
      [`${very}`]: { [quote[0]]: 0.5, [y]: 0.5 },
      [`${very} ${quote[0]}`]: { [quote[1]]: 0.75, [apostrophe[1]]: 0.25 },
      [`${very} ${apostrophe.join(' ')}`]: { [good]: 1 },
    });
    assert.deepEqual(await wordsOf(model), { ' very': 0.5, ' veryy': 0.5 });
  });

  it('is an emoji of several tokens once, and nothing where the bytes are no character', async () => {
    assert.ok(emoji.length > 2);
    const model = modelOf({
      '': { [emoji[0]]: 1 },
      [`${emoji[0]}`]: { [emoji[1]]: 0.5, [good]: 0.5 },
      [`${emoji[0]} ${emoji[1]}`]: { [emoji[2]]: 1 },
    });
    const found = await nextWords(model, [50256]);
    assert.ok(found.words.every(({ text }) => !text.includes('\ufffd')));
    assert.deepEqual(await wordsOf(model), { ' 🥳': 0.5 });
  });
});
