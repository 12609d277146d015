import { formatBytes, formatSeconds } from '../../store/format';
import { type Progress, RateMeter } from '../../store/progress';

/** Share of the notification's bar that is filled when a phase begins and when it ends, in percent. */
const bar: Record<Progress['phase'], readonly [from: number, to: number]> = {
  waiting: [0, 0],
  download: [0, 75],
  compile: [75, 95],
  'self-test': [95, 100],
};

/** Words and bar of the progress notification. */
export class ProgressText {
  private reported = 0;

  constructor(private readonly rate = new RateMeter()) {}

  update(progress: Progress): { readonly message: string; readonly increment: number } {
    const { phase, done, total } = progress;
    const [from, to] = bar[phase];
    const reached = total > 0 ? from + ((to - from) * done) / total : this.reported;
    // A restart from zero cannot be shown: the bar knows increments only.
    const increment = Math.max(0, reached - this.reported);
    this.reported += increment;
    return { message: this.message(progress), increment };
  }

  private message({ phase, done, total, detail }: Progress): string {
    switch (phase) {
      case 'waiting':
        return `Another window is busy (${detail}). Waiting for it.`;
      case 'download':
        return detail === undefined ? this.download(done, total) : `Trying again soon: ${detail}.`;
      case 'compile':
        return `Compiling: ${total > 0 ? Math.floor((100 * done) / total) : 0} %.`;
      case 'self-test':
        return 'Testing it against known answers.';
    }
  }

  private download(done: number, total: number): string {
    const speed = this.rate.update(done, total);
    const pace = speed && `${formatBytes(speed.bytesPerSecond)}/s, ${formatSeconds(speed.secondsLeft)} left`;
    return [`${formatBytes(done)} of ${formatBytes(total)}`, pace].filter(Boolean).join(', ');
  }
}
