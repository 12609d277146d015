import { formatBytes, formatSeconds } from '../../store/format';
import { type Progress, RateMeter } from '../../store/progress';

/** Share of the notification's bar that is filled when a phase begins and when it ends, in percent. */
const BAR: Record<Progress['phase'], readonly [from: number, to: number]> = {
  waiting: [0, 0],
  download: [0, 75],
  compile: [75, 95],
  'self-test': [95, 100],
};

/** Words and bar of the progress notification. */
export class ProgressText {
  readonly #rate: RateMeter;
  #reported = 0;

  constructor(rate = new RateMeter()) {
    this.#rate = rate;
  }

  update(progress: Progress): { readonly message: string; readonly increment: number } {
    const { phase, done, total } = progress;
    const [from, to] = BAR[phase];
    const reached = total > 0 ? from + ((to - from) * done) / total : this.#reported;
    // A restart from zero cannot be shown: the bar knows increments only.
    const increment = Math.max(0, reached - this.#reported);
    this.#reported += increment;
    return { message: this.#message(progress), increment };
  }

  #message({ phase, done, total, detail, waitMs = 0 }: Progress): string {
    switch (phase) {
      case 'waiting':
        return `Another window is busy (${detail}). Waiting for it.`;
      case 'download':
        return detail === undefined ? this.#download(done, total) : waiting(detail, waitMs);
      case 'compile':
        return `Compiling: ${total > 0 ? Math.floor((100 * done) / total) : 0} %.`;
      case 'self-test':
        return total > 0
          ? `Finding out how sure it is: ${Math.floor((100 * done) / total)} %.`
          : 'Testing it against known answers.';
    }
  }

  #download(done: number, total: number): string {
    const speed = this.#rate.update(done, total);
    const rate = speed && `${formatBytes(speed.bytesPerSecond)}/s, ${formatSeconds(speed.secondsLeft)} left`;
    return [`${formatBytes(done)} of ${formatBytes(total)}`, rate].filter(Boolean).join(', ');
  }
}

const MINUTE_MS = 60_000;

/** A long wait is given by the clock, as the message stays as it is. */
function waiting(reason: string, ms: number, now = new Date()): string {
  const sentence = reason.charAt(0).toUpperCase() + reason.slice(1);
  const time = new Date(now.getTime() + ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const when = ms < MINUTE_MS ? `in ${formatSeconds(ms / 1000)}` : `at ${time}`;
  return `${sentence}. Trying again ${when}.`;
}
