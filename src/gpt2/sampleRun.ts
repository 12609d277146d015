import { type TokenizerSource, tokenizerOf } from '../core/tokenizer';
import type { Activation } from './activation';
import { attentionScale, type Gpt2Config } from './config';

/** Any prose will do: it only serves to find a model's large channels. */
const TEXT =
  'The old house stood at the end of the road, and nobody in the village could remember who had built it. In 1904 a ' +
  'storm took the roof; "leave it," said the widow, "the swallows like it so."';

/** Limit of multiplications per run, which limits the tokens. */
const WORK = 2e9;
const [FEWEST_TOKENS, MOST_TOKENS] = [16, 48];

/** Tokens of prose for the run before the weights are rounded. */
export function sampleTokens(source: TokenizerSource, config: Gpt2Config): number[] {
  const { n_embd, n_inner, n_layer, n_positions, vocab_size } = config;
  const parameters = n_layer * n_embd * (4 * n_embd + 2 * n_inner);
  const most = Math.min(n_positions, MOST_TOKENS, Math.max(FEWEST_TOKENS, Math.floor(WORK / parameters)));
  const ids = encoded(source).filter((id) => id < vocab_size);
  // Without a usable tokenizer, take ids spread over the vocabulary.
  const any = Array.from({ length: most }, (_, i) => Math.floor((i * vocab_size) / most));
  return ids.length < Math.min(most, FEWEST_TOKENS) ? any : ids.slice(0, most);
}

function encoded(source: TokenizerSource): number[] {
  try {
    const tokenizer = tokenizerOf(source);
    return [...tokenizer.start, ...tokenizer.encode(TEXT)];
  } catch {
    // An unreadable tokenizer is reported where it is needed.
    return [];
  }
}

/** A linear layer; `weight` is `[in, out]` as in GPT-2. */
export interface Matrix {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** Gain and bias of a layer norm. */
export interface Norm {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A plain GPT-2 forward pass over a short text, layer by layer, to measure the magnitudes of activations. It is slow,
 * but runs only a few dozen tokens once per compilation. Its results affect nothing but the rounding of weights.
 */
export class SampleRun {
  readonly #config: Gpt2Config;
  /** The residual stream, `[tokens, width]`. */
  readonly #x: Float32Array;
  readonly #tokens: number;

  /** @param embedded token and position embeddings, `[tokens, width]` */
  constructor(config: Gpt2Config, embedded: Float32Array) {
    this.#config = config;
    this.#x = embedded.slice();
    this.#tokens = embedded.length / config.n_embd;
  }

  /**
   * Runs a layer's attention.
   * @returns the largest magnitude of each input channel of the matrix `attention`
   */
  runAttention(layer: number, norm: Norm, attention: Matrix, projection: Matrix): Float32Array {
    const normed = this.#norm(norm);
    const mixed = this.#mix(this.#linear(normed, attention), attentionScale(this.#config, layer));
    this.#add(this.#linear(mixed, projection));
    return this.#largest(normed);
  }

  /**
   * Runs a layer's MLP.
   * @returns the largest magnitude of each input channel of the matrix `expansion`
   */
  runMlp(norm: Norm, expansion: Matrix, projection: Matrix): Float32Array {
    const normed = this.#norm(norm);
    const hidden = this.#linear(normed, expansion).map(activationOf(this.#config.activation_function));
    this.#add(this.#linear(hidden, projection));
    return this.#largest(normed);
  }

  #norm({ weight, bias }: Norm): Float32Array {
    const { n_embd: width, layer_norm_epsilon } = this.#config;
    const result = new Float32Array(this.#x.length);
    for (let from = 0; from < result.length; from += width) {
      const row = this.#x.subarray(from, from + width);
      const mean = row.reduce((sum, value) => sum + value, 0) / width;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
      const scale = 1 / Math.sqrt(variance + layer_norm_epsilon);
      for (let i = 0; i < width; i++) {
        result[from + i] = (row[i] - mean) * scale * weight[i] + bias[i];
      }
    }
    return result;
  }

