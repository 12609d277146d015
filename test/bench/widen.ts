import type { Gpt2Config } from '../../src/gpt2/config';
import { openModel } from '../../src/gpt2/files/openModel';
import { SHAPES, type Size, writeTensors } from './model';

/** What to widen a model to: so many times its width, its heads and its MLP, with more layers and positions. */
export interface Wider {
  readonly times: number;
  readonly layers: number;
  readonly positions: number;
}

/**
 * Writes a wider and deeper model that says the same as another (Net2Net, Chen, Goodfellow and Shlens 2016): the residual
 * stream holds its values several times over, each weight is shared out among their copies, heads stand side by side,
 * further layers add nothing, and the last norm is divided so that the tied head adds up to what it was. Positions
 * beyond the model's own are its first ones again.
 * @param from folder of the model
 * @param to folder that is made, unless it is there
 * @throws RangeError when the width is no multiple of the model's, or there would be fewer layers
 */
export async function writeWidened(from: string, to: string, { times, layers, positions }: Wider): Promise<void> {
  const model = await openModel(from);
  try {
    const { config, weights } = model;
    if (!Number.isInteger(times) || times < 1 || layers < config.n_layer) {
      throw new RangeError(`A model of width ${config.n_embd} and ${config.n_layer} layers cannot be widened so.`);
    }
    const wider: Gpt2Config = {
      ...config,
      n_embd: config.n_embd * times,
      n_head: config.n_head * times,
      n_inner: config.n_inner * times,
      n_layer: layers,
      n_positions: positions,
    };
    await writeTensors(to, wider, async (name, shape) => {
      const layer = /^h\.(\d+)\./.exec(name)?.[1];
      const added = layer !== undefined && Number(layer) >= config.n_layer;
      if (added && /c_proj/.test(name)) return new Float32Array(shape.reduce((a, b) => a * b, 1));
      const source = added ? name.replace(/^h\.\d+/, `h.${config.n_layer - 1}`) : name;
      const { values } = await weights.get(source);
      return widened(name, values, shape, config, times);
    });
  } finally {
    await model.close();
  }
}

/**
 * Writes a model of GPT-2's published shape that says what `from` says, as far as its width divides that of the shape.
 * @param positions the model's own by default: it reads as far, and no further than it makes sense of
 */
export async function writeWidenedTo(size: Size, from: string, to: string, positions?: number): Promise<void> {
  const { config, close } = await openModel(from);
  await close();
  const { n_layer, n_embd } = SHAPES[size];
  const times = n_embd / config.n_embd;
  await writeWidened(from, to, { times, layers: n_layer, positions: positions ?? config.n_positions });
}

function widened(
  name: string,
  values: Float32Array,
  shape: readonly number[],
  config: Gpt2Config,
  times: number,
): Float32Array {
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (shape.length === 1) {
    // The last norm is read by the head, which adds up what all copies say.
    const part = name.startsWith('ln_f') ? times : 1;
    const chunk = name.includes('c_attn') ? config.n_embd : values.length;
    copyInChunks(values, chunk, times, (at, value) => {
      out[at] = value / part;
    });
    return out;
  }
  const [rows, columns] = shape;
  const isTable = name === 'wte.weight' || name === 'wpe.weight';
  const inner = columns / times;
  const sourceRows = values.length / inner;
  const chunk = name.includes('c_attn') ? config.n_embd : inner;
  for (let row = 0; row < rows; row++) {
    const from = (row % sourceRows) * inner;
    copyInChunks(values.subarray(from, from + inner), chunk, times, (at, value) => {
      out[row * columns + at] = isTable ? value : value / times;
    });
  }
  return out;
}

/** Each chunk of the values stands several times in a row: query, key and value each have their copies side by side. */
function copyInChunks(
  values: Float32Array,
  chunk: number,
  times: number,
  put: (at: number, value: number) => void,
): void {
  for (let i = 0; i < values.length; i++) {
    const which = Math.floor(i / chunk);
    for (let copy = 0; copy < times; copy++) put(which * chunk * times + copy * chunk + (i % chunk), values[i]);
  }
}
