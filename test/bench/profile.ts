import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadRuntime } from '../../src/engine/runtime';
import { Session } from '../../src/engine/session';
import { READING_GRAPH, readManifest } from '../../src/gpt2/compiledModel';
import type { Gpt2Config } from '../../src/gpt2/config';
import { random } from '../support/randomModel';

/** Operators of a run are read from the trace of the graph that made it. */
const RUNS = [
  { label: 'decode after 384', graph: 'model.onnx', before: 384, count: 1, times: 32 },
  { label: 'reading 512', graph: READING_GRAPH, before: 0, count: 512, times: 8 },
  { label: 'reading 128 after 384', graph: READING_GRAPH, before: 384, count: 128, times: 8 },
] as const;

/** `npx tsx test/bench/profile.ts FOLDER [THREADS]`: where the time of a decode step and of reading goes, by operator. */
async function main([folder, threads = '1']: string[]): Promise<void> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new Error(`There is no compiled model in ${folder}.`);
  const next = random(3);
  const text = (length: number) => Array.from({ length }, () => Math.floor(next() * 50_000));
  for (const { label, graph, before, count, times } of RUNS) {
    const traces = mkdtempSync(join(tmpdir(), 'inkling-profile-'));
    const session = await profiled(folder, manifest.config, Number(threads), traces);
    const cache = session.newCache();
    cache.reserve(before + count);
    const run = async (ids: readonly number[]) => {
      if (graph === READING_GRAPH) await session.read(cache, ids);
      else await session.step(cache, [ids], 1);
    };
    if (before > 0) await run(text(before));
    for (let i = 0; i < times; i++) {
      cache.truncate(before);
      await run(text(count));
    }
    await session.close();
    const trace = readdirSync(traces).find((file) => file.startsWith(graph)) as string;
    print(`${label}, ${threads} thread(s)`, join(traces, trace), times);
    rmSync(traces, { recursive: true });
  }
}

/** The engine itself never profiles, so its sessions have no switch for it: the runtime gets one for a moment. */
async function profiled(folder: string, config: Gpt2Config, threads: number, traces: string): Promise<Session> {
  const { InferenceSession } = loadRuntime();
  const { create } = InferenceSession;
  const profilingCreate = (file: string, options: object) => {
    const profiling = { ...options, enableProfiling: true, profileFilePrefix: join(traces, basename(file)) };
    return Reflect.apply(create, InferenceSession, [file, profiling]);
  };
  Object.assign(InferenceSession, { create: profilingCreate });
  try {
    return await Session.open(folder, config, { threads });
  } finally {
    Object.assign(InferenceSession, { create });
  }
}

/** The least time of each operator in the last `times` runs of a trace. */
function print(title: string, file: string, times: number): void {
  type Event = { cat: string; name: string; dur: number; ts: number; args?: { op_name?: string } };
  const events = JSON.parse(readFileSync(file, 'utf8')) as Event[];
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const from = runs.at(-times)?.ts ?? 0;
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
  const best = Math.min(...runs.slice(-times).map(({ dur }) => dur));
  console.log(
    `\n${title}: best run ${(best / 1000).toFixed(2)} ms, the operators' best ${(inOperators / 1000).toFixed(2)} ms`,
  );
  for (const [name, { time, calls }] of rows) {
    console.log(`${name.padEnd(24)} ${(time / 1000).toFixed(3).padStart(8)} ms  ${calls} calls`);
  }
}

void main(process.argv.slice(2));
