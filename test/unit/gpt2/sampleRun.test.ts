import assert from 'node:assert/strict';
import { evenFactors, SampleRun, sampleTokens } from '../../../src/gpt2/sampleRun';
import { randomWeights, tinyConfig } from '../../support/randomModel';
import { maxDifference, referenceForward } from '../../support/reference';

describe('evening out the channels of a norm', () => {
  it('undoes by a power of two what made a channel large and its row small, and touches nothing else', () => {
    const activations = Float32Array.of(1, 1.5, 64, 2, 0, 6, 64, 1.9, 1.8);
    const weights = Float32Array.of(1, 1.1, 1 / 64, 1, 0, 1, 1, 0.9, 1);
    assert.deepEqual(evenFactors(activations, weights), Float32Array.of(1, 1, 64, 1, 1, 1, 8, 1, 1));
  });

  it('leaves alone what has no size to compare with', () => {
    const ones = new Float32Array(4).fill(1);
    assert.deepEqual(evenFactors(Float32Array.of(0, 0, 0, 5), ones), ones);
    assert.deepEqual(evenFactors(Float32Array.of(1, 1, 1, 50), new Float32Array(4)), ones);
    assert.deepEqual(evenFactors(Float32Array.of(1, 1, 1, 50), Float32Array.of(1, 1, 1, 0)), ones);
  });
});

describe('a run on a sample of prose', () => {
  it('sees what GPT-2 sees', () => {
    const config = tinyConfig({ vocab_size: 300, activation_function: 'relu' });
    const weights = randomWeights(config, 4);
    const get = (name: string) => weights.get(name) as Float32Array;
    const part = (name: string) => ({ weight: get(`${name}.weight`), bias: get(`${name}.bias`) });
    const ids = [5, 299, 7, 7, 120, 33];
    const embedded = Float32Array.from({ length: ids.length * 32 }, (_, i) => {
      return get('wte.weight')[ids[Math.floor(i / 32)] * 32 + (i % 32)] + get('wpe.weight')[i];
    });
    const run = new SampleRun(config, embedded);
    run.runAttention(0, part('h.0.ln_1'), part('h.0.attn.c_attn'), part('h.0.attn.c_proj'));
    run.runMlp(part('h.0.ln_2'), part('h.0.mlp.c_fc'), part('h.0.mlp.c_proj'));
    const [first] = referenceForward(weights, config, ids).residual;
    const largest = run.runAttention(1, part('h.1.ln_1'), part('h.1.attn.c_attn'), part('h.1.attn.c_proj'));
    const normed = first.map((row) => {
      const mean = row.reduce((a, b) => a + b, 0) / 32;
      const deviation = Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / 32 + config.layer_norm_epsilon);
      const { weight, bias } = part('h.1.ln_1');
      return row.map((value, i) => ((value - mean) / deviation) * weight[i] + bias[i]);
    });
    const expected = Float64Array.from({ length: 32 }, (_, i) => Math.max(...normed.map((row) => Math.abs(row[i]))));
    assert.ok(maxDifference(largest, expected) < 1e-4);
  });

  it('takes tokens that the model has, fewer for a larger one', () => {
    const small = sampleTokens({ files: undefined, rows: 50257 }, tinyConfig());
    const large = sampleTokens(
      { files: undefined, rows: 50257 },
      tinyConfig({ n_layer: 48, n_embd: 1600, n_head: 25, n_positions: 1024, n_inner: 6400 }),
    );
    assert.ok(small.length > large.length && large.length >= 16);
    const unknown = sampleTokens({ files: undefined, rows: 300 }, tinyConfig({ vocab_size: 300 }));
    assert.ok(unknown.length >= 16 && unknown.every((id) => id < 300));
    assert.equal(new Set(unknown).size, unknown.length);
  });
});
