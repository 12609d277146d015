import { writeSafetensors } from '../../src/gpt2/files/safetensors';
import { expectedShapes } from '../../src/gpt2/weights';
import { paragraphs } from '../../src/store/selftest/paragraphs';
import { encode } from './gpt2';
import { tinyConfig } from './randomModel';

/**
 * The smallest GPT-2 that passes the structural self-test: one layer that does nothing, and a head that knows how often
 * each token occurs in the self-test's paragraph. Models of different `seed` behave the same and differ in their bytes.
 */
export function unigramModel(seed = 1): { readonly config: Buffer; readonly weights: Buffer } {
  const config = tinyConfig({ n_layer: 1 });
  const width = config.n_embd;
  const counts = new Map<number, number>();
  for (const id of encode(paragraphs.English)) {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const tensors = [...expectedShapes(config)].map(([name, shape]) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (name === 'wte.weight') {
      for (let id = 0; id < config.vocab_size; id++) {
        data[id * width] = Math.log(counts.get(id) ?? 0.001);
      }
    }
    if (name === 'ln_f.bias') {
      data[0] = 1;
    }
    if (name === 'wpe.weight') {
      data.fill(seed);
    }
    return { name, shape, data };
  });
  return {
    config: Buffer.from(JSON.stringify({ model_type: 'gpt2', ...config })),
    weights: Buffer.from(writeSafetensors(tensors)),
  };
}
