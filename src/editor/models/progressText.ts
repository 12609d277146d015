import * as l10n from '@vscode/l10n';
import { timeOfDay } from '../../core/text/locale';
import { formatBytes, formatSeconds } from '../../store/format';
import { type Progress, RateMeter } from '../../store/progress';

/** Percentage of the notification's bar at the start and end of each phase. */
const BAR: Record<Progress['phase'], readonly [from: number, to: number]> = {
  waiting: [0, 0],
  download: [0, 75],
  compile: [75, 95],
  'self-test': [95, 100],
};

/** Text and increments of the progress notification. */
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
    // A restart from zero cannot be shown: the bar only supports increments.
    const increment = Math.max(0, reached - this.#reported);
    this.#reported += increment;
    return { message: this.#message(progress), increment };
  }

  #message({ phase, done, total, detail, waitMs = 0 }: Progress): string {
    switch (phase) {
      case 'waiting':
        return l10n.t('Another window is busy ({0}). Waiting for it.', detail ?? '');
      case 'download':
        return detail === undefined ? this.#download(done, total) : waiting(detail, waitMs);
      case 'compile':
        return l10n.t('Compiling: {0} %.', total > 0 ? Math.floor((100 * done) / total) : 0);
      case 'self-test':
        return total > 0
          ? l10n.t('Finding out how sure it is: {0} %.', Math.floor((100 * done) / total))
          : l10n.t('Testing it against known answers.');
    }
  }

  #download(done: number, total: number): string {
    const speed = this.#rate.update(done, total);
    if (!speed) return l10n.t('{0} of {1}', formatBytes(done), formatBytes(total));
    return l10n.t(
      '{0} of {1}, {2}/s, {3} left',
      formatBytes(done),
      formatBytes(total),
      formatBytes(speed.bytesPerSecond),
      formatSeconds(speed.secondsLeft),
    );
  }
}

const MINUTE_MS = 60_000;

/** A long wait is given as a time of day, as the message is not updated. */
function waiting(reason: string, ms: number): string {
  const again =
    ms < MINUTE_MS
      ? l10n.t('Trying again in {0}.', formatSeconds(ms / 1000))
      : l10n.t('Trying again at {0}.', timeOfDay(Date.now() + ms));
  return `${reason} ${again}`;
}
