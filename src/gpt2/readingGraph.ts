import { COLUMNS_A_WORD } from './columns';
import type { Gpt2Config } from './config';
import { Layers, MICROSOFT, PRODUCER } from './graph';
import { type ExternalData, FLOAT, GraphBuilder, INT32, type StoredBytes, UINT8 } from './onnx';
import type { Precision } from './quantise';
import type { StoredMatrix, StoredWeights } from './storedWeights';

/** Pseudo-file of a reading graph's weights: memory that `loadColumns` fills from the compiled model. */
export const COLUMNS = 'columns';
/** Alignment of tensors in bytes, so that the runtime can read them as floats. */
const ALIGNMENT = 64;
/** Value of an unsigned byte that represents 0. */
const ZERO_POINT = 128;
/** Part of the embedding graph, not of the reading graph. */
const POSITIONS = 'wpe.weight';
/** Avoids a division by zero for rows of zeros. */
const LEAST_MAGNITUDE = 1e-30;

/** `GroupQueryAttention` requires head sizes that are a multiple of this. */
const HEAD_MULTIPLE = 8;

/** Whether ONNX Runtime supports a reading graph for a model of this shape. */
export function canBeRead({ n_embd, n_head, n_inner }: Gpt2Config, precision: Precision): boolean {
  return precision !== 'fp32' && (n_embd / n_head) % HEAD_MULTIPLE === 0 && n_inner % COLUMNS_A_WORD === 0;
}

/**
 * GPT-2 over `T` tokens without logits: it only computes the keys and values to cache, and thus ends with those of the
 * last layer.
 *
 * Inputs: `embedded` float `[1, T, width]`, the output of `buildEmbedding`; `last_position` int32 `[1]`, the position
 * of the last token; `total_length` int32 `[1]`, one more; for each layer i but the last `past_key_i` and
 * `past_value_i` float `[1, heads, C, d_head]`, of which the first `total_length - T` rows are valid.
 *
 * Outputs: for each layer the new rows `new_key_i` and `new_value_i` `[1, heads, T, d_head]`, which the caller writes
 * into its cache. `GroupQueryAttention` can return the whole cache, but outputs are copied.
 *
 * The matrices have 8 bits with a scale per column, which is twice as fast for many rows as a scale per block
 * (docs/performance.md). All activations share one scale, so each row is divided by its largest magnitude first and
 * multiplied by it afterwards.
 */
export function buildReadingGraph(config: Gpt2Config, stored: StoredWeights, data: ExternalData): Uint8Array {
  const { n_embd, n_head, n_layer, layer_norm_epsilon } = config;
  const b = new GraphBuilder('gpt2-read', data);
  const columns = new Columns(b, stored);
  const layers = new Layers(b, config, { ...stored, vectors: columns.vectors });
  let x = b.input('embedded', FLOAT, [1, 'T', n_embd]);
  const lastPosition = b.input('last_position', INT32, [1]);
  const totalLength = b.input('total_length', INT32, [1]);
  const headSize = n_embd / n_head;
  const splitHeads = b.integers('split_heads', [0, 0, n_head, headSize]);
  const byHead = (part: string) => b.op('Transpose', [b.op('Reshape', [part, splitHeads])], { perm: [0, 2, 1, 3] });
  let normed = layers.norm('h.0.ln_1', x);

  /** Adds a linear layer's product and bias to the residual stream and normalises the sum. */
  const addAndNorm = (name: string, product: string, norm: string) => {
    const weights = [`${norm}.weight`, `${norm}.bias`, `${name}.bias`].map((each) => layers.vector(each, [n_embd]));
    const attributes = { epsilon: { float: layer_norm_epsilon } };
    // The results between are mean and deviation, which inference omits.
    const [after, , , sum] = b.ops('SkipLayerNormalization', [product, x, ...weights], 4, attributes, MICROSOFT);
    x = sum;
    normed = after;
  };

  const newRows: [name: string, value: string][] = [];
  for (let i = 0; i < n_layer; i++) {
    const h = `h.${i}`;
    const qkvBias = layers.vector(`${h}.attn.c_attn.bias`, [3 * n_embd]);
    const qkv = b.op('Add', [columns.multiply(`${h}.attn.c_attn`, normed), qkvBias]);
    const [, keys, values] = b.ops('Split', [qkv], 3, { axis: 2 });
    newRows.push([`new_key_${i}`, byHead(keys)], [`new_value_${i}`, byHead(values)]);
    if (i === n_layer - 1) {
      break;
    }
    const past = ['key', 'value'].map((kind) => b.input(`past_${kind}_${i}`, FLOAT, [1, n_head, 'C', headSize]));
    const [mixed] = b.ops(
      'GroupQueryAttention',
      // Queries, keys and values share one tensor; the attention scale is folded into the weights.
      [qkv, '', '', ...past, lastPosition, totalLength],
      3,
      { num_heads: n_head, kv_num_heads: n_head, scale: { float: 1 } },
      MICROSOFT,
    );
    addAndNorm(`${h}.attn.c_proj`, columns.multiply(`${h}.attn.c_proj`, mixed), `${h}.ln_2`);
    const bias = layers.vector(`${h}.mlp.c_fc.bias`, [config.n_inner]);
    const hidden = layers.activate(i, columns.multiply(`${h}.mlp.c_fc`, normed), bias);
    addAndNorm(`${h}.mlp.c_proj`, columns.multiply(`${h}.mlp.c_proj`, hidden), `h.${i + 1}.ln_1`);
  }
  for (const [name, value] of newRows) b.output(name, value, [1, n_head, 'T', headSize]);
  return b.encode(PRODUCER);
}

