import { DATA_FILE } from './compiledModel';
import type { Gpt2Config } from './config';
import { buildGraph, buildHead } from './graph';
import { type DataSink, ExternalData } from './onnx';
import type { Precision } from './quantise';
import { buildEmbedding, buildReadingGraph, canBeRead } from './readingGraph';
import { type CompileOptions, storeWeights } from './storedWeights';
import type { Weights } from './weights';

export interface CompiledGraphs {
  /** `model.onnx`: one step of the transformer, see `buildGraph`. */
  readonly model: Uint8Array;
  /** `inspect.onnx`: the same with internals as outputs. */
  readonly inspect: Uint8Array;
  /**
   * `embed.onnx` and `read.onnx`: many tokens at once, see `buildReadingGraph`; absent where ONNX Runtime does not
   * support the shape.
   */
  readonly reading?: { readonly embed: Uint8Array; readonly read: Uint8Array };
  /** `head.onnx`: hidden states to logits, for the logit lens, see `buildHead`. */
  readonly head: Uint8Array;
}

/**
 * Compiles a GPT-2 to ONNX. Weights go to `data` (the graphs' external file `model.onnx.data`) one tensor at a time, so
 * that memory holds a few copies of the largest matrix, never the whole model.
 */
export async function compile(
  weights: Weights,
  config: Gpt2Config,
  precision: Precision,
  data: DataSink,
  options: CompileOptions = {},
): Promise<CompiledGraphs> {
  const external = new ExternalData(DATA_FILE, data);
  const stored = await storeWeights(weights, config, precision, external, options);
  return {
    model: buildGraph(config, stored, external, { internals: false }),
    inspect: buildGraph(config, stored, external, { internals: true }),
    ...(canBeRead(config, precision) && {
      reading: {
        embed: buildEmbedding(config, stored, external),
        read: buildReadingGraph(config, stored, external),
      },
    }),
    head: buildHead(config, stored, external),
  };
}
