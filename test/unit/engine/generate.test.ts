import assert from 'node:assert/strict';
import type { TextModel } from '../../../src/core/decoding/model';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import type { GenerateRequest } from '../../../src/engine/api';
import { generateText } from '../../../src/engine/generate';
import { encode } from '../../support/gpt2';

const END = 50256;
const PROMPT = { text: 'a', config: {} };

/** A model that writes the given tokens after a prompt of one. */
function writing(ids: readonly number[]): TextModel {
  const vocabSize = END + 1;
  return {
    vocabSize,
    contextLength: 64,
    eosTokenId: END,
    tokenizer: gpt2Tokenizer(),
    async forward(sequences) {
      return sequences.map(({ length }) => {
        const logits = new Float32Array(vocabSize);
        logits[ids[length - 1]] = 9;
        return { logits };
      });
    },
  };
}

/** The text, and what was told of it while it grew. */
async function written(ids: readonly number[], request: Partial<GenerateRequest> = {}) {
  let told = '';
  const { text } = await generateText(
    writing(ids),
    { ...PROMPT, ...request, config: { maxNewTokens: ids.length, ...request.config } },
    (event) => {
      if (event.kind === 'token') told += event.text;
    },
  );
  return { text, told };
}

describe('a text as it is written', () => {
  const emoji = encode('🙂');
  const half = emoji.slice(0, -1);

  it('ends, where it is cut within a character, with U+FFFD, or before it for a document', async () => {
    const ids = [...encode(' and so.'), ...half];
    assert.deepEqual(await written(ids), { text: ' and so.\ufffd', told: ' and so.' });
    assert.deepEqual(await written(ids, { wholeCharacters: true }), { text: ' and so.', told: ' and so.' });
    const ended = await written([...ids, END], { wholeCharacters: true });
    assert.deepEqual(ended, { text: ' and so.', told: ' and so.' });
  });

  it('keeps a character whole in which a special token stands, in the text and while it grows', async () => {
    const ids = [...half, END, ...emoji.slice(-1), ...encode('!')];
    assert.deepEqual(await written(ids, { config: { eosTokenId: [] } }), { text: '🙂!', told: '🙂!' });
  });
});
