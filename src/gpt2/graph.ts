import { activate } from './activation';
import type { Gpt2Config } from './config';
import { type ExternalData, FLOAT, GraphBuilder, INT32, INT64, UINT8 } from './onnx';
import type { StoredWeights } from './storedWeights';

export const MICROSOFT = 'com.microsoft';
export const PRODUCER = 'inkling';
/** Slice clamps larger ends to the dimension. */
const TO_THE_END = 2 ** 31 - 1;

/**
 * One step of GPT-2 over `B` sequences of `T` new tokens after `C` cached ones (the 'split' graph).
 *
 * Inputs: `input_ids` int32 `[B, T]`; `position_ids` int32 `[1, T]`; `last_n` int64 `[1]`, how many final positions
 * want logits; `mask` float `[1, 1, T, C + T]`, 0 where a token may look and -inf elsewhere: at the rows of the cache that
 * are not valid, and at later tokens; for each layer i `past_key_i` and `past_value_i` float `[B or 1, heads, C, d_head]`.
 *
 * Outputs: `logits` `[B, last_n, vocab]`; `last_hidden` `[B, T, width]` (after `ln_f`); for each layer the new rows
 * `new_key_i` and `new_value_i` `[B, heads, T, d_head]`, which the caller writes into its cache; and, with `internals`,
 * for each layer `attention_i` `[B, heads, T, C + T]` and `hidden_i` `[B, T, width]` (the residual stream after block
 * i). Internals are kept in memory to the end of a run whether they are fetched or not (65 MB at 512 tokens of GPT-2
 * small), so they are a graph of their own, which shares the weights.
 *
 * Past and new scores are separate products, so that the cache is never copied.
 */
export function buildGraph(
  config: Gpt2Config,
  stored: StoredWeights,
  data: ExternalData,
  { internals: withInternals }: { readonly internals: boolean },
): Uint8Array {
  const { n_embd, n_head, n_layer, n_positions } = config;
  const headSize = n_embd / n_head;
  const b = new GraphBuilder('gpt2', data);
  const layers = new Layers(b, config, stored);

  const inputIds = b.input('input_ids', INT32, ['B', 'T']);
  const positionIds = b.input('position_ids', INT32, [1, 'T']);
  const lastN = b.input('last_n', INT64, [1]);
  const mask = b.input('mask', FLOAT, [1, 1, 'T', 'C_plus_T']);
  const pastKeys: string[] = [];
  const pastValues: string[] = [];
  for (let i = 0; i < n_layer; i++) {
    pastKeys.push(b.input(`past_key_${i}`, FLOAT, ['P', n_head, 'C', headSize]));
    pastValues.push(b.input(`past_value_${i}`, FLOAT, ['P', n_head, 'C', headSize]));
  }

  const splitHeads = b.integers('split_heads', [0, 0, 3 * n_head, headSize]);
  const mergeHeads = b.integers('merge_heads', [0, 0, n_embd]);
  const pastLength = b.op('Shape', [pastKeys[0]], { start: 2, end: 3 });
  const newLength = b.op('Shape', [inputIds], { start: 1, end: 2 });
  const pastAndNew = b.op('Concat', [pastLength, newLength], { axis: 0 });

  const wpe = layers.vector('wpe.weight', [n_positions, n_embd]);
  let x = b.op('Add', [layers.embed(inputIds), b.op('Gather', [wpe, positionIds])]);
  type Output = [name: string, value: string, shape: (string | number)[]];
  const cacheRows: Output[] = [];
  const internals: Output[] = [];

  for (let i = 0; i < n_layer; i++) {
    const qkv = layers.linear(`h.${i}.attn.c_attn`, layers.norm(`h.${i}.ln_1`, x));
    const byHead = b.op('Transpose', [b.op('Reshape', [qkv, splitHeads])], { perm: [0, 2, 1, 3] });
    const [q, k, v] = b.ops('Split', [byHead], 3, { axis: 1 });
    const [toPastScores, toNewScores] = [pastKeys[i], k].map((keys) =>
      b.op('FusedMatMul', [q, keys], { transB: 1 }, MICROSOFT),
    );
    const scores = b.op('Add', [b.op('Concat', [toPastScores, toNewScores], { axis: 3 }), mask]);
    const attention = b.op('Softmax', [scores], { axis: 3 });
    const [toPast, toNew] = b.ops('Split', [attention, pastAndNew], 2, { axis: 3 });
    const mixed = b.op('Add', [b.op('MatMul', [toPast, pastValues[i]]), b.op('MatMul', [toNew, v])]);
    const merged = b.op('Reshape', [b.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }), mergeHeads]);
    x = b.op('Add', [x, layers.linear(`h.${i}.attn.c_proj`, merged)]);

    const hidden = layers.linear(`h.${i}.mlp.c_fc`, layers.norm(`h.${i}.ln_2`, x));
    x = b.op('Add', [x, layers.linear(`h.${i}.mlp.c_proj`, layers.activate(i, hidden))]);

    cacheRows.push([`new_key_${i}`, k, ['B', n_head, 'T', headSize]]);
    cacheRows.push([`new_value_${i}`, v, ['B', n_head, 'T', headSize]]);
    internals.push([`attention_${i}`, attention, ['B', n_head, 'T', 'C_plus_T']]);
    internals.push([`hidden_${i}`, x, ['B', 'T', n_embd]]);
  }

  const lastHidden = layers.norm('ln_f', x);
  const from = b.op('Neg', [lastN]);
  const toTheEnd = b.integers('to_the_end', [TO_THE_END]);
  const wanted = b.op('Slice', [lastHidden, from, toTheEnd, b.integers('token_axis', [1])]);
  b.output('logits', layers.multiply('head', wanted), ['B', 'N', config.vocab_size]);
  b.output('last_hidden', lastHidden, ['B', 'T', n_embd]);
  for (const [name, value, shape] of [...cacheRows, ...(withInternals ? internals : [])]) b.output(name, value, shape);
  return b.encode(PRODUCER);
}

