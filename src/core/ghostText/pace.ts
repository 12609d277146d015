/** Between two letters of a writer who has not been timed yet, in ms: 80 words a minute, pauses included. */
const UNKNOWN_MS = 100;
const STEPS = 8;
/** A longer interval is a pause in the writing, not the pace of it. */
const PAUSE_MS = 2_000;
/** The share of the latest interval in the running mean. */
const WEIGHT = 0.1;
/** Intervals between keys are log-normal (Roeser et al. 2021); their spread where a unit goes on, and where one begins. */
export const SPREAD = { within: 0.35, between: 0.6 } as const;
/** How much longer the pause before a word, a phrase and a sentence is than that before a letter. */
export const LONGER = { letter: 1, word: 1.6, phrase: 3, sentence: 8 } as const;

type Unit = keyof typeof LONGER;

/** Typing speed, measured from the keys. */
export class TypingPace {
  /** Mean logarithm of the milliseconds between two letters. */
  #mean = Math.log(UNKNOWN_MS);
  #lastKeyAt: number | undefined;

  /**
   * Records a key.
   * @param before the text before it, or its end
   * @param at time in ms of any clock
   */
  key(before: string, at: number): void {
    const interval = at - (this.#lastKeyAt ?? Number.NEGATIVE_INFINITY);
    this.#lastKeyAt = at;
    if (interval <= 0 || interval > PAUSE_MS) return;
    this.#mean += WEIGHT * (Math.log(interval / medianPause(before).longer) - this.#mean);
  }

  /** To be called for a deletion, a paste and the like: the interval after it says nothing about typing. */
  interrupted(): void {
    this.#lastKeyAt = undefined;
  }

  /**
   * The probability that the next key comes within `ms` from now.
   * @param before the text before the cursor, or its end
   * @param waited milliseconds since the last key
   */
  keyWithin(ms: number, before: string, waited: number): number {
    const { longer, spread } = medianPause(before);
    const mean = this.#mean + Math.log(longer);
    const until = (time: number): number => (time <= 0 ? 0 : normal((Math.log(time) - mean) / spread));
    const left = 1 - until(waited);
    return left < 1e-6 ? 0 : (until(waited + ms) - until(waited)) / left;
  }

  /**
   * The probability that all keys of a text come within `ms` from now.
   * @param text what is typed next
   */
  allWithin(ms: number, before: string, waited: number, text: string): number {
    if (text.length === 1) return this.keyWithin(ms, before, waited);
    const further = Array.from({ length: text.length - 1 }, (_, i) => medianPause(before + text.slice(0, i + 1)));
    // The time of the first key is taken in steps; the further keys then have what is left.
    let chance = 0;
    let come = 0;
    for (let step = 1; step <= STEPS; step++) {
      const by = this.keyWithin((ms * step) / STEPS, before, waited);
      chance += (by - come) * this.#sumWithin(further, (ms * (STEPS - step + 0.5)) / STEPS);
      come = by;
    }
    return chance;
  }

  /** A sum of log-normal intervals is taken as log-normal by its mean and variance (Fenton 1960). */
  #sumWithin(intervals: readonly Pause[], ms: number): number {
    let mean = 0;
    let variance = 0;
    for (const { longer, spread } of intervals) {
      const expected = Math.exp(this.#mean + spread ** 2 / 2) * longer;
      mean += expected;
      variance += expected ** 2 * (Math.exp(spread ** 2) - 1);
    }
    const spread = Math.log(1 + variance / mean ** 2);
    return normal((Math.log(ms / mean) + spread / 2) / Math.sqrt(spread));
  }
}

/** A pause before a key, in medians of that between two letters, and the spread of its logarithm. */
interface Pause {
  readonly longer: number;
  readonly spread: number;
}

/** The pause after a text. */
function medianPause(before: string): Pause {
  const unit = unitAfter(before);
  return { longer: LONGER[unit], spread: unit === 'letter' ? SPREAD.within : SPREAD.between };
}

/** What a key begins after a text. */
function unitAfter(before: string): Unit {
  const near = before.slice(-4);
  if (/[.!?…]["'”’)]*\s$/.test(near)) return 'sentence';
  if (/[,;:—–]\s?$/.test(near)) return 'phrase';
  return /\s$/.test(near) || near === '' ? 'word' : 'letter';
}

/** The standard normal distribution function (Abramowitz and Stegun 1964, 26.2.17): to 1e-7. */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return x >= 0 ? 1 - tail : tail;
}