/**
 * Embedding graph: `input_ids` int32 `[1, T]` and `position_ids` int32 `[1, T]` to `embedded` float `[1, T, width]`.
 */
export function buildEmbedding(config: Gpt2Config, stored: StoredWeights, data: ExternalData): Uint8Array {
  const b = new GraphBuilder('gpt2-embedding', data);
  const layers = new Layers(b, config, stored);
  const tokens = layers.embed(b.input('input_ids', INT32, [1, 'T']));
  const positions = layers.vector(POSITIONS, [config.n_positions, config.n_embd]);
  const places = b.op('Gather', [positions, b.input('position_ids', INT32, [1, 'T'])]);
  b.output('embedded', b.op('Add', [tokens, places]), [1, 'T', config.n_embd]);
  return b.encode(PRODUCER);
}

/** Layout of the layers' weights in memory, one after another. */
class Columns {
  readonly #b: GraphBuilder;
  readonly #stored: StoredWeights;
  #end = 0;
  readonly #zeroPoint: string;
  /** Vectors, which are the same in memory as in the file. */
  readonly vectors: ReadonlyMap<string, StoredBytes>;

  constructor(b: GraphBuilder, stored: StoredWeights) {
    this.#b = b;
    this.#stored = stored;
    const ofLayers = [...stored.vectors].filter(([name]) => name !== POSITIONS);
    this.vectors = new Map(ofLayers.map(([name, { length }]) => [name, this.#place(length)]));
    this.#zeroPoint = b.byte('zero_point', ZERO_POINT);
  }

  /** `x` float `[1, T, from]` times a matrix; each row of `x` gets its own scale. */
  multiply(name: string, x: string): string {
    const { from, to } = this.#stored.matrices.get(name) as StoredMatrix;
    const columns = this.#weight(`${name}.columns`, UINT8, [from, to], from * to);
    const scales = this.#weight(`${name}.column_scales`, FLOAT, [to], 4 * to);
    const b = this.#b;
    const largest = b.op('ReduceMax', [b.op('Abs', [x])], { axes: [2], keepdims: 1 });
    const magnitude = b.op('Max', [largest, b.float('least_magnitude', LEAST_MAGNITUDE)]);
    const even = b.op('Div', [x, magnitude]);
    return b.op('Mul', [
      b.op('DynamicQuantizeMatMul', [even, columns, scales, this.#zeroPoint], {}, MICROSOFT),
      magnitude,
    ]);
  }

  #weight(name: string, type: typeof FLOAT | typeof UINT8, shape: readonly number[], length: number): string {
    return this.#b.weight(name, type, shape, this.#place(length));
  }

  #place(length: number): StoredBytes {
    const offset = this.#end;
    this.#end = Math.ceil((offset + length) / ALIGNMENT) * ALIGNMENT;
    return { offset, length, location: COLUMNS };
  }
}
