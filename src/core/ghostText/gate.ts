import { unbalancedAt } from '../completion/balance';
import { spelling } from '../completion/text';
import type { Completion, Suggestion, WordEnd } from '../completion/types';
import { CALIBRATION, type Calibration, calibrated, thresholdFor } from './calibration';
import type { TypingPace } from './pace';

/** A suggestion of fewer characters costs as much to accept as to type. */
export const SHORTEST = 3;
/** What is on screen for a shorter time only distracts. */
export const GLANCE_MS = 200;
// The bounds of the gate, chosen by typing parts of three writers' texts (docs/evaluation.md). They hold in full for
// trigger rates up to STRICT_UP_TO, the default; above it they give way, until at 1 nothing is held back.
/** Minimum probability that the first word is right. */
const FIRST_SURE = 0.2;
/** The least probability that all words up to a further one are right, for that one to be shown too. */
const FURTHER_SURE = 0.05;
/** The greatest probability that the next keys take the suggestion away before it was seen. */
const MOST_RISK = 0.16;
const STRICT_UP_TO = 0.3;
/** How far back a quotation may have begun that a suggestion closes, in UTF-16 units. */
const BEFORE = 2048;
/** The most keys that anybody presses in the time of a glance. */
const KEYS = 3;
/** The probability that the writer types on after a deletion, rather than deleting more. */
const AFTER_DELETION = 0.3;
/** Longest wait of a suggestion for a pause, and the step of the search for it, in ms. */
const LONGEST_WAIT_MS = 1_500;
const STEP_MS = 25;

/** When and to whom a suggestion would be shown. */
export interface Moment {
  /** `inkling.ghostText.triggerRate`: the share of keys after which there may be grey text, 0 to 1. */
  readonly rate: number;
  /** How far the threshold has moved by what this writer accepted and ignored, in characters saved; 0 by default. */
  readonly learnt?: number;
  /** The text before the cursor, or its end. */
  readonly before: string;
  readonly pace: TypingPace;
  /** Milliseconds since the last key; Infinity if nobody is typing. */
  readonly waited: number;
  /** Whether the last key deleted something: then the model cannot tell what the next key does. */
  readonly deleted?: boolean;
}

/** What the gate lets pass now. */
export interface Gated {
  readonly completion: Completion;
  /** In how many ms a suggestion that is held back now may be shown if no key comes; absent where none may be. */
  readonly waitMs?: number;
}

/**
 * What a suggestion is worth: how many characters it can be expected to save, summed over its words by the model's
 * calibrated probabilities, less the key that accepts it.
 */
export function worth({ words }: Pick<Suggestion, 'words'>, calibration: Calibration = CALIBRATION): number {
  let value = 0;
  let length = 0;
  for (const [i, word] of words.entries()) {
    const right = calibrated(Math.exp(word.logprob), calibration);
    value += right * (word.length - length) - (i === 0 ? right : 0);
    length = word.length;
  }
  return value;
}

/**
 * Passes suggestions that are worth a glance at the moment (see `worth`); results without a suggestion pass unchanged.
 */
export function gate(completion: Completion, moment: Moment, calibration: Calibration = CALIBRATION): Gated {
  const [first] = completion.suggestions;
  if (first === undefined || moment.rate === 1) return { completion };
  const strictness = strictnessAt(moment.rate);
  const wanted = Math.max(thresholdFor(moment.rate, calibration), strictness) + (moment.learnt ?? 0);
  const suggestion = sureWords(first, moment.before, FURTHER_SURE * strictness, calibration);
  const value = worth(suggestion, calibration);
  const held: Completion = { suggestions: [], reason: 'unsure', heldBack: { worth: value, wanted } };
  const isSure = firstWord(suggestion, calibration) >= FIRST_SURE * strictness;
  if (suggestion.text.trim().length < SHORTEST || value < wanted || !isSure) return { completion: held };
  const waitMs = msUntilSafe(suggestion, moment, 1 - (1 - MOST_RISK) * strictness, calibration);
  if (waitMs === undefined) return { completion: held };
  if (waitMs > 0) return { completion: held, waitMs };
  return { completion: { ...completion, suggestions: [suggestion] } };
}

