import assert from 'node:assert/strict';
import { Calibration, calibrationTokens, evenFactors } from '../../../src/gpt2/calibration';
import { randomWeights, tinyConfig } from '../../support/randomModel';
import { maxDifference, referenceForward } from '../../support/reference';

describe('evening out the channels of a norm', () => {
  it('moves outliers into the matrix after it by powers of two, and nothing else', () => {
    const magnitudes = Float32Array.of(1, 1.5, 64, 2, 0, 7.9, 1e30, 1.9, 1.8);
    assert.deepEqual(evenFactors(magnitudes), Float32Array.of(1, 1, 16, 1, 1, 2, 2 ** 98, 1, 1));
  });

  it('leaves a norm alone of which most is zero', () => {
    assert.deepEqual(evenFactors(Float32Array.of(0, 0, 0, 5)), new Float32Array(4).fill(1));
  });
});

describe('calibrating', () => {
  it('sees what GPT-2 sees', () => {
    const config = tinyConfig({ vocab_size: 300, activation_function: 'relu' });
    const weights = randomWeights(config, 4);
    const get = (name: string) => weights.get(name) as Float32Array;
    const part = (name: string) => ({ weight: get(`${name}.weight`), bias: get(`${name}.bias`) });
    const ids = [5, 299, 7, 7, 120, 33];
    const embedded = Float32Array.from({ length: ids.length * 32 }, (_, i) => {
      return get('wte.weight')[ids[Math.floor(i / 32)] * 32 + (i % 32)] + get('wpe.weight')[i];
    });
    const calibration = new Calibration(config, embedded);
    calibration.attend(0, part('h.0.ln_1'), part('h.0.attn.c_attn'), part('h.0.attn.c_proj'));
    calibration.think(part('h.0.ln_2'), part('h.0.mlp.c_fc'), part('h.0.mlp.c_proj'));
    const [first] = referenceForward(weights, config, ids).residual;
    const largest = calibration.attend(1, part('h.1.ln_1'), part('h.1.attn.c_attn'), part('h.1.attn.c_proj'));
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
    const small = calibrationTokens({ files: undefined, rows: 50257 }, tinyConfig());
    const large = calibrationTokens(
      { files: undefined, rows: 50257 },
      tinyConfig({ n_layer: 48, n_embd: 1600, n_head: 25, n_positions: 1024, n_inner: 6400 }),
    );
    assert.ok(small.length > large.length && large.length >= 16);
    const unknown = calibrationTokens({ files: undefined, rows: 300 }, tinyConfig({ vocab_size: 300 }));
    assert.ok(unknown.length >= 16 && unknown.every((id) => id < 300));
    assert.equal(new Set(unknown).size, unknown.length);
  });
});
