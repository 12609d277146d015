import assert from 'node:assert/strict';
import { gpt2Tokenizer } from '../../../src/core/tokenizer/gpt2';
import { askFigure, type FigureEngine, modelArguments } from '../../../src/pictures/ask';
import { readRequest } from '../../../src/pictures/request';

describe('the figures of a model with rows that are no tokens', () => {
  const tokenizer = gpt2Tokenizer();
  const [favourite] = tokenizer.encode(' sea');
  const logits = new Float32Array(50_304);
  logits[favourite] = 5;
  // Padding that a training left at random may be the likeliest of all.
  logits.fill(9, tokenizer.size);
  const engine = {
    info: async () => ({ name: 'padded', precision: 'q8' }),
    tokenizer: async () => tokenizer,
    logits: async () => logits,
  } as Partial<FigureEngine> as FigureEngine;

  it('show the likeliest token, at each stage too', async () => {
    const next = await askFigure(engine, readRequest('next', [], 'Down to the'));
    assert.equal(next.kind === 'next' && next.candidates[0].text, ' sea');
    const stages = await askFigure(engine, readRequest('stages', ['temperature=0.5'], 'Down to the'));
    assert.ok(stages.kind === 'stages' && stages.stages.length > 1);
    for (const { favourite } of stages.stages) assert.equal(favourite.text, ' sea');
  });
});

describe('the model that a command names', () => {
  it('is the one of this machine that has answered, and none where a server has', () => {
    const local = { name: 'GPT-2', precision: 'q4' };
    assert.deepEqual(modelArguments(local, '/models/gpt2'), { path: '/models/gpt2', precision: 'q4' });
    assert.deepEqual(modelArguments({ name: 'GPT-2', server: { host: 'gpu.example' } }, '/models/gpt2'), {});
  });
});
