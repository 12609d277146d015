import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { logSoftmax } from '../../src/core/logits';
import { tokenizerOf } from '../../src/core/tokenizer';
import { Session } from '../../src/engine/session';
import { readTokenizerSource } from '../../src/gpt2/compiledModel';
import { compileModel } from '../../src/gpt2/compileModel';
import { openModel } from '../../src/gpt2/files/openModel';
import { PRECISIONS, type Precision } from '../../src/gpt2/quantise';
import { withOutliers } from '../support/outliers';
import { writeTensors } from './model';

const ROOT = join(__dirname, '../..');
const TEXTS = ['golden-road.txt', 'sentences.txt'].map((name) => join(ROOT, 'test/data', name));
const WINDOW = 256;
const WINDOWS = 12;
/** Where reading ends in a window, and how many tokens after it are predicted. */
const CUTS = [112, 176, 240];
const PREDICTED = 16;

/** How the text before a prediction was put through the model. */
type Way = 'decoding' | 'reading';

/**
 * `npm run bench:quality [-- --model DIR]`: how far each precision's next-token distributions are from those of fp32, as
 * the model is and with a few channels of each norm 60 times larger, which a model may have and which change no result.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { model: { type: 'string', default: join(ROOT, 'models/default') } } });
  const folder = await mkdtemp(join(tmpdir(), 'inkling-quality-'));
  try {
    const outliers = join(folder, 'outliers');
    const { config, weights, close } = await openModel(values.model);
    await writeTensors(outliers, config, await withOutliers(config, async (name) => (await weights.get(name)).values));
    await close();
    console.log('| | plain: KL, nats | same first token | with outliers: KL, nats | same first token |');
    console.log('|---|---|---|---|---|');
    const exact = await predictions(values.model, folder, 'fp32', 'decoding');
    for (const precision of PRECISIONS) {
      for (const way of ['decoding', 'reading'] as const) {
        const cells = [];
        for (const model of [values.model, outliers]) {
          cells.push(...compare(exact, await predictions(model, folder, precision, way)));
        }
        console.log(`| ${precision}, ${way} | ${cells.join(' | ')} |`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Log-probabilities of what follows, at each place of each window. */
async function predictions(model: string, folder: string, precision: Precision, way: Way): Promise<Float32Array[]> {
  const compiled = join(folder, 'compiled');
  const manifest = await compileModel(model, compiled, precision);
  const session = await Session.open(compiled, manifest.config, { threads: 2 });
  const tokenizer = tokenizerOf(await readTokenizerSource(compiled, manifest));
  const text = tokenizer.encode(TEXTS.map((file) => readFileSync(file, 'utf8')).join('\n'));
  const length = Math.min(WINDOW, manifest.config.n_positions);
  const cache = session.newCache();
  const found: Float32Array[] = [];
  for (let start = 0; start + length <= text.length && start < WINDOWS * length; start += length) {
    const ids = text.slice(start, start + length);
    cache.truncate(0);
    for (const cut of CUTS.filter((each) => each + PREDICTED <= length)) {
      if (way === 'reading' && session.canRead) {
        cache.truncate(0);
        await session.read(cache, ids.slice(0, cut));
      } else if (cut > cache.length) {
        await session.step(cache, [ids.slice(cache.length, cut)], 1);
      }
      const logits = await session.step(cache, [ids.slice(cut, cut + PREDICTED)], PREDICTED);
      const size = logits.length / PREDICTED;
      for (let i = 0; i < PREDICTED; i++) found.push(logSoftmax(logits.subarray(i * size, (i + 1) * size)));
    }
  }
  await session.close();
  return found;
}

/** Mean Kullback-Leibler divergence from the exact distributions, and how often the most probable token is the same. */
function compare(exact: readonly Float32Array[], found: readonly Float32Array[]): string[] {
  let divergence = 0;
  let same = 0;
  for (const [place, expected] of exact.entries()) {
    const logprobs = found[place];
    let [best, bestFound] = [0, 0];
    for (let id = 0; id < expected.length; id++) {
      divergence += Math.exp(expected[id]) * (expected[id] - logprobs[id]);
      if (expected[id] > expected[best]) best = id;
      if (logprobs[id] > logprobs[bestFound]) bestFound = id;
    }
    if (best === bestFound) same++;
  }
  return [(divergence / exact.length).toExponential(1), `${((100 * same) / exact.length).toFixed(1)} %`];
}

void main();
