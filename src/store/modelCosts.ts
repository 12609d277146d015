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

/** Bytes per weight, scales included. The embedding keeps 8 bits at q4, positions are never quantised. */
const LAYER_BYTES: Record<Precision, number> = { fp32: 4, q8: 1.036, q4: 0.57 };
const TOKEN_BYTES: Record<Precision, number> = { fp32: 4, q8: 1.036, q4: 1.036 };
const POSITION_BYTES = 4;

/** A compiled model's size on disk in bytes, to within 3 %. */
export function expectedDiskBytes(shape: ModelShape, precision: Precision): number {
  const tokens = tokenParameters(shape) * TOKEN_BYTES[precision];
  const positions = shape.context * shape.width * POSITION_BYTES;
  return Math.round(layerParameters(shape) * LAYER_BYTES[precision] + tokens + positions);
}

/** Node, the tokenizer and onnxruntime before a model is loaded. */
const RUNTIME_BYTES = 90e6;
/** What is kept and computed at once, as fitted to measurements: full caches, rows of logits, and activations. */
const CACHES = 5;
const LOGIT_ROWS = 710;
const ACTIVATION_BYTES = 118;

/**
 * The most memory that the engine takes once ghost text, panel and heat map have all been used with a full context, in
 * bytes, to within 15 %. The panel loads the weights a second time, and the head a third.
 */
export function expectedMemoryBytes(shape: ModelShape, precision: Precision): number {
  const { layers, width, vocabulary, context } = shape;
  const weights = 2 * expectedDiskBytes(shape, precision) + vocabulary * width * TOKEN_BYTES[precision];
  const caches = CACHES * 2 * 4 * layers * width * context;
  const computed = LOGIT_ROWS * 4 * vocabulary + ACTIVATION_BYTES * context * width;
  return Math.round(RUNTIME_BYTES + weights + caches + computed);
}

/** A model and how its weights are kept: what the time for a token depends on. */
export interface RunningModel {
  readonly shape: ModelShape;
  readonly precision: Precision;
}

/** Time of a step per weight, relative to q8: a step waits for weights to travel, and for quantised ones to be unpacked. */
const LAYER_COST: Record<Precision, number> = { fp32: 3.1, q8: 1, q4: 0.6 };
const TOKEN_COST: Record<Precision, number> = { fp32: 3.1, q8: 1, q4: 1 };

/**
 * What another model will take for one more token, in milliseconds: a step reads every weight once. To within 30 % of
 * what was measured for shapes of 37 to 124 million weights, in each precision.
 */
export function predictSpeed(measuredMs: number, measured: RunningModel, other: RunningModel): number {
  return (measuredMs * costOf(other)) / costOf(measured);
}

function costOf({ shape, precision }: RunningModel): number {
  const head = shape.vocabulary * shape.width;
  return layerParameters(shape) * LAYER_COST[precision] + head * TOKEN_COST[precision];
}
