import * as l10n from '@vscode/l10n';
import type { GenerationConfig } from '../../core/decoding/options';
import { randomSeed } from '../../core/decoding/random';
import { snakeCase } from '../../core/decoding/spelled';
import type { Settings } from '../settings';

/** A named set of decoding options. */
export interface Preset {
  readonly name: string;
  readonly description: string;
  readonly config: GenerationConfig;
}

/** Their names are those of the setting. */
export function presets(): readonly Preset[] {
  return [
    {
      name: 'careful',
      description: l10n.t('Always the most likely word that does not go in circles: the same text each time.'),
      config: { doSample: false, repetitionPenalty: 1.1, noRepeatNgramSize: 4 },
    },
    {
      name: 'balanced',
      description: l10n.t('Varied, and mostly sensible.'),
      config: { doSample: true, temperature: 0.8, topK: 0, topP: 0.92 },
    },
    {
      name: 'adventurous',
      description: l10n.t('Takes turns of its own.'),
      config: { doSample: true, temperature: 1, topK: 0, topP: 0.97 },
    },
    {
      name: 'wild',
      description: l10n.t('Anything the model finds at all possible.'),
      config: { doSample: true, temperature: 1.5, topK: 0, topP: 1 },
    },
    {
      name: 'story',
      description: l10n.t('For prose: lively, and turned away from repeating itself.'),
      config: { doSample: true, temperature: 0.9, topK: 0, topP: 0.95, repetitionPenalty: 1.1 },
    },
    {
      name: 'technical',
      description: l10n.t('For documentation: close to the likely, terms may return.'),
      config: { doSample: true, temperature: 0.4, topK: 20 },
    },
    {
      name: 'dialogue',
      description: l10n.t('For speech: varied, no phrase of four tokens twice.'),
      config: { doSample: true, temperature: 0.85, topK: 0, topP: 0.9, noRepeatNgramSize: 4 },
    },
  ];
}

/** @throws RangeError when no preset has that name */
export function presetNamed(name: string): Preset {
  const preset = presets().find((candidate) => candidate.name === name);
  if (!preset) throw new RangeError(l10n.t('There is no preset “{0}”.', name));
  return preset;
}

/** A preset's options with their Hugging Face names: `temperature 0.5, top_k 50`. */
export function describeConfig(config: GenerationConfig): string {
  return Object.entries(config)
    .filter(([key]) => key !== 'doSample')
    .map(([key, value]) => `${snakeCase(key)} ${value}`)
    .join(', ');
}

/**
 * The config to generate with: a preset with the writer's temperature and seed, if set. Temperature 0 is greedy; any
 * other samples.
 */
export function withSettings(
  preset: GenerationConfig,
  { maxTokens, temperature, seed }: Settings['continueWriting'],
): GenerationConfig {
  const limits = { ...preset, maxNewTokens: maxTokens };
  if (temperature === 0 || (temperature === null && !preset.doSample)) {
    return { ...withoutDraw(limits), doSample: false };
  }
  return {
    ...limits,
    doSample: true,
    seed: seed ?? randomSeed(),
    ...(temperature !== null && { temperature }),
  };
}

/** Without sampling, options that shape the distribution have no effect. */
function withoutDraw({ temperature: _t, topK: _k, topP: _p, ...config }: GenerationConfig): GenerationConfig {
  return config;
}
