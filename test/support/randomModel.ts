import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Gpt2Config, parseConfig } from '../../src/gpt2/config';
import { writeSafetensors } from '../../src/gpt2/files/safetensors';
import { expectedShapes } from '../../src/gpt2/weights';

/** mulberry32 (public domain, Tommy Ettinger): small, seeded, good enough for weights of no meaning. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A GPT-2 config of any shape; small by default. */
export function tinyConfig(change: Partial<Gpt2Config> = {}): Gpt2Config {
  return parseConfig({
    model_type: 'gpt2',
    vocab_size: 50257,
    n_positions: 64,
    n_embd: 32,
    n_layer: 2,
    n_head: 2,
    ...change,
  });
}

/** Random weights of about the size that trained ones have; norms near 1. */
export function randomWeights(config: Gpt2Config, seed: number): Map<string, Float32Array> {
  const next = random(seed);
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of expectedShapes(config)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const centre = /ln_\w+\.weight$/.test(name) ? 1 : 0;
    const spread = shape.length === 2 ? 0.3 : 0.1;
    for (let i = 0; i < data.length; i++) data[i] = centre + spread * (next() + next() + next() - 1.5);
    weights.set(name, data);
  }
  return weights;
}

/** Lays a model down as Hugging Face does. */
export async function writeModel(
  folder: string,
  config: Gpt2Config,
  weights: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const shapes = expectedShapes(config);
  const tensors = [...weights].map(([name, data]) => ({ name, shape: shapes.get(name) ?? [data.length], data }));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'gpt2', ...config }));
  await writeFile(join(folder, 'model.safetensors'), writeSafetensors(tensors));
}

/** A folder that a suite removes when it is done. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'inkling-'));
}
