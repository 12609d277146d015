import { formatBytes } from '../store/format';

/** What is done sooner than this needs no notice. */
const PATIENCE_MS = 1_000;

/**
 * Tells on standard error that a compilation takes its time: a percentage that counts up on a terminal, one line
 * elsewhere. Standard output is for results alone.
 * @returns a listener for the fraction done
 */
export function compilationProgress(what: string): (fraction: number) => void {
  const begun = Date.now();
  let shown = -1;
  return (fraction) => {
    const percent = Math.floor(100 * fraction);
    if (percent === shown || (shown < 0 && Date.now() - begun < PATIENCE_MS)) return;
    if (process.stderr.isTTY) process.stderr.write(`\r${what} … ${percent} %${percent === 100 ? '\n' : ''}`);
    else if (shown < 0) process.stderr.write(`${what} …\n`);
    shown = percent;
  };
}

/** Tells on a terminal's standard error how much of a download is there. */
export function downloadProgress(): (done: number, total: number) => void {
  let shown = -1;
  return (done, total) => {
    const percent = Math.floor((100 * done) / total);
    if (process.stderr.isTTY && percent !== shown) {
      shown = percent;
      process.stderr.write(`\r${formatBytes(done)} of ${formatBytes(total)} ${percent === 100 ? '\n' : ''}`);
    }
  };
}
