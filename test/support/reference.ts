import { attentionScale, type Gpt2Config } from '../../src/gpt2/config';

/** Every number of a GPT-2's way from tokens to logits, in float64. */
export interface ReferenceForward {
  /** `[tokens][vocab]` */
  readonly logits: Float64Array[];
  /** `[layers][heads][tokens][tokens]` */
  readonly attention: Float64Array[][][];
  /** The residual stream after each block, `[layers][tokens][width]`. */
  readonly residual: Float64Array[][];
}

/**
 * GPT-2 written down as plainly as it can be (Radford et al. 2019; shapes as in `openai-community/gpt2`), with no
 * cache, no batch and no shared code: what the engine is compared with.
 */
export function referenceForward(
  weights: ReadonlyMap<string, Float32Array>,
  config: Gpt2Config,
  ids: readonly number[],
): ReferenceForward {
  const { n_embd: width, n_head: heads, n_layer: layers, n_inner: inner } = config;
  const get = (name: string) => weights.get(name) as Float32Array;
  let x: Float64Array[] = ids.map((id, t) =>
    Float64Array.from(
      { length: width },
      (_, i) => get('wte.weight')[id * width + i] + get('wpe.weight')[t * width + i],
    ),
  );
  const attention: Float64Array[][][] = [];
  const residual: Float64Array[][] = [];
  const norm = (row: Float64Array, name: string) => {
    const mean = row.reduce((a, b) => a + b, 0) / width;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
    return row.map(
      (value, i) =>
        ((value - mean) / Math.sqrt(variance + config.layer_norm_epsilon)) * get(`${name}.weight`)[i] +
        get(`${name}.bias`)[i],
    );
  };
  const conv1d = (row: Float64Array, name: string, to: number) => {
    const weight = get(`${name}.weight`);
    const out = Float64Array.from(get(`${name}.bias`));
    row.forEach((value, i) => {
      for (let j = 0; j < to; j++) out[j] += value * weight[i * to + j];
    });
    return out;
  };
  for (let layer = 0; layer < layers; layer++) {
    const h = `h.${layer}`;
    const qkv = x.map((row) => conv1d(norm(row, `${h}.ln_1`), `${h}.attn.c_attn`, 3 * width));
    const size = width / heads;
    const mixed = ids.map(() => new Float64Array(width));
    const maps: Float64Array[][] = [];
    for (let head = 0; head < heads; head++) {
      const at = (part: number, t: number, i: number) => qkv[t][part * width + head * size + i];
      maps[head] = ids.map((_, t) => {
        const scores = new Float64Array(ids.length).fill(Number.NEGATIVE_INFINITY);
        for (let s = 0; s <= t; s++) {
          let dot = 0;
          for (let i = 0; i < size; i++) dot += at(0, t, i) * at(1, s, i);
          scores[s] = dot * attentionScale(config, layer);
        }
        const weightsOfRow = softmax(scores);
        for (let s = 0; s <= t; s++) {
          for (let i = 0; i < size; i++) mixed[t][head * size + i] += weightsOfRow[s] * at(2, s, i);
        }
        return weightsOfRow;
      });
    }
    attention.push(maps);
    x = x.map((row, t) => add(row, conv1d(mixed[t], `${h}.attn.c_proj`, width)));
    x = x.map((row) => {
      const hidden = conv1d(norm(row, `${h}.ln_2`), `${h}.mlp.c_fc`, inner).map(
        activation(config, weights.get(`${h}.mlp.act.weight`)?.[0]),
      );
      return add(row, conv1d(hidden, `${h}.mlp.c_proj`, width));
    });
    residual.push(x);
  }
  const head = get(config.tie_word_embeddings ? 'wte.weight' : 'lm_head.weight');
  const logits = x.map((row) => {
    const last = norm(row, 'ln_f');
    const out = new Float64Array(config.vocab_size);
    for (let id = 0; id < out.length; id++) {
      for (let i = 0; i < width; i++) out[id] += last[i] * head[id * width + i];
    }
    return out;
  });
  return { logits, attention, residual };
}

/** Greatest absolute difference between two vectors of one length. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`Lengths differ: ${a.length} and ${b.length}.`);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]);
}

function softmax(scores: Float64Array): Float64Array {
  const max = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - max));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** The formulas of transformers' `activations.py`, in float64. */
function activation({ activation_function: name }: Gpt2Config, slope = Number.NaN): (x: number) => number {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const gelu = (x: number) => (x * (1 + erf(x / Math.SQRT2))) / 2;
  const tanhGelu = (x: number) => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2;
  const silu = (x: number) => x * sigmoid(x);
  const relu = (x: number) => Math.max(0, x);
  const formulas: Record<Gpt2Config['activation_function'], (x: number) => number> = {
    gelu_new: tanhGelu,
    gelu_fast: tanhGelu,
    gelu_accurate: tanhGelu,
    gelu_pytorch_tanh: tanhGelu,
    gelu,
    gelu_python: gelu,
    gelu_10: (x) => Math.min(10, Math.max(-10, gelu(x))),
    quick_gelu: (x) => x * sigmoid(1.702 * x),
    silu,
    swish: silu,
    relu,
    relu2: (x) => relu(x) ** 2,
    relu6: (x) => Math.min(6, relu(x)),
    leaky_relu: (x) => (x < 0 ? 0.01 * x : x),
    sigmoid,
    tanh: Math.tanh,
    mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
    laplace: (x) => (1 + erf((x - 707_107e-6) / (0.282095 * Math.SQRT2))) / 2,
    linear: (x) => x,
    prelu: (x) => (x < 0 ? slope * x : x),
  };
  return formulas[name];
}

/** The error function by its Maclaurin series, which converges everywhere and fast where GPT-2's activations lie. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
