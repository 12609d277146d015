import assert from 'node:assert/strict';
import { validate } from '../../../../src/core/decoding/validate';
import { configOf, strategies } from '../../../../src/editor/writing/comparison';
import { describeConfig, presetNamed, presets, withSettings } from '../../../../src/editor/writing/presets';

describe('presets', () => {
  it('and strategies are valid, also with a length, a seed and any temperature of the settings', () => {
    for (const strategy of strategies()) assert.doesNotThrow(() => validate(configOf(strategy, 50, 7)), strategy.name);
    for (const { name, config } of presets()) {
      for (const temperature of [null, 0, 0.5, 2]) {
        for (const seed of [null, 7]) {
          assert.doesNotThrow(
            () => validate(withSettings(config, { maxTokens: 50, temperature, seed, preset: name })),
            name,
          );
        }
      }
    }
  });

  it('are careful in the same way each time, and draw where the writer sets a temperature', () => {
    const settings = { maxTokens: 50, seed: null, preset: 'careful' };
    const { config } = presetNamed('careful');
    assert.equal(withSettings(config, { ...settings, temperature: null }).doSample, false);
    assert.equal(withSettings(config, { ...settings, temperature: 0.5 }).doSample, true);
    assert.equal(withSettings(presetNamed('wild').config, { ...settings, temperature: 0 }).doSample, false);
  });

  it('say what they set, in the names of Hugging Face', () => {
    assert.equal(describeConfig(presetNamed('careful').config), 'repetition_penalty 1.1, no_repeat_ngram_size 4');
    assert.throws(() => presetNamed('reckless'), /no preset “reckless”/);
  });
});
