/**
 * Longest run in ms, as it cannot be interrupted and a key has to wait for it: while keys are expected, and while none
 * are.
 */
const LONGEST_RUN_MS = 50;
const LONGEST_AHEAD_MS = 200;
/**
 * Limits of tokens per run. Each run reads all weights from memory: 512 tokens in runs of 32 take 2.3 times as long as
 * in runs of 128, and in runs of 256 nine tenths.
 */
const [FEWEST, MOST] = [64, 256];
const MOST_AHEAD = 512;
/** Tokens of the first run, before the machine's speed is known. */
const FIRST = 128;
/** The runtime's kernels are fastest at multiples of this. */
const MULTIPLE = 16;
/** The rest of a text is read in one run if it is at most this many times as long as a run. */
const STRETCH = 1.15;

/** Chooses the number of tokens per run from the duration of earlier runs: fast, but short enough for a key to wait. */
export class ReadingPace {
  #msPerToken: number | undefined;

  /**
   * How many of the next `rest` tokens to read.
   * @param ahead whether nobody is typing yet
   */
  next(rest: number, ahead = false): number {
    const longest = ahead ? LONGEST_AHEAD_MS : LONGEST_RUN_MS;
    const fitting = this.#msPerToken === undefined ? FIRST : longest / this.#msPerToken;
    const most = ahead ? MOST_AHEAD : MOST;
    const count = Math.max(FEWEST, Math.min(most, Math.floor(fitting / MULTIPLE) * MULTIPLE));
    return rest <= count * STRETCH ? rest : count;
  }

  /** Records a run; earlier runs count half, so that one outlier does not determine the pace. */
  ran(tokens: number, milliseconds: number): void {
    const latest = milliseconds / tokens;
    this.#msPerToken = this.#msPerToken === undefined ? latest : (this.#msPerToken + latest) / 2;
  }
}
