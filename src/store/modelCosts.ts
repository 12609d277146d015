import type { Gpt2Config } from '../gpt2/config';
import type { Precision } from '../gpt2/quantise';

/** The shape that determines a model's costs. */
export interface ModelShape {
  readonly layers: number;
  readonly width: number;
  /** Rows of the embedding. */
  readonly vocabulary: number;
  /** Context length in tokens. */
  readonly context: number;
  /** Whether the head has a matrix of its own instead of sharing the embedding. */
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

/** Parameters of the transformer's layers, with an MLP of four times the width. */
function layerParameters({ layers, width }: ModelShape): number {
  return layers * (12 * width * width + 13 * width) + 2 * width;
}

/** Parameters stored per token: the embedding, and the head if separate. */
function tokenParameters({ width, vocabulary, hasOwnHead }: ModelShape): number {
  return vocabulary * width * (hasOwnHead ? 2 : 1);
}

/** All parameters; shared ones count once. */
export function parametersOf(shape: ModelShape): number {
  return layerParameters(shape) + tokenParameters(shape) + shape.context * shape.width;
}

/** Bytes per parameter including scales. At q4 the embedding has 8 bits; positions are never quantised. */
const LAYER_BYTES: Record<Precision, number> = { fp32: 4, q8: 1.036, q4: 0.57 };
const TOKEN_BYTES: Record<Precision, number> = { fp32: 4, q8: 1.036, q4: 1.036 };
const POSITION_BYTES = 4;

/** Size of a compiled model on disk in bytes, to within 3 %. */
export function expectedDiskBytes(shape: ModelShape, precision: Precision): number {
  const tokens = tokenParameters(shape) * TOKEN_BYTES[precision];
  const positions = shape.context * shape.width * POSITION_BYTES;
  return Math.round(layerParameters(shape) * LAYER_BYTES[precision] + tokens + positions);
}

/** Memory of Node, the tokenizer and onnxruntime without a model. */
const RUNTIME_BYTES = 90e6;
/** Key-value caches, logits and activations held at once; fitted to measurements. */
const CACHES = 5;
const LOGIT_ROWS = 710;
const ACTIVATION_BYTES = 118;

/**
 * Peak memory of the engine in bytes, to within 15 %, once ghost text, panel and heat map were all used with a full
 * context. The panel loads the weights a second time, and the head a third time.
 */
export function expectedMemoryBytes(shape: ModelShape, precision: Precision): number {
  const { layers, width, vocabulary, context } = shape;
  const weights = 2 * expectedDiskBytes(shape, precision) + vocabulary * width * TOKEN_BYTES[precision];
  const caches = CACHES * 2 * 4 * layers * width * context;
  const computed = LOGIT_ROWS * 4 * vocabulary + ACTIVATION_BYTES * context * width;
  return Math.round(RUNTIME_BYTES + weights + caches + computed);
}

/** A model with its precision, which together determine the time per token. */
export interface RunningModel {
  readonly shape: ModelShape;
  readonly precision: Precision;
}

/**
 * Time per parameter of a step relative to q8, which is bound by memory bandwidth and by unpacking quantised weights.
 */
const LAYER_COST: Record<Precision, number> = { fp32: 3.1, q8: 1, q4: 0.6 };
const TOKEN_COST: Record<Precision, number> = { fp32: 3.1, q8: 1, q4: 1 };

/**
 * Predicts another model's time per token in milliseconds: a step reads every weight once. To within 30 % of
 * measurements for models of 37 to 124 million parameters in each precision.
 */
export function predictSpeed(measuredMs: number, measured: RunningModel, other: RunningModel): number {
  return (measuredMs * costOf(other)) / costOf(measured);
}

function costOf({ shape, precision }: RunningModel): number {
  const head = shape.vocabulary * shape.width;
  return layerParameters(shape) * LAYER_COST[precision] + head * TOKEN_COST[precision];
}
