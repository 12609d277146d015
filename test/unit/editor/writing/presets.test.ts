import assert from 'node:assert/strict';
import { validate } from '../../../../src/core/decoding/validate';
import { configOf, STRATEGIES } from '../../../../src/editor/writing/comparison';
import { describeConfig, PRESETS, presetNamed } from '../../../../src/editor/writing/presets';

describe('presets', () => {
  it('and strategies are valid, also with a length, a seed and any temperature of the settings', () => {
    for (const strategy of STRATEGIES) assert.doesNotThrow(() => validate(configOf(strategy, 50, 7)), strategy.name);
    for (const { name, config } of PRESETS) {
      for (const temperature of [0, 0.5, 2]) {
        assert.doesNotThrow(() => validate({ ...config, maxNewTokens: 50, seed: 7, temperature }), name);
      }
    }
  });

  it('say what they set, in the names of Hugging Face', () => {
    assert.equal(describeConfig(presetNamed('careful').config), 'temperature 0.5, top_k 50');
    assert.throws(() => presetNamed('reckless'), /no preset “reckless”/);
  });
});
