import { type Profiler, Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';

/** Compiled code does not count; only interpreted code counts every block. */
const COMPILERS = ['opt', 'sparkplug', 'use-osr'];

const SESSION = new Session();
/** Only code that is compiled after this counts its blocks, and none does once it was stopped: so it goes on. */
const STARTED = start();

async function start(): Promise<void> {
  SESSION.connect();
  await SESSION.post('Profiler.enable');
  await SESSION.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
}

/**
 * How often the blocks of our own code ran while `work` did, by V8's precise coverage: a measure of work that no clock
 * and no other process changes.
 * @param folder part of the paths of the files that are counted
 */
export async function countSteps(folder: string, work: () => void): Promise<number> {
  await STARTED;
  for (const compiler of COMPILERS) setFlagsFromString(`--no-${compiler}`);
  try {
    await SESSION.post('Profiler.takePreciseCoverage');
    work();
    const { result } = await SESSION.post('Profiler.takePreciseCoverage');
    return result.filter(({ url }) => url.includes(folder)).reduce((sum, script) => sum + stepsIn(script), 0);
  } finally {
    for (const compiler of COMPILERS) setFlagsFromString(`--${compiler}`);
  }
}

function stepsIn({ functions }: Profiler.ScriptCoverage): number {
  return functions.reduce((sum, { ranges }) => sum + ranges.reduce((steps, { count }) => steps + count, 0), 0);
}