  #linear(x: Float32Array, { weight, bias }: Matrix): Float32Array {
    const to = bias.length;
    const from = weight.length / to;
    const result = new Float32Array(this.#tokens * to);
    for (let token = 0; token < this.#tokens; token++) {
      result.set(bias, token * to);
    }
    for (let i = 0; i < from; i++) {
      const row = weight.subarray(i * to, (i + 1) * to);
      for (let token = 0; token < this.#tokens; token++) {
        const value = x[token * from + i];
        const at = token * to;
        for (let j = 0; j < to; j++) {
          result[at + j] += value * row[j];
        }
      }
    }
    return result;
  }

  /** Causal attention over `[tokens, 3 * width]`. */
  #mix(qkv: Float32Array, scale: number): Float32Array {
    const { n_embd: width, n_head } = this.#config;
    const size = width / n_head;
    const mixed = new Float32Array(this.#tokens * width);
    for (let token = 0; token < this.#tokens; token++) {
      for (let head = 0; head < n_head; head++) {
        const query = token * 3 * width + head * size;
        const scores = Array.from({ length: token + 1 }, (_, other) => {
          const key = other * 3 * width + width + head * size;
          let dot = 0;
          for (let i = 0; i < size; i++) {
            dot += qkv[query + i] * qkv[key + i];
          }
          return dot * scale;
        });
        const most = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - most));
        const sum = weights.reduce((a, b) => a + b, 0);
        for (const [other, each] of weights.entries()) {
          const value = other * 3 * width + 2 * width + head * size;
          for (let i = 0; i < size; i++) {
            mixed[token * width + head * size + i] += (each / sum) * qkv[value + i];
          }
        }
      }
    }
    return mixed;
  }

  #add(values: Float32Array): void {
    for (let i = 0; i < values.length; i++) {
      this.#x[i] += values[i];
    }
  }

  #largest(values: Float32Array): Float32Array {
    const width = values.length / this.#tokens;
    const largest = new Float32Array(width);
    for (let i = 0; i < values.length; i++) {
      largest[i % width] = Math.max(largest[i % width], Math.abs(values[i]));
    }
    return largest;
  }
}

/** The closest of a few activations, exact enough to find large channels. */
function activationOf(name: Activation): (x: number) => number {
  if (/^(relu|leaky_relu|prelu)/.test(name)) {
    return (x) => Math.max(0, x);
  }
  if (name === 'linear') {
    return (x) => x;
  }
  return (x) => x / (1 + Math.exp(-1.702 * x));
}

/** A channel this many times the median leaves too few bits for the others. */
const OUTLIER = 4;
/** Smaller factors are not worth the loss of precision in the matrix. */
const LEAST_MOVED = 4;

/**
 * Factors that even out a norm's channels where some are far larger than the rest and the rows of the following matrix
 * are not: results of the norm are divided by them and rows multiplied, so that both are equally far from their median
 * (Xiao et al. 2022, SmoothQuant, arXiv 2211.10438; moving all channels as in the paper made the default model worse,
 * as a few dozen tokens are not enough for that). Powers of two, so that the change is exact.
 * @param activations the largest magnitude of each channel of the norm's results
 * @param weights the largest magnitude of each row of the matrix
 */
export function evenFactors(activations: Float32Array, weights: Float32Array): Float32Array {
  const [median, medianRow] = [activations, weights].map((each) => each.slice().sort()[each.length >> 1]);
  return activations.map((activation, channel) => {
    const share = activation / median;
    const factor = Math.sqrt(share / (weights[channel] / medianRow));
    const isOutlier = share > OUTLIER && factor >= LEAST_MOVED && Number.isFinite(factor);
    return isOutlier ? 2 ** Math.round(Math.log2(factor)) : 1;
  });
}
