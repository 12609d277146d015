/** The shape of a GPT-2, under the names of its `config.json`. */
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
  /** Divide attention scores by sqrt(n_embd / n_head). */
  readonly scale_attn_weights: boolean;
  /** Divide attention scores of layer i by i + 1 as well. */
  readonly scale_attn_by_inverse_layer_idx: boolean;
  /** The head is `wte` itself; otherwise the file holds `lm_head.weight`. */
  readonly tie_word_embeddings: boolean;
}

const ACTIVATIONS = ['gelu_new', 'gelu_pytorch_tanh', 'gelu_fast', 'gelu', 'relu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** A model that is not a GPT-2 Inkling can run. The message is meant for the person who chose the file. */
export class UnsupportedModelError extends Error {
  override name = 'UnsupportedModelError';
}

/**
 * Reads a Hugging Face `config.json`.
 * @throws UnsupportedModelError naming the field that is missing, malformed or not supported
 */
export function parseConfig(json: unknown): Gpt2Config {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UnsupportedModelError('config.json does not hold a JSON object.');
  }
  const raw = json as Record<string, unknown>;
  if (raw.model_type !== 'gpt2') {
    throw new UnsupportedModelError(
      `config.json says model_type ${JSON.stringify(raw.model_type)}; Inkling runs GPT-2 models only ("gpt2").`,
    );
  }
  if (raw.add_cross_attention === true) {
    throw new UnsupportedModelError('config.json asks for cross-attention; Inkling runs decoder-only GPT-2 models.');
  }
  const n_embd = positiveInteger(raw, 'n_embd');
  const n_head = positiveInteger(raw, 'n_head');
  if (n_embd % n_head !== 0) {
    throw new UnsupportedModelError(`config.json: n_embd ${n_embd} is not a multiple of n_head ${n_head}.`);
  }
  const epsilon = raw.layer_norm_epsilon ?? 1e-5;
  if (typeof epsilon !== 'number' || !(epsilon > 0)) {
    throw new UnsupportedModelError('config.json: layer_norm_epsilon must be a positive number.');
  }
  return {
    vocab_size: positiveInteger(raw, 'vocab_size'),
    n_positions: positiveInteger(raw, 'n_positions' in raw ? 'n_positions' : 'n_ctx'),
    n_embd,
    n_layer: positiveInteger(raw, 'n_layer'),
    n_head,
    n_inner: raw.n_inner == null ? 4 * n_embd : positiveInteger(raw, 'n_inner'),
    activation_function: activation(raw.activation_function ?? 'gelu_new'),
    layer_norm_epsilon: epsilon,
    scale_attn_weights: flag(raw, 'scale_attn_weights', true),
    scale_attn_by_inverse_layer_idx: flag(raw, 'scale_attn_by_inverse_layer_idx', false),
    tie_word_embeddings: flag(raw, 'tie_word_embeddings', true),
  };
}

/** The factor on layer `layer`'s attention scores. */
export function attentionScale(config: Gpt2Config, layer: number): number {
  const byWidth = config.scale_attn_weights ? 1 / Math.sqrt(config.n_embd / config.n_head) : 1;
  return config.scale_attn_by_inverse_layer_idx ? byWidth / (layer + 1) : byWidth;
}

function positiveInteger(raw: Record<string, unknown>, field: string): number {
  const value = raw[field];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
    throw new UnsupportedModelError(`config.json: ${field} must be a positive integer, not ${JSON.stringify(value)}.`);
  }
  return value;
}

function flag(raw: Record<string, unknown>, field: string, otherwise: boolean): boolean {
  const value = raw[field] ?? otherwise;
  if (typeof value !== 'boolean') {
    throw new UnsupportedModelError(`config.json: ${field} must be true or false, not ${JSON.stringify(value)}.`);
  }
  return value;
}

function activation(value: unknown): Activation {
  const known = ACTIVATIONS.find((name) => name === value);
  if (!known) {
    throw new UnsupportedModelError(
      `config.json: activation_function ${JSON.stringify(value)} is not supported (${ACTIVATIONS.join(', ')}).`,
    );
  }
  return known;
}
