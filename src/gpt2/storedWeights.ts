import * as l10n from '@vscode/l10n';
import { attentionScale, type Gpt2Config } from './config';
import { UnsupportedModelError } from './errors';
import type { ExternalData, StoredBytes } from './onnx';
import type { Precision } from './quantise';
import { blockSizeFor, quantiseBlocks, transpose } from './quantise';
import { evenFactors, type Matrix, type Norm, SampleRun } from './sampleRun';
import type { Weights } from './weights';

export interface CompileOptions {
  /** Called with the fraction done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
  /** Tokens for a run of the model before its weights are rounded, to measure its activations. */
  readonly sample?: readonly number[];
}

/** A matrix in the form that the graph uses. */
export type StoredMatrix =
  | { readonly kind: 'dense'; readonly values: StoredBytes; readonly from: number; readonly to: number }
  | {
      readonly kind: 'blocks';
      readonly bits: 4 | 8;
      readonly blockSize: number;
      readonly packed: StoredBytes;
      readonly scales: StoredBytes;
      readonly from: number;
      readonly to: number;
    };

/** Positions of all weights in the external data. */
export interface StoredWeights {
  /** Vectors and small tables: biases, norms, `wpe`. */
  readonly vectors: ReadonlyMap<string, StoredBytes>;
  /** Matrices of the linear layers, and `wte` as the head: hidden state to logits. */
  readonly matrices: ReadonlyMap<string, StoredMatrix>;
  /** `wte` in fp32 for the lookup, where the head's bytes cannot be used: an untied head, or rows that are padded. */
  readonly lookup?: StoredBytes;
}

/**
 * Quantisation of the layers' matrices. The embedding (also the head) always has 8 bits, as it alone would cause most
 * of the loss at 4. Measured in docs/performance.md.
 */
const LAYERS = { q8: { bits: 8, block: 128 }, q4: { bits: 4, block: 64 } } as const;
const HEAD = { bits: 8, block: 128 } as const;

/** Rows of `wte` processed at once. */
const ROWS = 4096;

/**
 * Converts and stores every tensor, one after another.
 * @throws UnsupportedModelError when a weight is not finite, or all weights are zero
 */
export async function storeWeights(
  weights: Weights,
  config: Gpt2Config,
  precision: Precision,
  data: ExternalData,
  { onProgress, signal, sample = [] }: CompileOptions,
): Promise<StoredWeights> {
  const { n_embd, n_inner, n_layer, vocab_size } = config;
  const vectors = new Map<string, StoredBytes>();
  const matrices = new Map<string, StoredMatrix>();
  let done = 0;
  let isEmpty = true;
  const read = async (name: string, fromRow?: number, toRow?: number) => {
    signal?.throwIfAborted();
    const { values, byteLength } = await weights.get(name, fromRow, toRow);
    isEmpty = areZeros(name, values) && isEmpty;
    done += byteLength;
    onProgress?.(done / weights.byteLength);
    return values;
  };
  const storeVector = async (name: string, values: Float32Array) => {
    vectors.set(name, await data.store([values]));
  };
  const storeNorm = async (name: string, { weight, bias }: Norm) => {
    await storeVector(`${name}.weight`, weight);
    await storeVector(`${name}.bias`, bias);
  };
  const storeLinear = async (name: string, from: number, { weight, bias }: Matrix) => {
    matrices.set(name, await storeMatrix(weight, from, bias.length, precision, data));
    await storeVector(`${name}.bias`, bias);
  };
  const part = async (name: string) => ({ weight: await read(`${name}.weight`), bias: await read(`${name}.bias`) });

  const positions = await read('wpe.weight');
  await storeVector('wpe.weight', positions);
  const run =
    precision === 'fp32' || sample.length === 0
      ? undefined
      : new SampleRun(config, await embedded(weights, config, sample, positions));
  for (let layer = 0; layer < n_layer; layer++) {
    const h = `h.${layer}`;
    const firstNorm = await part(`${h}.ln_1`);
    const attention = await part(`${h}.attn.c_attn`);
    const mixing = await part(`${h}.attn.c_proj`);
    evenOut(firstNorm, attention, run?.runAttention(layer, firstNorm, attention, mixing));
    for (const values of [attention.weight, attention.bias]) {
      scaleQueries(values, n_embd, attentionScale(config, layer));
    }
    await storeNorm(`${h}.ln_1`, firstNorm);
    await storeLinear(`${h}.attn.c_attn`, n_embd, attention);
    await storeLinear(`${h}.attn.c_proj`, n_embd, mixing);

    const secondNorm = await part(`${h}.ln_2`);
    const expansion = await part(`${h}.mlp.c_fc`);
    const projection = await part(`${h}.mlp.c_proj`);
    evenOut(secondNorm, expansion, run?.runMlp(secondNorm, expansion, projection));
    await storeNorm(`${h}.ln_2`, secondNorm);
    await storeLinear(`${h}.mlp.c_fc`, n_embd, expansion);
    await storeLinear(`${h}.mlp.c_proj`, n_inner, projection);
    if (config.activation_function === 'prelu') {
      await storeVector(`${h}.mlp.act.weight`, await read(`${h}.mlp.act.weight`));
    }
  }
  await storeNorm('ln_f', await part('ln_f'));

  async function* rows(name: string): AsyncGenerator<Float32Array> {
    for (let row = 0; row < vocab_size; row += ROWS) yield read(name, row, Math.min(row + ROWS, vocab_size));
  }
  const headName = config.tie_word_embeddings ? 'wte.weight' : 'lm_head.weight';
  matrices.set('head', await storeHead(rows(headName), config, precision, data));
  // Rows are padded in the head to whole blocks, but the lookup cannot read padded rows.
  const shared =
    config.tie_word_embeddings && (precision === 'fp32' || n_embd % blockSizeFor(n_embd, HEAD.block) === 0);
  if (isEmpty) {
    throw new UnsupportedModelError(l10n.t('The file holds no weights: all of them are zeros.'));
  }
  return { vectors, matrices, lookup: shared ? undefined : await data.store(rows('wte.weight')) };
}

