import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/core/decoding/random';
import { ForkedEngine, type ForkedEngineOptions } from '../../src/engine/process/client';
import { endure, growth, hit, onRoughMachine, ROUGH, Writer } from './soak';
import { WrittenDocument } from './writtenDocument';

/*
 * `npm run soak` runs the built engine and its model for hours while a long document is written: what it holds may not
 * grow, it may not become slower, and whatever ends its process or troubles its machine, it comes back. Each part can be
 * made shorter, or left out with 0; `npm run soak -- --warm-up 1000 --completions 1000 --explanations 100 --kills 20 --stops 2`
 * takes some minutes.
 */

const ROOT = join(import.meta.dirname, '../..');
/** What may not be exceeded. */
const MOST = { growth: 1.05, slower: 1.2, backMs: 2000 };
const SAMPLES = 100;
/** So many explanations fill what the engine remembers of texts that it has scored (256 windows). */
const FILLING = 300;
/** A writer's keys, in milliseconds. */
const KEY_MS = { least: 5, most: 60 };

const OPTIONS = {
  'warm-up': { type: 'string', default: '10000' },
  completions: { type: 'string', default: '50000' },
  explanations: { type: 'string', default: '5000' },
  kills: { type: 'string', default: '1000' },
  stops: { type: 'string', default: '200' },
  words: { type: 'string', default: '100000' },
  seed: { type: 'string', default: '1' },
  threads: { type: 'string', default: '2' },
} as const;
type Counts = Readonly<Record<keyof typeof OPTIONS, number>>;

const faults: string[] = [];

/** Prints what was found, and remembers it where it is more than may be. */
function report(what: string, value: number, most: number): void {
  const isRight = value <= most;
  console.log(`${isRight ? '  ' : '✖ '}${what}: ${Number(value.toPrecision(4))} (at most ${most})`);
  if (!isRight) faults.push(what);
}

/** Prints each tenth of a long way. */
function tenths(of: number): (done: number) => void {
  return (done) => {
    if (Math.floor((10 * done) / of) > Math.floor((10 * (done - 1)) / of)) console.log(`  … ${done}`);
  };
}

function percentile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
}

async function endurance(writer: Writer, engine: ForkedEngine, counts: Counts) {
  const { 'warm-up': warmUp, completions, explanations } = counts;
  if (completions === 0) return;
  console.log(`\n${completions} completions and ${explanations} explanations, after ${warmUp} completions`);
  const filling = Math.max(FILLING, Math.ceil((explanations * warmUp) / completions));
  await endure(engine, writer, { completions: warmUp, explanations: Math.min(warmUp, filling), samples: 0 });
  const onDone = tenths(completions);
  const { samples, times } = await endure(engine, writer, { completions, explanations, samples: SAMPLES, onDone });
  const [first, last] = [samples[0], samples.at(-1) ?? samples[0]];
  const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  for (const of of ['engine', 'host'] as const) {
    const curve = samples.filter((_, i) => i % 10 === 9).map((sample) => megabytes(sample[of]));
    console.log(`  ${of}, in MiB: ${curve.join(' ')}`);
  }
  report(
    'growth of the engine’s memory',
    growth(samples, 10, (sample) => sample.engine),
    MOST.growth,
  );
  report(
    'growth of this process’s memory',
    growth(samples, 10, (sample) => sample.host),
    MOST.growth,
  );
  report('handles more', last.handles - first.handles, 0);
  report('open files of the engine more', last.files - first.files, 0);
  const tenth = Math.ceil(times.length / 10);
  const [early, late] = [times.slice(0, tenth), times.slice(-tenth)].map((part) => percentile(part, 0.99));
  console.log(`  p99 ${early.toFixed(1)} → ${late.toFixed(1)} ms`);
  report('p99 of the last tenth to the first', late / early, MOST.slower);
}

async function blows(writer: Writer, engine: ForkedEngine, signal: NodeJS.Signals, count: number, seed: number) {
  if (count === 0) return;
  console.log(`\n${count} × ${signal} while keys are typed`);
  const random = createRng(seed);
  const pause = () => delay(KEY_MS.least + random() * (KEY_MS.most - KEY_MS.least));
  const strike = (pid: number, type: () => void) => {
    process.kill(pid, signal);
    type();
  };
  const options = { count, strike, random, pause, onDone: tenths(count) };
  const { asked, settled, backAfter, orphans } = await hit(engine, writer, options);
  console.log(`  ${asked} questions`);
  report('questions without an answer', asked - settled, 0);
  report('processes left behind', orphans, 0);
  console.log(`  back after ${percentile(backAfter, 0.5).toFixed(0)} ms in the middle`);
  report('longest way back from the end of a process, in ms', Math.max(...backAfter), MOST.backMs);
}

async function roughMachines(start: (change?: Partial<ForkedEngineOptions>) => ForkedEngine, folder: string) {
  console.log('\nRough machines');
  const question = { prefix: 'The old lighthouse stood at the end of the', maxTokens: 12 };
  const answerOf = async (change?: Partial<ForkedEngineOptions>) => {
    const engine = start(change);
    try {
      return (await engine.complete(question)).suggestions[0]?.text;
    } finally {
      await engine.dispose();
    }
  };
  const calm = await answerOf();
  for (const kind of ROUGH) {
    const answer = await onRoughMachine(kind, () => answerOf());
    report(`other answers on a machine of the kind “${kind}”`, answer === calm ? 0 : 1, 0);
  }
  // At another precision the model has to be compiled first.
  for (const kind of ['full', 'readOnly'] as const) {
    const cache = join(folder, kind);
    const change = { cache, model: { path: join(ROOT, 'models/default'), precision: 'q4' as const } };
    const refused = await onRoughMachine(kind, () => answerOf(change).then(String, (error: Error) => error.name));
    report(`compiled without a word on a machine of the kind “${kind}”`, refused === 'EngineError' ? 0 : 1, 0);
    report('files left behind there', existsSync(cache) ? readdirSync(cache).length : 0, 0);
    report('not compiled once there is room', (await answerOf(change)) === undefined ? 1 : 0, 0);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const counts = Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name} takes a whole number, not “${value}”.`);
      return [name, Number(value)];
    }),
  ) as Counts;
  const script = join(ROOT, 'dist/engine.js');
  if (!existsSync(script)) throw new Error('There is no engine. `npm run build` makes it.');
  const sentences = readFileSync(join(ROOT, 'test/data/sentences.txt'), 'utf8').trim().split('\n');
  // The engine keeps no process awake that has nothing else to do.
  const awake = setInterval(() => {}, 60_000);
  const folder = await mkdtemp(join(tmpdir(), 'inkling-soak-'));
  const start = (change: Partial<ForkedEngineOptions> = {}) =>
    new ForkedEngine({
      script,
      model: { path: '', precision: 'q8' },
      cache: join(folder, 'cache'),
      threads: counts.threads,
      idleMinutes: 0,
      ...change,
    });
  const engine = start();
  const writer = new Writer(engine, new WrittenDocument(sentences, counts.words, counts.seed));
  try {
    await engine.info();
    await engine.remember({ kind: 'settle' });
    await endurance(writer, engine, counts);
    await blows(writer, engine, 'SIGKILL', counts.kills, counts.seed);
    await blows(writer, engine, 'SIGSTOP', counts.stops, counts.seed);
    await roughMachines(start, folder);
  } finally {
    clearInterval(awake);
    writer.dispose();
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  }
  console.log(faults.length === 0 ? '\nAll as it should be.' : `\nNot as it should be: ${faults.join('; ')}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
