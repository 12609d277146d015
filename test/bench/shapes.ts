import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gpt2Tokenizer } from '../../src/core/tokenizer';
import { CachedModel } from '../../src/engine/cachedModel';
import { Session } from '../../src/engine/session';
import { DATA_FILE, readManifest } from '../../src/gpt2/compiledModel';
import { compileModel } from '../../src/gpt2/compileModel';
import type { Precision } from '../../src/gpt2/quantise';
import { gpt2Config, type Size, writeRandomModel } from './model';

const FOLDER = join(__dirname, '../../.cache/bench/shapes');

/** Each with the number of layers that time allows; `large` in fp32 makes a data file above 2 GB. */
const CASES: readonly [size: Size, layers: number, precisions: readonly Precision[]][] = [
  ['medium', 24, ['q8', 'q4']],
  ['large', 24, ['fp32', 'q8']],
  ['xl', 12, ['q8', 'q4']],
];

/**
 * `npx tsx test/bench/shapes.ts [SIZE LAYERS PRECISION]`: compiles and runs the larger GPT-2s with random weights, each
 * step in a process of its own, and prints what they take.
 */
async function main(): Promise<void> {
  const [size, layers, precision] = process.argv.slice(2);
  const cases = size ? [[size, Number(layers), [precision]] as unknown as (typeof CASES)[number]] : CASES;
  console.log('| shape | layers | weights, MB | precision | compiled, MB | peak memory compiling, MB | running, MB |');
  console.log('|---|---|---|---|---|---|---|');
  for (const [name, count, precisions] of cases) {
    const source = join(FOLDER, `${name}-${count}`);
    await writeRandomModel(source, gpt2Config(name, count), 1);
    for (const each of precisions) {
      const compiled = `${source}-${each}`;
      const compiling = measured('compile', source, compiled, each);
      const running = measured('run', compiled);
      const megabytes = (file: string) => (statSync(file).size / 1e6).toFixed(0);
      const weights = megabytes(join(source, 'model.safetensors'));
      const result = megabytes(join(compiled, DATA_FILE));
      console.log(`| ${name} | ${count} | ${weights} | ${each} | ${result} | ${compiling} | ${running} |`);
      await rm(compiled, { recursive: true });
    }
    await rm(source, { recursive: true });
  }
}

/** The peak memory of a step, in megabytes. */
function measured(...step: string[]): string {
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', __filename, ...step], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, INKLING_SHAPES_STEP: '1' },
  });
  if (status !== 0) throw new Error(`${step.join(' ')} failed.`);
  return stdout.trim();
}

async function step([kind, ...paths]: string[]): Promise<void> {
  if (kind === 'compile') await compileModel(paths[0], paths[1], paths[2] as Precision);
  else await run(paths[0]);
  console.log(((process.resourceUsage().maxRSS * 1024) / 1e6).toFixed(0));
}

async function run(folder: string): Promise<void> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new Error(`There is no compiled model in ${folder}.`);
  const session = await Session.open(folder, manifest.config, { threads: 2 });
  const model = new CachedModel(session, gpt2Tokenizer());
  let text = Array.from({ length: 20 }, (_, i) => 1000 * i);
  for (let made = 0; made < 4; made++) {
    const [{ logits }] = await model.forward([text]);
    if (!logits.every(Number.isFinite)) throw new Error('A logit is not finite.');
    text = [...text, made];
  }
  await session.close();
}

(process.env.INKLING_SHAPES_STEP ? step(process.argv.slice(2)) : main()).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
