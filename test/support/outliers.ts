import type { Gpt2Config } from '../../src/gpt2/config';
import { expectedShapes } from '../../src/gpt2/weights';
import { random } from './randomModel';

const CHANNELS = 3;
const TIMES = 60;

/** The norm before each matrix that has one. */
const NORM_OF: Record<string, string> = { 'attn.c_attn': 'ln_1', 'mlp.c_fc': 'ln_2' };

/**
 * The same function with some channels of each norm's results 60 times larger than they were and the rows of the next
 * matrix as much smaller: what large GPT-2s grow by themselves, and the inverse of what compiling does against it.
 * @returns reads a tensor of the changed model
 */
export async function withOutliers(
  config: Gpt2Config,
  get: (name: string) => Promise<Float32Array>,
): Promise<(name: string) => Promise<Float32Array>> {
  const next = random(5);
  const factors = new Map<string, Float32Array>();
  for (let layer = 0; layer < config.n_layer; layer++) {
    for (const [matrix, norm] of Object.entries(NORM_OF)) {
      const factor = new Float32Array(config.n_embd).fill(1);
      for (let i = 0; i < CHANNELS; i++) factor[Math.floor(next() * factor.length)] = TIMES;
      factors.set(
        `h.${layer}.${matrix}.weight`,
        factor.map((each) => 1 / each),
      );
      for (const kind of ['weight', 'bias']) factors.set(`h.${layer}.${norm}.${kind}`, factor);
    }
  }
  const shapes = expectedShapes(config);
  return async (name) => {
    const values = await get(name);
    const factor = factors.get(name);
    const columns = shapes.get(name)?.[1] ?? 1;
    return factor ? values.map((value, i) => value * factor[Math.floor(i / columns)]) : values;
  };
}
