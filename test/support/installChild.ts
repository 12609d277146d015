import fs from 'node:fs/promises';
import { LocalEngine } from '../../src/engine/localEngine';
import { compileModel } from '../../src/gpt2/compileModel';
import { ModelStore } from '../../src/store/store';

/** What the child is told, as JSON in its only argument. */
export interface ChildTask {
  readonly root: string;
  readonly endpoint: string;
  readonly repo: string;
  /** Dies just before this change of a folder, counted from 1. */
  readonly dieAt?: number;
  /** Dies when the compiler has come this far, 0 to 1. */
  readonly dieAtCompile?: number;
}

const task: ChildTask = JSON.parse(process.argv[2]);
const die = () => process.kill(process.pid, 'SIGKILL');

let changes = 0;
for (const name of ['rename', 'mkdtemp', 'rm', 'writeFile'] as const) {
  const original = fs[name] as (...args: unknown[]) => Promise<unknown>;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      if (++changes === task.dieAt) {
        die();
      }
      return original(...args);
    },
  });
}

const store = new ModelStore({
  root: task.root,
  hub: { endpoint: task.endpoint },
  retry: { backoffMs: 1 },
  lockStaleMs: 2000,
  calibrate: async () => undefined,
  compile: compileModel,
  openEngine: (folder) => LocalEngine.open(folder),
});
store
  .install(task.repo, {
    onProgress: (progress) => {
      process.send?.(progress);
      if (progress.phase === 'compile' && progress.done / progress.total >= (task.dieAtCompile ?? 2)) {
        die();
      }
    },
  })
  .then(
    (model) => process.send?.({ folder: model.folder }),
    (error) => process.send?.({ error: String(error) }),
  )
  .finally(() => process.disconnect());
