import assert from 'node:assert/strict';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { EngineHealth } from '../../src/engine/health';
import { ForkedEngine, type ForkedEngineOptions } from '../../src/engine/process/client';
import { type Built, buildWithTinyModel } from './build';

/** The built engine of a suite, and those of its processes that a test starts, which end with the test. */
export function useEngineProcesses() {
  let built: Built;
  const engines: ForkedEngine[] = [];
  before(async function () {
    this.timeout(120_000);
    built = await buildWithTinyModel();
  });
  afterEach(async () => {
    mock.timers.reset();
    for (const engine of engines.splice(0)) await engine.dispose();
  });
  return {
    built: () => built,
    start(change: Partial<ForkedEngineOptions> = {}): ForkedEngine {
      const engine = new ForkedEngine({
        script: join(built.folder, 'dist/engine.js'),
        model: { path: built.model.folder, precision: 'fp32' },
        cache: join(built.folder, 'cache'),
        threads: 1,
        idleMinutes: 0,
        ...change,
      });
      engines.push(engine);
      return engine;
    },
  };
}

/** Resolves to how an engine is when it comes into this state. */
export function becomes(engine: ForkedEngine, state: EngineHealth['state']): Promise<EngineHealth> {
  return new Promise((resolve) => {
    if (engine.health.state === state) return resolve(engine.health);
    const stop = engine.onHealth((health) => {
      if (health.state !== state) return;
      stop();
      resolve(health);
    });
  });
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Resolves when the process is gone; the test's time limit is what fails otherwise. */
export async function gone(pid: number | undefined): Promise<void> {
  assert.ok(pid);
  while (isAlive(pid)) await turn();
}
