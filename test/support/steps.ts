import { type Profiler, Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';

/** Compiled code does not count; only interpreted code counts every block. */
const COMPILERS = ['opt', 'sparkplug', 'use-osr'];

/**
 * How often the blocks of our own code ran while `work` did, by V8's precise coverage: a measure of work that no clock
 * and no other process changes.
 * @param folder part of the paths of the files that are counted
 */
export async function countSteps(folder: string, work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  for (const compiler of COMPILERS) setFlagsFromString(`--no-${compiler}`);
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    await session.post('Profiler.takePreciseCoverage');
    work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result.filter(({ url }) => url.includes(folder)).reduce((sum, script) => sum + stepsIn(script), 0);
  } finally {
    await session.post('Profiler.stopPreciseCoverage');
    await session.post('Profiler.disable');
    session.disconnect();
    for (const compiler of COMPILERS) setFlagsFromString(`--${compiler}`);
  }
}

function stepsIn({ functions }: Profiler.ScriptCoverage): number {
  return functions.reduce((sum, { ranges }) => sum + ranges.reduce((steps, { count }) => steps + count, 0), 0);
}