/**
 * Whether all values are zero.
 * @throws UnsupportedModelError for a value that is not finite
 */
function areZeros(name: string, values: Float32Array): boolean {
  let zeros = true;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new UnsupportedModelError(
        l10n.t(
          'Tensor {0} has {1} among its weights, which makes every answer meaningless: the training that wrote it has failed.',
          name,
          value,
        ),
      );
    }
    zeros &&= value === 0;
  }
  return zeros;
}

/** Folds the attention scale into the query columns of `c_attn`'s weight `[in, 3 * width]` or bias `[3 * width]`. */
function scaleQueries(values: Float32Array, width: number, scale: number): void {
  for (let i = 0; i < values.length; i++) if (i % (3 * width) < width) values[i] *= scale;
}

/** The sum of token and position embeddings, `[ids, width]`. */
async function embedded(
  weights: Weights,
  { n_embd }: Gpt2Config,
  ids: readonly number[],
  positions: Float32Array,
): Promise<Float32Array> {
  const sums = positions.slice(0, ids.length * n_embd);
  for (const [place, id] of ids.entries()) {
    const { values } = await weights.get('wte.weight', id, id + 1);
    for (let i = 0; i < n_embd; i++) sums[place * n_embd + i] += values[i];
  }
  return sums;
}

/** Moves magnitude from a norm's channels to the rows of the following matrix; their product is unchanged. */
function evenOut(norm: Norm, matrix: Matrix, magnitudes: Float32Array | undefined): void {
  if (!magnitudes) return;
  const to = matrix.bias.length;
  const rows = magnitudes.map((_, channel) =>
    matrix.weight
      .subarray(channel * to, (channel + 1) * to)
      .reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  );
  for (const [channel, factor] of evenFactors(magnitudes, rows).entries()) {
    if (factor === 1) continue;
    norm.weight[channel] /= factor;
    norm.bias[channel] /= factor;
    for (let i = channel * to; i < (channel + 1) * to; i++) matrix.weight[i] *= factor;
  }
}

async function storeMatrix(
  values: Float32Array,
  from: number,
  to: number,
  precision: Precision,
  data: ExternalData,
): Promise<StoredMatrix> {
  if (precision === 'fp32') return { kind: 'dense', values: await data.store([values]), from, to };
  const { bits, block } = LAYERS[precision];
  const blockSize = blockSizeFor(from, block);
  const { packed, scales } = quantiseBlocks(transpose(values, from, to), to, from, bits, blockSize);
  return {
    kind: 'blocks',
    bits,
    blockSize,
    packed: await data.store([packed]),
    scales: await data.store([scales]),
    from,
    to,
  };
}

/** The head is already `[out, in]` and is quantised without transposing. */
async function storeHead(
  rows: AsyncIterable<Float32Array>,
  { n_embd, vocab_size }: Gpt2Config,
  precision: Precision,
  data: ExternalData,
): Promise<StoredMatrix> {
  const shape = { from: n_embd, to: vocab_size };
  if (precision === 'fp32') return { kind: 'dense', values: await data.store(rows), ...shape };
  const { bits } = HEAD;
  const blockSize = blockSizeFor(n_embd, HEAD.block);
  const scales: Float32Array[] = [];
  async function* packed(): AsyncGenerator<Uint8Array> {
    for await (const values of rows) {
      const quantised = quantiseBlocks(values, values.length / n_embd, n_embd, bits, blockSize);
      scales.push(quantised.scales);
      yield quantised.packed;
    }
  }
  return {
    kind: 'blocks',
    bits,
    blockSize,
    packed: await data.store(packed()),
    scales: await data.store(scales),
    ...shape,
  };
}
