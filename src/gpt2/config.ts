import * as l10n from '@vscode/l10n';
import { ACTIVATION_NAMES, type Activation, isActivation } from './activation';
import { UnsupportedModelError } from './errors';

/** The shape of a GPT-2, with the field names of `config.json`. */
export interface Gpt2Config {
  readonly vocab_size: number;
  readonly n_positions: number;
  readonly n_embd: number;
  readonly n_layer: number;
  readonly n_head: number;
  /** Width of the MLP's hidden layer. */
  readonly n_inner: number;
  readonly activation_function: Activation;
  readonly layer_norm_epsilon: number;
  /** Whether attention scores are divided by sqrt(n_embd / n_head). */
  readonly scale_attn_weights: boolean;
  /** Whether attention scores of layer i are also divided by i + 1. */
  readonly scale_attn_by_inverse_layer_idx: boolean;
  /** Whether the head is `wte`; otherwise the file has `lm_head.weight`. */
  readonly tie_word_embeddings: boolean;
}

/** Aliases of transformers' GPT2Config (`attribute_map`); an alias takes precedence where both are present. */
const OTHER_NAMES = {
  n_positions: 'max_position_embeddings',
  n_embd: 'hidden_size',
  n_layer: 'num_hidden_layers',
  n_head: 'num_attention_heads',
} as const;

/** Defaults of transformers' GPT2Config. */
const DEFAULTS = { vocab_size: 50257, n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12 } as const;

type Size = keyof typeof DEFAULTS;

/**
 * Parses a Hugging Face `config.json`, with the defaults and aliases of transformers.
 * @throws UnsupportedModelError naming the malformed or unsupported field
 */
export function parseConfig(json: unknown): Gpt2Config {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UnsupportedModelError(l10n.t('config.json does not hold a JSON object.'));
  }
  const raw = json as Record<string, unknown>;
  refuseOthers(raw);
  const width = sizeOf(raw, 'n_embd');
  const heads = sizeOf(raw, 'n_head');
  if (width % heads !== 0) {
    throw new UnsupportedModelError(l10n.t('config.json: n_embd {0} is not a multiple of n_head {1}.', width, heads));
  }
  const epsilon = raw.layer_norm_epsilon ?? 1e-5;
  if (typeof epsilon !== 'number' || !(epsilon > 0 && epsilon < Infinity)) {
    throw new UnsupportedModelError(l10n.t('config.json: layer_norm_epsilon must be a positive number.'));
  }
  return {
    vocab_size: sizeOf(raw, 'vocab_size'),
    n_positions: sizeOf(raw, 'n_positions', 'n_ctx'),
    n_embd: width,
    n_layer: sizeOf(raw, 'n_layer'),
    n_head: heads,
    n_inner: raw.n_inner == null ? 4 * width : positiveInteger('n_inner', raw.n_inner),
    activation_function: activationOf(raw.activation_function === undefined ? 'gelu_new' : raw.activation_function),
    layer_norm_epsilon: epsilon,
    scale_attn_weights: flag(raw, 'scale_attn_weights', true),
    scale_attn_by_inverse_layer_idx: flag(raw, 'scale_attn_by_inverse_layer_idx', false),
    tie_word_embeddings: flag(raw, 'tie_word_embeddings', true),
  };
}

/**
 * Parses `model_args` of a nanoGPT checkpoint. Its blocks use PyTorch's exact `nn.GELU`.
 * https://github.com/karpathy/nanoGPT/blob/master/model.py
 * @throws UnsupportedModelError naming the missing or malformed field
 */
export function parseNanoGptArgs(args: ReadonlyMap<unknown, unknown>): Gpt2Config {
  const field = (name: string) => positiveInteger(`model_args ${name}`, args.get(name));
  return parseConfig({
    model_type: 'gpt2',
    vocab_size: field('vocab_size'),
    n_positions: field('block_size'),
    n_embd: field('n_embd'),
    n_layer: field('n_layer'),
    n_head: field('n_head'),
    activation_function: 'gelu',
  });
}

/** Factor on the attention scores of layer `layer`. */
export function attentionScale(config: Gpt2Config, layer: number): number {
  const byWidth = config.scale_attn_weights ? 1 / Math.sqrt(config.n_embd / config.n_head) : 1;
  return config.scale_attn_by_inverse_layer_idx ? byWidth / (layer + 1) : byWidth;
}

function refuseOthers(raw: Record<string, unknown>): void {
  const isNamed = raw.model_type !== undefined && raw.model_type !== null;
  if (isNamed && raw.model_type !== 'gpt2') {
    throw new UnsupportedModelError(
      l10n.t('config.json says model_type {0}; Inkling runs GPT-2 models only ("gpt2").', shown(raw.model_type)),
    );
  }
  if (!isNamed && !looksLikeGpt2(raw)) {
    throw new UnsupportedModelError(l10n.t('config.json has no model_type; Inkling runs GPT-2 models only ("gpt2").'));
  }
  if (raw.add_cross_attention === true) {
    throw new UnsupportedModelError(
      l10n.t('config.json asks for cross-attention; Inkling runs decoder-only GPT-2 models.'),
    );
  }
  if (raw.quantization_config !== undefined && raw.quantization_config !== null) {
    throw new UnsupportedModelError(
      l10n.t(
        'config.json says that the weights are quantised (quantization_config). Take the model they were made from; Inkling quantises it by itself.',
      ),
    );
  }
}

/** Configs from before transformers 2.3 lack model_type. */
function looksLikeGpt2(raw: Record<string, unknown>): boolean {
  const { architectures } = raw;
  return Array.isArray(architectures)
    ? architectures.some((name) => typeof name === 'string' && name.startsWith('GPT2'))
    : raw.n_embd !== undefined && raw.n_layer !== undefined;
}

function sizeOf(raw: Record<string, unknown>, field: Size, fallback?: string): number {
  const other = field in OTHER_NAMES ? OTHER_NAMES[field as keyof typeof OTHER_NAMES] : undefined;
  const names = [other, field, fallback].filter((name) => name !== undefined);
  const name = names.find((each) => raw[each] !== undefined && raw[each] !== null);
  return name === undefined ? DEFAULTS[field] : positiveInteger(name, raw[name]);
}

function positiveInteger(field: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
    throw new UnsupportedModelError(
      l10n.t('config.json: {0} must be a positive integer, not {1}.', field, shown(value)),
    );
  }
  return value;
}

/** A boolean field. `null` is Python's None and counts as false. */
function flag(raw: Record<string, unknown>, field: string, otherwise: boolean): boolean {
  const value = raw[field] === null ? false : (raw[field] ?? otherwise);
  if (typeof value !== 'boolean') {
    throw new UnsupportedModelError(l10n.t('config.json: {0} must be true or false, not {1}.', field, shown(value)));
  }
  return value;
}

function activationOf(value: unknown): Activation {
  if (!isActivation(value)) {
    throw new UnsupportedModelError(
      l10n.t('config.json: activation_function {0} is not supported ({1}).', shown(value), ACTIVATION_NAMES.join(', ')),
    );
  }
  return value;
}

const LONGEST_SHOWN = 80;

/** A value of the config, shortened for a message. */
function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'a list' : 'an object';
  }
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
