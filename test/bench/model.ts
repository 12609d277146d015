import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readManifest } from '../../src/gpt2/compiledModel';
import { compileModel } from '../../src/gpt2/compileModel';
import type { Gpt2Config } from '../../src/gpt2/config';
import { openModel } from '../../src/gpt2/files/openModel';
import { PRECISIONS } from '../../src/gpt2/quantise';
import { expectedShapes } from '../../src/gpt2/weights';
import { random, tinyConfig } from '../support/randomModel';
import { writeGguf } from './gguf';
import { writeHfLayout } from './hfLayout';

/** The published shapes of GPT-2. */
export const SHAPES = {
  small: { n_layer: 12, n_head: 12, n_embd: 768 },
  medium: { n_layer: 24, n_head: 16, n_embd: 1024 },
  large: { n_layer: 36, n_head: 20, n_embd: 1280 },
  xl: { n_layer: 48, n_head: 25, n_embd: 1600 },
} as const;
export type Size = keyof typeof SHAPES;

export function gpt2Config(size: Size, layers: number = SHAPES[size].n_layer): Gpt2Config {
  const shape = { ...SHAPES[size], n_layer: layers };
  return tinyConfig({ ...shape, n_inner: 4 * shape.n_embd, n_positions: 1024 });
}

/** Writes random weights of about the spread that GPT-2's have. */
export async function writeRandomModel(folder: string, config: Gpt2Config, seed: number): Promise<void> {
  const next = random(seed);
  await writeTensors(folder, config, (name, shape) => {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const centre = /ln_\w+\.weight$/.test(name) ? 1 : 0;
    for (let i = 0; i < values.length; i++) values[i] = centre + 0.1 * (next() + next() - 1);
    return values;
  });
}

/** Writes a model, unless it is there, tensor by tensor: memory holds one of them. */
export async function writeTensors(
  folder: string,
  config: Gpt2Config,
  valuesOf: (name: string, shape: readonly number[]) => Float32Array | Promise<Float32Array>,
): Promise<void> {
  if (existsSync(folder)) return;
  const staging = `${folder}.part`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  const shapes = [...expectedShapes(config)];
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of shapes) {
    const begin = end;
    end += 4 * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = await open(join(staging, 'model.safetensors'), 'w');
  try {
    await file.writeFile(length);
    await file.writeFile(json);
    for (const [name, shape] of shapes) {
      const { buffer, byteOffset, byteLength } = await valuesOf(name, shape);
      await file.writeFile(new Uint8Array(buffer, byteOffset, byteLength));
    }
  } finally {
    await file.close();
  }
  await writeFile(join(staging, 'config.json'), JSON.stringify({ model_type: 'gpt2', ...config }));
  await rename(staging, folder);
}

/** Where each engine finds the same weights. */
export interface Layouts {
  /** The weights as they were written, in float32. */
  readonly source: string;
  readonly inkling: Record<(typeof PRECISIONS)[number], string>;
  /** Ends in the name of a dtype, see the contender. */
  readonly transformers: Record<'fp32' | 'q8', string>;
  readonly llama: Record<'Q8_0' | 'Q4_0', string>;
}

/** Lays the weights down for every engine, once. */
export async function layDown(folder: string): Promise<Layouts> {
  const source = join(folder, 'source');
  await writeRandomModel(source, gpt2Config('small'), 1);
  const compiled = (name: string) => join(folder, `inkling-${name}`);
  for (const precision of PRECISIONS) {
    if (!(await readManifest(compiled(precision)))) await compileModel(source, compiled(precision), precision);
  }
  const model = await openModel(source);
  try {
    const hf = join(folder, 'transformers');
    const gguf = (type: string) => join(folder, `${type}.gguf`);
    for (const dtype of ['fp32', 'q8'] as const) {
      const done = join(hf, `${dtype}.done`);
      await once(done, () => writeHfLayout(hf, model.config, model.weights, dtype));
    }
    for (const type of ['Q8_0', 'Q4_0'] as const) {
      await once(gguf(type), () => writeGguf(`${gguf(type)}.part`, model.config, model.weights, type));
    }
    return {
      source,
      inkling: { fp32: compiled('fp32'), q8: compiled('q8'), q4: compiled('q4') },
      transformers: { fp32: join(hf, 'fp32'), q8: join(hf, 'q8') },
      llama: { Q8_0: gguf('Q8_0'), Q4_0: gguf('Q4_0') },
    };
  } finally {
    await model.close();
  }
}

/** Makes a file unless it is there: `make` leaves it beside as `.part`, or leaves nothing and the mark is enough. */
async function once(file: string, make: () => Promise<void>): Promise<void> {
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  await make();
  if (existsSync(`${file}.part`)) await rename(`${file}.part`, file);
  else await writeFile(file, '');
}
