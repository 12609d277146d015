import type { Tokenizer } from '../tokenizer';
import type { NextTokens } from './distribution';
import type { Reader } from './reader';
import type { Candidate } from './types';

/** A chosen token, with the distribution it was chosen from. */
export interface Step {
  readonly id: number;
  readonly logprob: number;
  readonly from: NextTokens;
  /** The most probable other token that would also have been valid. */
  readonly runnerUp: Candidate | null;
}

/** A sequence of tokens that spells the typed bytes, and possibly more. */
export interface Hypothesis {
  readonly steps: readonly Step[];
  /** Summed log-probability of the steps. */
  readonly logprob: number;
}

export interface Healing {
  /** Hypotheses that spell all typed bytes, most probable first: at least one, at most as many as requested. */
  readonly hypotheses: readonly Hypothesis[];
  /** Probability of what was typed among everything possible at its place, from 0 to 1. */
  readonly typedMass: number;
  /** Probability that what was typed ends a token. */
  readonly ended: number;
  /** Probability that what was typed goes on with these bytes in the same token. */
  readonly goesOn: (bytes: Uint8Array) => number;
}

/** A hypothesis that does not yet spell all of the typed bytes. */
interface Open extends Hypothesis {
  readonly rest: Uint8Array;
}

/** Model runs spent on unusual tokenizations before the canonical one is taken. */
const EXPANSIONS = 4;
/** UTF-8 bytes of space and tab. */
const BLANKS = [0x20, 0x09];
const START: Hypothesis = { steps: [], logprob: 0 };
/** Where nothing is known of how the typed text could go on. */
const SETTLED = { typedMass: 1, ended: 1, goesOn: () => 0 };

/**
 * Token healing: finds the most probable tokens that spell `typed` and possibly more, so that a word cut by the cursor
 * is completed as the model would have written it. `canonical` are the tokenizer's tokens for `typed`, evaluated in one
 * run. Other tokenizations follow by uniform-cost search (Dijkstra 1959) over the vocabulary, for as long as they can
 * still beat the best one. Typed spaces are not followed by more spaces. `context` must hold at least one token; an
 * empty `typed` needs no run.
 */
export async function heal(
  reader: Reader,
  context: readonly number[],
  typed: Uint8Array,
  canonical: readonly number[],
  count: number,
  signal?: AbortSignal,
): Promise<Healing> {
  if (canonical.length === 0) return { hypotheses: [START], ...SETTLED };
  const { tokenizer } = reader;
  const found: Hypothesis[] = [];
  const open: Open[] = [];
  let typedMass = 0;
  let ended = 0;
  const looks: { readonly weight: number; readonly rest: Uint8Array; readonly from: NextTokens }[] = [];
  const endsInSpace = BLANKS.includes(typed[typed.length - 1]);

  const look = (hypothesis: Hypothesis, rest: Uint8Array, from: NextTokens, except?: number): void => {
    const spelling = tokenizer.tokensWithPrefix(rest);
    const beginning = tokenizer.tokensThatArePrefixOf(rest);
    const weight = Math.exp(hypothesis.logprob);
    typedMass += weight * from.mass(spelling);
    ended += weight * from.mass(tokensOf(tokenizer, rest));
    looks.push({ weight, rest, from });
    const covering = endsInSpace ? withoutMoreSpace(tokenizer, spelling, rest) : spelling;
    const [first, second] = from.best(2, [...covering, ...beginning]);
    const follow = (id: number): Hypothesis => {
      const other = id === first ? second : first;
      const runnerUp = other === undefined ? null : from.candidate(other);
      const step = { id, logprob: from.logprob(id), from, runnerUp };
      return { steps: [...hypothesis.steps, step], logprob: hypothesis.logprob + step.logprob };
    };
    for (const id of from.best(count, covering)) found.push(follow(id));
    for (const id of beginning) {
      if (id !== except) open.push({ ...follow(id), rest: rest.subarray(tokenizer.tokenBytes(id).length) });
    }
  };

  const asCut = await lookAlongCanonical(reader, context, typed, canonical, look, signal);
  for (let runs = 0; runs < EXPANSIONS; runs++) {
    found.sort(byProbability);
    open.sort(byProbability);
    const next = open.shift();
    const worstFound = found[Math.min(count, found.length) - 1];
    if (next === undefined || (worstFound !== undefined && next.logprob <= worstFound.logprob)) break;
    const sequence = [...context, ...next.steps.map(({ id }) => id)];
    look(next, next.rest, await reader.after(sequence, signal));
  }
  // No token of text spells what stands for unknown bytes.
  if (found.length === 0) return { hypotheses: [asCut], ...SETTLED };
  const goesOn = (bytes: Uint8Array): number => {
    const masses = looks.map(
      ({ weight, rest, from }) => weight * from.mass(tokenizer.tokensWithPrefix(joined(rest, bytes))),
    );
    return masses.reduce((sum, mass) => sum + mass, 0) / typedMass;
  };
  const hypotheses = found.sort(byProbability).slice(0, count);
  return { hypotheses, typedMass: Math.min(1, typedMass), ended: ended / typedMass, goesOn };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The tokens with exactly these bytes, without visiting the thousands that may begin with them. */
function tokensOf(tokenizer: Tokenizer, bytes: Uint8Array): readonly number[] {
  const beginning = tokenizer.tokensThatArePrefixOf(joined(bytes, Uint8Array.of(0)));
  return beginning.filter((id) => tokenizer.tokenBytes(id).length === bytes.length);
}

/** Of the tokens that begin with some bytes, those that do not continue with a space or tab. */
function withoutMoreSpace(tokenizer: Tokenizer, spelling: readonly number[], bytes: Uint8Array): readonly number[] {
  const spaces = new Set(BLANKS.flatMap((blank) => tokenizer.tokensWithPrefix(joined(bytes, Uint8Array.of(blank)))));
  return spaces.size === 0 ? spelling : spelling.filter((id) => !spaces.has(id));
}

function byProbability(a: Hypothesis, b: Hypothesis): number {
  return b.logprob - a.logprob;
}

/** Evaluates the alternatives at the start of each canonical token, given those before it. @returns all of them */
async function lookAlongCanonical(
  reader: Reader,
  context: readonly number[],
  typed: Uint8Array,
  canonical: readonly number[],
  look: (hypothesis: Hypothesis, rest: Uint8Array, from: NextTokens, except?: number) => void,
  signal?: AbortSignal,
): Promise<Hypothesis> {
  const sequence = [...context, ...canonical.slice(0, -1)];
  const expected = await reader.along(sequence, canonical.length, signal);
  let hypothesis = START;
  let rest = typed;
  canonical.forEach((id, i) => {
    const from = expected[i];
    look(hypothesis, rest, from, id);
    const step = { id, logprob: from.logprob(id), from, runnerUp: null };
    hypothesis = { steps: [...hypothesis.steps, step], logprob: hypothesis.logprob + step.logprob };
    rest = rest.subarray(reader.tokenizer.tokenBytes(id).length);
  });
  return hypothesis;
}
