import { join } from 'node:path';
import { Session } from '../../src/engine/session';
import { compileModel } from '../../src/gpt2/compileModel';
import type { Gpt2Config } from '../../src/gpt2/config';
import type { Precision } from '../../src/gpt2/quantise';
import { random, randomWeights, tinyConfig, writeModel } from './randomModel';

/** Random weights with the session that runs them, compiled within `folder`. */
export async function openRandom(
  folder: string,
  change: Partial<Gpt2Config>,
  seed: number,
  precision: Precision = 'fp32',
) {
  const config = tinyConfig(change);
  const weights = randomWeights(config, seed);
  const source = join(folder, `source-${seed}`);
  const compiled = join(folder, `compiled-${seed}-${precision}`);
  await writeModel(source, config, weights);
  await compileModel(source, compiled, precision);
  return { config, weights, source, compiled, session: await Session.open(compiled, config, { threads: 1 }) };
}

/** Random tokens. */
export function randomIds(config: Gpt2Config, length: number, seed: number): number[] {
  const next = random(seed);
  return Array.from({ length }, () => Math.floor(next() * config.vocab_size));
}
