import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRuntime } from '../../src/engine/runtime';
import { Session } from '../../src/engine/session';
import { readManifest } from '../../src/gpt2/compiledModel';
import type { Gpt2Config } from '../../src/gpt2/config';
import { random } from '../support/randomModel';

/** `npx tsx test/bench/profile.ts FOLDER [THREADS]`: where the time of a decode step and of a prefill chunk goes, by operator. */
async function main([folder, threads = '1']: string[]): Promise<void> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new Error(`There is no compiled model in ${folder}.`);
  const next = random(3);
  const text = (length: number) => Array.from({ length }, () => Math.floor(next() * 50_000));
  for (const [label, count, steps] of [
    ['decode at 512', 1, 32],
    ['prefill of 128 after 384', 128, 4],
  ] as const) {
    const traces = mkdtempSync(join(tmpdir(), 'inkling-profile-'));
    const session = await profiled(folder, manifest.config, Number(threads), traces);
    const cache = session.newCache();
    const before = 512 - (count === 1 ? 0 : count);
    while (cache.length < before) await session.step(cache, [text(Math.min(128, before - cache.length))], 1);
    const warmUp = session.work.runs;
    for (let step = 0; step < steps; step++) {
      cache.truncate(before);
      await session.step(cache, [text(count)], 1);
    }
    await session.close();
    print(`${label}, ${threads} thread(s)`, join(traces, readdirSync(traces)[0]), warmUp);
    rmSync(traces, { recursive: true });
  }
}

/** The engine itself never profiles, so its session has no switch for it: the runtime gets one for a moment. */
async function profiled(folder: string, config: Gpt2Config, threads: number, traces: string): Promise<Session> {
  const { InferenceSession } = loadRuntime();
  const { create } = InferenceSession;
  const profilingCreate = (file: string, options: object) => {
    const profiling = { ...options, enableProfiling: true, profileFilePrefix: join(traces, 'trace') };
    return Reflect.apply(create, InferenceSession, [file, profiling]);
  };
  Object.assign(InferenceSession, { create: profilingCreate });
  try {
    return await Session.open(folder, config, { threads });
  } finally {
    Object.assign(InferenceSession, { create });
  }
}

function print(title: string, file: string, warmUp: number): void {
  type Event = { cat: string; name: string; dur: number; ts: number; args?: { op_name?: string } };
  const events = JSON.parse(readFileSync(file, 'utf8')) as Event[];
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const from = runs[warmUp].ts;
  // The least time of each node over the steps: what other programs did in between is left out.
  const nodes = new Map<string, { operator: string; time: number }>();
  for (const { cat, name, dur, ts, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || ts < from || !args?.op_name) continue;
    nodes.set(name, { operator: args.op_name, time: Math.min(dur, nodes.get(name)?.time ?? dur) });
  }
  const byOperator = new Map<string, { time: number; calls: number }>();
  for (const { operator, time } of nodes.values()) {
    const sum = byOperator.get(operator) ?? { time: 0, calls: 0 };
    byOperator.set(operator, { time: sum.time + time, calls: sum.calls + 1 });
  }
  const rows = [...byOperator].sort(([, a], [, b]) => b.time - a.time);
  const inOperators = rows.reduce((sum, [, { time }]) => sum + time, 0);
  const best = Math.min(...runs.slice(warmUp).map(({ dur }) => dur));
  console.log(
    `\n${title}: best run ${(best / 1000).toFixed(2)} ms, the operators' best ${(inOperators / 1000).toFixed(2)} ms`,
  );
  for (const [name, { time, calls }] of rows) {
    console.log(`${name.padEnd(24)} ${(time / 1000).toFixed(3).padStart(8)} ms  ${calls} calls`);
  }
}

void main(process.argv.slice(2));