/** `ln_f` and the head for the logit lens: `hidden` float `[N, width]` to `logits` `[N, vocab]`. */
export function buildHead(config: Gpt2Config, stored: StoredWeights, data: ExternalData): Uint8Array {
  const b = new GraphBuilder('gpt2-head', data);
  const layers = new Layers(b, config, stored);
  const hidden = b.input('hidden', FLOAT, ['N', config.n_embd]);
  b.output('logits', layers.multiply('head', layers.norm('ln_f', hidden)), ['N', config.vocab_size]);
  return b.encode(PRODUCER);
}

/** Builds layers from the stored weights, whatever their form. */
export class Layers {
  readonly #vectors = new Map<string, string>();

  readonly #b: GraphBuilder;
  readonly #config: Gpt2Config;
  readonly #stored: StoredWeights;

  constructor(b: GraphBuilder, config: Gpt2Config, stored: StoredWeights) {
    this.#b = b;
    this.#config = config;
    this.#stored = stored;
  }

  vector(name: string, shape: readonly number[]): string {
    const known = this.#vectors.get(name);
    if (known) return known;
    const weight = this.#b.weight(name, FLOAT, shape, required(this.#stored.vectors, name));
    this.#vectors.set(name, weight);
    return weight;
  }

  norm(name: string, x: string): string {
    const shape = [this.#config.n_embd];
    const input = [x, this.vector(`${name}.weight`, shape), this.vector(`${name}.bias`, shape)];
    return this.#b.op('LayerNormalization', input, { axis: -1, epsilon: { float: this.#config.layer_norm_epsilon } });
  }

  linear(name: string, x: string): string {
    const matrix = required(this.#stored.matrices, name);
    const bias = this.vector(`${name}.bias`, [matrix.to]);
    return matrix.kind === 'dense' ? this.#b.op('Add', [this.multiply(name, x), bias]) : this.multiply(name, x, bias);
  }

  /** The MLP's activation in a layer, of `x` or of `x` plus a bias; PReLU's slope is a weight. */
  activate(layer: number, x: string, bias?: string): string {
    const { activation_function: name } = this.#config;
    if (name === 'prelu') {
      const sum = bias === undefined ? x : this.#b.op('Add', [x, bias]);
      return this.#b.op('PRelu', [sum, this.vector(`h.${layer}.mlp.act.weight`, [1])]);
    }
    return activate(this.#b, name, x, bias);
  }

  /**
   * Multiplies by a stored matrix; the dense head is transposed, as it is `wte`. Only quantised matrices take a bias.
   */
  multiply(name: string, x: string, bias?: string): string {
    const matrix = required(this.#stored.matrices, name);
    const { from, to } = matrix;
    if (matrix.kind === 'dense') {
      const transB = name === 'head' ? 1 : 0;
      const weight = this.#b.weight(`${name}.weight`, FLOAT, transB ? [to, from] : [from, to], matrix.values);
      return transB ? this.#b.op('FusedMatMul', [x, weight], { transB }, MICROSOFT) : this.#b.op('MatMul', [x, weight]);
    }
    const { bits, blockSize } = matrix;
    const blocks = Math.ceil(from / blockSize);
    const packed = this.#b.weight(`${name}.packed`, UINT8, [to, blocks, (blockSize * bits) / 8], matrix.packed);
    const scales = this.#b.weight(`${name}.scales`, FLOAT, [to * blocks], matrix.scales);
    const attributes = { K: from, N: to, bits, block_size: blockSize, accuracy_level: 4 };
    // The omitted inputs are zero points and a column order.
    const input = bias ? [x, packed, scales, '', '', bias] : [x, packed, scales];
    return this.#b.op('MatMulNBits', input, attributes, MICROSOFT);
  }

  /** Looks up token embeddings, in the head's bytes where possible. */
  embed(inputIds: string): string {
    const { n_embd, vocab_size } = this.#config;
    const head = required(this.#stored.matrices, 'head');
    const bytes = this.#stored.lookup ?? (head.kind === 'dense' ? head.values : undefined);
    if (bytes) {
      return this.#b.op('Gather', [this.#b.weight('wte.lookup', FLOAT, [vocab_size, n_embd], bytes), inputIds]);
    }
    if (head.kind === 'dense') throw new Error('A dense head has bytes.');
    const packed = this.#b.weight('wte.packed', UINT8, [vocab_size, (n_embd * head.bits) / 8], head.packed);
    const scales = this.#b.weight('wte.scales', FLOAT, [vocab_size, n_embd / head.blockSize], head.scales);
    const attributes = { bits: head.bits, block_size: head.blockSize, gather_axis: 0, quantize_axis: 1 };
    return this.#b.op('GatherBlockQuantized', [packed, inputIds, scales], attributes, MICROSOFT);
  }
}

function required<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`${name} was not stored.`);
  return value;
}
