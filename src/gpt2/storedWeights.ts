import { attentionScale, type Gpt2Config } from './config';
import { UnsupportedModelError } from './errors';
import type { ExternalData, StoredBytes } from './onnx';
import type { Precision } from './precision';
import { blockSizeFor, quantiseBlocks, transpose } from './quantise';
import type { Weights } from './weights';

export interface CompileOptions {
  /** Called with the fraction done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** A matrix as the graph multiplies by it. */
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

/** Where every weight of a model lies in the external data. */
export interface StoredWeights {
  /** Vectors and small tables: biases, norms, `wpe`. */
  readonly vectors: ReadonlyMap<string, StoredBytes>;
  /** Matrices of the linear layers, and `wte` as the head uses it: hidden state to logits. */
  readonly matrices: ReadonlyMap<string, StoredMatrix>;
  /** `wte` in fp32 for the lookup, where the head's bytes cannot serve: an untied head, or rows of no whole blocks. */
  readonly lookup?: StoredBytes;
}

/**
 * How the matrices of the layers are kept, and how the embedding, which is the head too, is kept in both: it alone
 * would make up most of what 4 bits lose. Measured in docs/performance.md.
 */
const LAYERS = { q8: { bits: 8, block: 128 }, q4: { bits: 4, block: 64 } } as const;
const HEAD = { bits: 8, block: 128 } as const;

/** Rows of `wte` handled at once. */
const ROWS = 4096;

/**
 * Converts and stores every tensor, one after another.
 * @throws UnsupportedModelError when a weight is no finite number, or all of them are zeros
 */
export async function storeWeights(
  weights: Weights,
  config: Gpt2Config,
  precision: Precision,
  data: ExternalData,
  { onProgress, signal }: CompileOptions,
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
  const vector = async (name: string, change: (values: Float32Array) => Float32Array = (values) => values) => {
    vectors.set(name, await data.store([change(await read(name))]));
  };
  const linear = async (name: string, from: number, to: number, change?: (values: Float32Array) => Float32Array) => {
    const values = await read(`${name}.weight`);
    matrices.set(name, await storeMatrix(change?.(values) ?? values, from, to, precision, data));
    await vector(`${name}.bias`, change);
  };

  await vector('wpe.weight');
  for (let layer = 0; layer < n_layer; layer++) {
    const h = `h.${layer}`;
    for (const norm of ['ln_1', 'ln_2']) {
      await vector(`${h}.${norm}.weight`);
      await vector(`${h}.${norm}.bias`);
    }
    await linear(`${h}.attn.c_attn`, n_embd, 3 * n_embd, (values) =>
      scaleQueries(values, n_embd, attentionScale(config, layer)),
    );
    await linear(`${h}.attn.c_proj`, n_embd, n_embd);
    await linear(`${h}.mlp.c_fc`, n_embd, n_inner);
    await linear(`${h}.mlp.c_proj`, n_inner, n_embd);
    if (config.activation_function === 'prelu') {
      await vector(`${h}.mlp.act.weight`);
    }
  }
  await vector('ln_f.weight');
  await vector('ln_f.bias');

  async function* rows(name: string): AsyncGenerator<Float32Array> {
    for (let row = 0; row < vocab_size; row += ROWS) yield read(name, row, Math.min(row + ROWS, vocab_size));
  }
  const headName = config.tie_word_embeddings ? 'wte.weight' : 'lm_head.weight';
  matrices.set('head', await storeHead(rows(headName), config, precision, data));
  // Without whole blocks the lookup cannot read the head's padded rows.
  const shared =
    config.tie_word_embeddings && (precision === 'fp32' || n_embd % blockSizeFor(n_embd, HEAD.block) === 0);
  if (isEmpty) {
    throw new UnsupportedModelError('The file holds no weights: all of them are zeros.');
  }
  return { vectors, matrices, lookup: shared ? undefined : await data.store(rows('wte.weight')) };
}

/** Whether all values are zeros. A value that is no finite number ends the compilation. */
function areZeros(name: string, values: Float32Array): boolean {
  let zeros = true;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new UnsupportedModelError(
        `Tensor ${name} has ${value} among its weights, which makes every answer meaningless: the training that wrote ` +
          'it has failed.',
      );
    }
    zeros &&= value === 0;
  }
  return zeros;
}

/** Folds the attention scale into the query columns of `c_attn`'s weight `[in, 3 * width]` or bias `[3 * width]`. */
function scaleQueries(values: Float32Array, width: number, scale: number): Float32Array {
  for (let i = 0; i < values.length; i++) if (i % (3 * width) < width) values[i] *= scale;
  return values;
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

/** The head's rows already lie as `[out, in]`, so they are quantised as they come. */
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
