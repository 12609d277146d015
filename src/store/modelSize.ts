import type { Gpt2Config } from '../gpt2/config';
import type { Precision } from '../gpt2/precision';
import { expectedShapes } from '../gpt2/weights';

/** Entries of GPT-2's own vocabulary. */
const VOCABULARY_SIZE = 50_257;

/** What a model's needs follow from. */
export interface ModelSize {
  readonly parameters: number;
  readonly layers: number;
  readonly width: number;
}

const CONTEXT = 1024;

/** Weights of a model, a tied head counted once. */
export function sizeOf(config: Gpt2Config): ModelSize {
  let parameters = 0;
  for (const shape of expectedShapes(config).values()) {
    parameters += shape.reduce((product, size) => product * size, 1);
  }
  return { parameters, layers: config.n_layer, width: config.n_embd };
}

/** Bytes per weight of the blocks, scales included; measured on GPT-2's shapes. The embedding keeps 8 bits at q4. */
const blockBytes: Record<Precision, number> = { fp32: 4, q8: 1.15, q4: 0.65 };
const embeddingBytes: Record<Precision, number> = { fp32: 4, q8: 1.15, q4: 1.15 };

/** A compiled model's size on disk in bytes, to within a few percent. */
export function expectedDiskBytes({ parameters, width }: ModelSize, precision: Precision): number {
  const embedding = (VOCABULARY_SIZE + CONTEXT) * width;
  const blocks = Math.max(0, parameters - embedding);
  return Math.round(blocks * blockBytes[precision] + embedding * embeddingBytes[precision]);
}

/** How much of a model's file comes to lie in memory; the runtime repacks fp32 weights and keeps a part of the originals. */
const loaded: Record<Precision, number> = { fp32: 1.42, q8: 1.04, q4: 1.04 };
const runtimeBytes = 120e6;

/** Memory in use with a full context, in bytes: weights, key-value cache and the runtime itself; to within 15 %. */
export function expectedMemoryBytes(size: ModelSize, precision: Precision): number {
  const cache = 2 * 4 * size.layers * size.width * CONTEXT;
  return Math.round(expectedDiskBytes(size, precision) * loaded[precision] + cache + runtimeBytes);
}
