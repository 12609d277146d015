import type { Gpt2Config } from '../gpt2/config';
import type { Precision } from '../gpt2/precision';

/** What a model's needs follow from. */
export interface ModelShape {
  readonly layers: number;
  readonly width: number;
  /** Rows of the embedding. */
  readonly vocabulary: number;
  /** Longest text in tokens. */
  readonly context: number;
  /** The head is a matrix of its own instead of the embedding. */
  readonly hasOwnHead?: boolean;
}

export function shapeOf(config: Gpt2Config): ModelShape {
  return {
    layers: config.n_layer,
    width: config.n_embd,
    vocabulary: config.vocab_size,
    context: config.n_positions,
    hasOwnHead: !config.tie_word_embeddings,
  };
}

/** Weights and biases of the transformer's layers, with an MLP of the usual four widths. */
function layerParameters({ layers, width }: ModelShape): number {
  return layers * (12 * width * width + 13 * width) + 2 * width;
}

/** Weights that are stored a row for each token: embedding, and head where it is another matrix. */
function tokenParameters({ width, vocabulary, hasOwnHead }: ModelShape): number {
  return vocabulary * width * (hasOwnHead ? 2 : 1);
}

/** All of a model's weights; what is shared counts once. */
export function parametersOf(shape: ModelShape): number {
  return layerParameters(shape) + tokenParameters(shape) + shape.context * shape.width;
}

/** Bytes per weight, scales included; measured on GPT-2's shapes. The embedding keeps 8 bits at q4. */
const LAYER_BYTES: Record<Precision, number> = { fp32: 4, q8: 1.15, q4: 0.65 };
const TOKEN_BYTES: Record<Precision, number> = { fp32: 4, q8: 1.15, q4: 1.15 };

/** A compiled model's size on disk in bytes, to within a few percent. */
export function expectedDiskBytes(shape: ModelShape, precision: Precision): number {
  const embeddings = tokenParameters(shape) + shape.context * shape.width;
  return Math.round(layerParameters(shape) * LAYER_BYTES[precision] + embeddings * TOKEN_BYTES[precision]);
}

/** How much of a model's file comes to lie in memory; the runtime repacks fp32 weights and keeps a part of the originals. */
const LOADED: Record<Precision, number> = { fp32: 1.42, q8: 1.04, q4: 1.04 };
const RUNTIME_BYTES = 120e6;

/** Memory in use with a full context, in bytes: weights, key-value cache and the runtime itself; to within 15 %. */
export function expectedMemoryBytes(shape: ModelShape, precision: Precision): number {
  const cache = 2 * 4 * shape.layers * shape.width * shape.context;
  return Math.round(expectedDiskBytes(shape, precision) * LOADED[precision] + cache + RUNTIME_BYTES);
}

/** A model and how its weights are kept: what the time for a token depends on. */
export interface RunningModel {
  readonly shape: ModelShape;
  readonly precision: Precision;
}

/** Time of a step per weight, relative to q8: quantised weights travel less and compute more; measured on GPT-2 (124M). */
const RELATIVE_COST: Record<Precision, number> = { fp32: 2.2, q8: 1, q4: 0.85 };

/** What another model will take for one more token, in milliseconds: a step reads every weight once. */
export function predictSpeed(measuredMs: number, measured: RunningModel, other: RunningModel): number {
  const cost = ({ shape, precision }: RunningModel) => parametersOf(shape) * RELATIVE_COST[precision];
  return (measuredMs * cost(other)) / cost(measured);
}
