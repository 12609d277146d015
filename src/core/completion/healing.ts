import type { TextModel } from '../decoding/model';
import { Distribution } from './distribution';
import type { Candidate } from './types';

/** A chosen token and the distribution it was chosen from. */
export interface Step {
  readonly id: number;
  readonly logprob: number;
  readonly from: Distribution;
  /** The most probable other token that would have done as well. */
  readonly runnerUp: Candidate | null;
}

/** A way to spell the typed bytes, and perhaps more. */
export interface Path {
  readonly steps: readonly Step[];
  /** Summed log-probability of the steps. */
  readonly logprob: number;
}

export interface Healing {
  /** Paths that spell all of the typed bytes, most probable first: at least one, at most as many as asked for. */
  readonly paths: readonly Path[];
  /** Probability of what was typed among all that could have stood there, between 0 and 1. */
  readonly typedMass: number;
}

/** A path that does not yet spell all of the typed bytes. */
interface Open extends Path {
  readonly rest: Uint8Array;
}

/** Runs of the model spent on unusual tokenisations before the usual one is taken. */
const EXPANSIONS = 4;
const START: Path = { steps: [], logprob: 0 };

/**
 * Token healing: finds the most probable tokens that spell `typed` and may go on beyond it, so that a word cut by the
 * cursor is completed as the model would have written it. `canonical` are the tokens that the tokenizer gives for
 * `typed`; they are looked at in one run. Other tokenisations follow by uniform-cost search (Dijkstra 1959) over the
 * vocabulary, for as long as they can still beat what was found. Spaces that were typed do not become more of them.
 * `context` holds at least one token; nothing typed needs no run.
 */
export async function heal(
  model: TextModel,
  context: readonly number[],
  typed: Uint8Array,
  canonical: readonly number[],
  count: number,
  signal?: AbortSignal,
): Promise<Healing> {
  if (canonical.length === 0) return { paths: [START], typedMass: 1 };
  const { tokenizer } = model;
  const found: Path[] = [];
  const open: Open[] = [];
  let typedMass = 0;
  const endsInSpace = isBlank(typed.at(-1));

  const look = (path: Path, rest: Uint8Array, from: Distribution, except?: number): void => {
    const spelling = tokenizer.tokensWithPrefix(rest);
    const beginning = tokenizer.tokensThatArePrefixOf(rest);
    typedMass += Math.exp(path.logprob) * from.mass(spelling);
    const covering = endsInSpace ? spelling.filter((id) => !isBlank(tokenizer.tokenBytes(id)[rest.length])) : spelling;
    const [first, second] = from.best(2, [...covering, ...beginning]);
    const follow = (id: number): Path => {
      const other = id === first ? second : first;
      const runnerUp = other === undefined ? null : from.candidate(other);
      const step = { id, logprob: from.logprob(id), from, runnerUp };
      return { steps: [...path.steps, step], logprob: path.logprob + step.logprob };
    };
    for (const id of from.best(count, covering)) found.push(follow(id));
    for (const id of beginning) {
      if (id !== except) open.push({ ...follow(id), rest: rest.subarray(tokenizer.tokenBytes(id).length) });
    }
  };

  await lookAlongCanonical(model, context, typed, canonical, look, signal);
  for (let runs = 0; runs < EXPANSIONS; runs++) {
    found.sort(byProbability);
    open.sort(byProbability);
    const next = open.shift();
    const worstFound = found[Math.min(count, found.length) - 1];
    if (next === undefined || (worstFound !== undefined && next.logprob <= worstFound.logprob)) break;
    const sequence = [...context, ...next.steps.map(({ id }) => id)];
    const [{ logits }] = await model.forward([sequence], {}, signal);
    look(next, next.rest, new Distribution(logits, tokenizer));
  }
  return { paths: found.sort(byProbability).slice(0, count), typedMass: Math.min(1, typedMass) };
}

/** Spaces and tabs, by their bytes. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

function byProbability(a: Path, b: Path): number {
  return b.logprob - a.logprob;
}

/** Looks at what could stand at the start of each canonical token, given those before it. */
async function lookAlongCanonical(
  model: TextModel,
  context: readonly number[],
  typed: Uint8Array,
  canonical: readonly number[],
  look: (path: Path, rest: Uint8Array, from: Distribution, except?: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const sequence = [...context, ...canonical.slice(0, -1)];
  const [{ logits }] = await model.forward([sequence], { lastN: canonical.length }, signal);
  let path = START;
  let rest = typed;
  canonical.forEach((id, i) => {
    const from = new Distribution(logits.subarray(i * model.vocabSize, (i + 1) * model.vocabSize), model.tokenizer);
    look(path, rest, from, id);
    const step = { id, logprob: from.logprob(id), from, runnerUp: null };
    path = { steps: [...path.steps, step], logprob: path.logprob + step.logprob };
    rest = rest.subarray(model.tokenizer.tokenBytes(id).length);
  });
}