/** How strictly the bounds hold at a trigger rate: 1 up to the default rate, 0 at the rate of 1. */
function strictnessAt(rate: number): number {
  return Math.min(1, (1 - rate) / (1 - STRICT_UP_TO));
}

/** Whether what is left of a suggestion stays on screen: the last letters go, unless that would make it flash by. */
export function stays({ text }: Pick<Suggestion, 'text'>, shownForMs: number, rate: number): boolean {
  return rate === 1 || text.trim().length >= SHORTEST || shownForMs < GLANCE_MS;
}

/**
 * A log-probability of what follows a suggestion's first word, given that word, below which the gate shows none of it at
 * this rate, now or once the word is typed: the model need not write it.
 */
export function leastRest(rate: number): number {
  return Math.log(FURTHER_SURE * strictnessAt(rate));
}

/**
 * The suggestion up to the last word that the model is sure enough of and that leaves no quotation or bracket open; at
 * least its first word, if that leaves none open.
 */
function sureWords(suggestion: Suggestion, before: string, leastSure: number, calibration: Calibration): Suggestion {
  const { words, text, healed } = suggestion;
  const unsure = words.findIndex(({ logprob }, i) => i > 0 && calibrated(Math.exp(logprob), calibration) < leastSure);
  if (unsure < 0) return suggestion;
  const near = before.slice(-BEFORE);
  const whole = unbalancedAt(near, text);
  const isBalanced = ({ length }: WordEnd): boolean =>
    unbalancedAt(near, text.slice(0, length)) >= Math.min(length, whole);
  const kept = words.slice(0, words.slice(0, unsure).findLastIndex(isBalanced) + 1);
  const { length, confidence } = kept.at(-1) ?? { length: 0, confidence: suggestion.confidence };
  const tokens = spelling(suggestion.tokens, healed.length + length);
  return {
    ...suggestion,
    text: text.slice(0, length),
    tokens,
    logprob: tokens.reduce((sum, token) => sum + token.logprob, 0),
    confidence,
    words: kept,
    ended: 'unsure',
    next: suggestion.tokens[tokens.length] ?? suggestion.next,
  };
}

/** The probability that the first word is right, or the first few where it is shorter than what is ever shown. */
function firstWord({ begins, words }: Suggestion, calibration: Calibration): number {
  const word = words.find(({ length }) => length >= SHORTEST) ?? words.at(-1);
  return word === undefined ? calibrated(begins[0] ?? 0, calibration) : chance(word, calibration);
}

/** In how many ms the writer will have paused enough for a suggestion to stay; undefined where never. */
function msUntilSafe(
  suggestion: Suggestion,
  moment: Moment,
  mostRisk: number,
  calibration: Calibration,
): number | undefined {
  if (moment.waited === Number.POSITIVE_INFINITY) return 0;
  for (let ms = 0; moment.waited + ms <= LONGEST_WAIT_MS; ms += STEP_MS) {
    if (risk(suggestion, { ...moment, waited: moment.waited + ms }, calibration) <= mostRisk) return ms;
  }
  return undefined;
}

/**
 * The probability that the suggestion disappears before the writer has read it: that, within the time of a glance and
 * at the writer's pace, one of the next keys differs from it or all of it has been typed.
 */
function risk(suggestion: Suggestion, { before, pace, waited, deleted }: Moment, calibration: Calibration): number {
  const { text } = suggestion;
  const goesOn = deleted ? AFTER_DELETION : 1;
  let agreed = 1;
  let gone = 0;
  for (let key = 1; key <= Math.min(KEYS, text.length); key++) {
    const agreeing = key === text.length ? 0 : goesOn * agrees(suggestion, key, calibration);
    gone += (agreed - agreeing) * pace.allWithin(GLANCE_MS, before, waited, text.slice(0, key));
    agreed = agreeing;
  }
  return gone;
}

/** The probability that the next `keys` keys are as suggested. */
function agrees({ words, begins }: Suggestion, keys: number, calibration: Calibration): number {
  const known = begins[keys - 1];
  if (known !== undefined) return calibrated(known, calibration);
  const last = words.at(-1);
  return last === undefined ? 0 : chance(last, calibration);
}

function chance({ logprob }: Suggestion['words'][number], calibration: Calibration): number {
  return calibrated(Math.exp(logprob), calibration);
}
