import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gpt2Tokenizer } from '../../src/core/tokenizer';
import { CachedModel } from '../../src/engine/cachedModel';
import { Session } from '../../src/engine/session';
import { compileModel } from '../../src/gpt2/compileModel';
import { UnsupportedModelError } from '../../src/gpt2/errors';
import { openModel } from '../../src/gpt2/files/openModel';
import type { Outcome } from './outcome';

/** What `expected.json` says of a checkpoint. */
interface Expected {
  readonly expect: string;
  readonly because?: string;
  readonly weights?: Record<string, { shape: number[]; sha256: string }>;
  readonly prompts?: readonly Prompt[];
  /** Where the checkpoint lies, if not beside this file. */
  readonly checkpoint?: string;
}

interface Prompt {
  readonly ids: readonly number[];
  /** By position, `-1` being the last. */
  readonly logits?: Record<string, readonly number[]>;
  readonly some_logits?: {
    readonly ids: readonly number[];
    readonly values: readonly number[];
    readonly log_sum_exp: number;
  };
  readonly greedy?: { readonly ids: readonly number[]; readonly smallest_gap: number };
}

/** Largest difference of a logit; a wrong weight makes 0.1 or more. */
const TOLERANCE = 1e-4;
/** Nothing is refused after more than this. */
const MOST_MILLISECONDS = 5_000;
const MOST_MEGABYTES = 300;
/** What hostile files would make if they could. */
const CANARY = 'inkling-was-here';

/** Whether each checkpoint of a folder ends as its `expected.json` says. */
export async function* tryCheckpoints(folder: string, scratch: string): AsyncGenerator<Outcome> {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'expected.json')));
  for (const name of names.sort()) {
    const expected: Expected = JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8'));
    const path = expected.checkpoint ? join(folder, name, expected.checkpoint) : join(folder, name);
    yield { name, ...(await tryOne(path, expected, scratch)) };
  }
}

async function tryOne(path: string, expected: Expected, scratch: string): Promise<Omit<Outcome, 'name'>> {
  const compiled = join(scratch, 'compiled');
  const before = process.memoryUsage().rss;
  const begun = performance.now();
  try {
    await compileModel(path, compiled, 'fp32');
  } catch (error) {
    return judgeRefusal(error as Error, expected, performance.now() - begun, process.memoryUsage().rss - before);
  }
  try {
    if (!expected.expect.startsWith('loads')) {
      return { problem: `loads, and should be refused: ${expected.because}` };
    }
    return { problem: (await compareWeights(path, expected)) ?? (await compareLogits(compiled, expected)) };
  } finally {
    await rm(compiled, { recursive: true });
  }
}

function judgeRefusal(error: Error, { expect }: Expected, ms: number, bytes: number): Omit<Outcome, 'name'> {
  const { message } = error;
  const problem = !(error instanceof UnsupportedModelError)
    ? `fails without being refused by name: ${error.stack}`
    : expect === 'loads'
      ? 'is refused, and should load'
      : ms > MOST_MILLISECONDS || bytes > MOST_MEGABYTES * 1e6
        ? `is refused after ${ms.toFixed(0)} ms and ${(bytes / 1e6).toFixed(0)} MB`
        : existsSync(CANARY) || 'polluted' in {}
          ? 'has run something'
          : undefined;
  return { refusal: message, problem };
}

async function compareWeights(path: string, { weights = {} }: Expected): Promise<string | undefined> {
  const model = await openModel(path);
  try {
    for (const [fullName, { shape, sha256 }] of Object.entries(weights)) {
      const { values } = await model.weights.get(fullName.replace(/^transformer\./, ''));
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      const found = createHash('sha256').update(bytes).digest('hex').slice(0, sha256.length);
      if (found !== sha256 || values.length !== shape.reduce((a, b) => a * b, 1)) {
        return `${fullName} differs`;
      }
    }
    return undefined;
  } finally {
    await model.close();
  }
}

async function compareLogits(compiled: string, { prompts = [] }: Expected): Promise<string | undefined> {
  const { config } = JSON.parse(readFileSync(join(compiled, 'manifest.json'), 'utf8'));
  const session = await Session.open(compiled, config, { threads: 1 });
  try {
    const model = new CachedModel(session, gpt2Tokenizer());
    for (const { ids, logits = {}, some_logits: some, greedy } of prompts) {
      const [{ logits: last }] = await model.forward([ids]);
      const [{ logits: secondLast }] = await model.forward([ids.slice(0, -1)]);
      const rows: Record<string, Float32Array> = { '-1': last, '-2': secondLast };
      for (const [at, values] of Object.entries(logits)) {
        const by = worst(values, rows[at]);
        if (!(by <= TOLERANCE)) {
          return `logits at ${at} differ by ${by}`;
        }
      }
      if (some) {
        const by = worst(
          some.values,
          Float32Array.from(some.ids, (id) => last[id]),
        );
        if (!(by <= TOLERANCE)) {
          return `some logits differ by ${by}`;
        }
      }
      const continued = [...ids];
      for (const id of greedy?.ids ?? []) {
        const [next] = await model.forward([continued]);
        const best = next.logits.indexOf(next.logits.reduce((a, b) => Math.max(a, b)));
        if (best !== id) {
          return `greedy decoding gives ${best} and not ${id}`;
        }
        continued.push(id);
      }
    }
    return undefined;
  } finally {
    await session.close();
  }
}

/** Largest difference; NaN where there is one. */
function worst(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    const by = Math.abs(expected[i] - found[i]);
    most = Number.isNaN(by) ? by : Math.max(most, by);
  }
  return most;
}
