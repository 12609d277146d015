import { spawnSync } from 'node:child_process';

/** As long as apt itself waits for the lock of dpkg, below. */
const PATIENCE_S = 600;
const PAUSE_MS = 1000;

export interface AptResult {
  readonly status: number | null;
  readonly stderr: string;
}

/**
 * Runs apt-get, and waits while another program installs something. apt waits for the lock of dpkg by itself when it is
 * told so, but not for those of its lists and of its archive: there it gives up at once.
 * @throws Error with what apt said when it fails for another reason, or the other program does not end
 */
export function aptGet(args: readonly string[], run = runApt, pause = pauseThread): void {
  for (let waited = 0; ; waited += PAUSE_MS) {
    const { status, stderr } = run([...args, '-o', `DPkg::Lock::Timeout=${PATIENCE_S}`]);
    if (status === 0) return;
    if (!stderr.includes('Could not get lock') || waited >= PATIENCE_S * 1000) {
      throw new Error(`apt-get ${args.join(' ')} failed:\n${stderr}`);
    }
    pause(PAUSE_MS);
  }
}

function runApt(args: readonly string[]): AptResult {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', env });
}

function pauseThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
