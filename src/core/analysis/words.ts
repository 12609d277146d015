import FlatQueue from 'flatqueue';
import type { TextModel } from '../decoding/model';
import { logSoftmax } from '../logits';
import type { Tokenizer } from '../tokenizer';
import { LONGEST_BEGINNING, type Role, unfinished, WordRoles, wordStageOf } from './wordRoles';

/** A next word and how probable it is. */
export interface NextWord {
  /** With its leading space, unless the text already ends in one. Punctuation and newlines are words of their own. */
  readonly text: string;
  readonly probability: number;
  /** Number of tokenizations found. */
  readonly tokenisations: number;
}

export interface NextWords {
  /** Most probable first. */
  readonly words: readonly NextWord[];
  /** Probability mass assigned to words, listed or not; the rest was not reached. */
  readonly covered: number;
}

export interface NextWordsOptions {
  /** How many words to return; 10 by default. */
  readonly count?: number;
  /** Most sequences to run through the model; 48 by default. */
  readonly budget?: number;
}

/** The beginning of a word, as tokens after the text. */
interface Beginning {
  readonly ids: readonly number[];
  readonly text: string;
  /** The first bytes of a character that its next token completes. */
  readonly rest: readonly number[];
  readonly logprob: number;
}

/** Sequences of equal length run at once. */
const BATCH = 4;
/** Less probable beginnings are not expanded. */
const LEAST = Math.log(1e-5);
/** Less probable words count, but are not listed. */
const LEAST_LISTED = 1e-7;

/**
 * The most probable next words. A word is a run of letters, digits and inner apostrophes; its probability is that of
 * its tokens times that of a token that does not continue it, summed over the tokenisations the search finds, best
 * first. Each probability is therefore a lower bound, exact once `covered` reaches 1.
 */
export async function nextWords(
  model: TextModel,
  ids: readonly number[],
  { count = 10, budget = 48 }: NextWordsOptions = {},
  signal?: AbortSignal,
): Promise<NextWords> {
  const found = new Words();
  const roles = rolesFor(model.tokenizer);
  const open = new FlatQueue<Beginning>();
  const [root] = await model.forward([ids], {}, signal);
  // A text of tokens may end within a character, which then is a part of the word.
  const rest = unfinished([...model.tokenizer.decodeBytes(ids.slice(-LONGEST_BEGINNING))]);
  follow(root.logits, { ids: [], text: '', rest, logprob: 0 });
  for (let spent = 1; spent < budget && open.length > 0 && !found.settled(count, -(open.peekValue() ?? 0)); ) {
    const batch = takeBatch(open, Math.min(BATCH, budget - spent));
    const rows = await model.forward(
      batch.map((beginning) => [...ids, ...beginning.ids]),
      {},
      signal,
    );
    spent += batch.length;
    for (const [i, beginning] of batch.entries()) follow(rows[i].logits, beginning);
  }
  return { words: found.best(count), covered: found.covered };

  /**
   * Extends a beginning by one token: the word ends here with the probability of all tokens that do not continue it.
   */
  function follow(logits: Float32Array, beginning: Beginning): void {
    const logprobs = logSoftmax(logits);
    const { text, rest } = beginning;
    const stage = wordStageOf(text);
    let ends = 0;
    const take = (id: number, role: Role): void => {
      const total = beginning.logprob + logprobs[id];
      if (role.kind === 'ends') ends += Math.exp(logprobs[id]);
      else if (role.kind === 'completes') found.add(text + role.text, Math.exp(total));
      else if (role.kind === 'continues' && total >= LEAST) {
        open.push({ ids: [...beginning.ids, id], text: text + role.text, rest: role.rest, logprob: total }, -total);
      }
    };
    if (rest.length > 0) for (const id of roles.inner) take(id, roles.roleAfter(id, rest, stage));
    else for (let id = 0; id < logprobs.length; id++) take(id, roles.roleOf(id, stage));
    if (text !== '') found.add(withoutQuote(text), Math.exp(beginning.logprob) * ends);
  }
}

/** Removes an apostrophe that no letter follows, as it closes a quotation; on its own it is the next word. */
function withoutQuote(text: string): string {
  return text.replace(/(?<=[^ ])['’]$/, '');
}

const rolesByTokenizer = new WeakMap<Tokenizer, WordRoles>();

function rolesFor(tokenizer: Tokenizer): WordRoles {
  const roles = rolesByTokenizer.get(tokenizer) ?? new WordRoles(tokenizer);
  rolesByTokenizer.set(tokenizer, roles);
  return roles;
}

/** The best beginning, and the next best ones of its length. */
function takeBatch(open: FlatQueue<Beginning>, size: number): Beginning[] {
  const batch: Beginning[] = [];
  const others: Beginning[] = [];
  while (batch.length < size && open.length > 0 && others.length < BATCH) {
    const beginning = open.pop();
    if (!beginning) break;
    const fits = batch.length === 0 || beginning.ids.length === batch[0].ids.length;
    (fits ? batch : others).push(beginning);
  }
  for (const beginning of others) open.push(beginning, -beginning.logprob);
  return batch;
}

/** Probabilities of the words found so far. */
class Words {
  readonly #words = new Map<string, { probability: number; tokenisations: number }>();
  covered = 0;

  add(text: string, probability: number): void {
    this.covered += probability;
    if (probability < LEAST_LISTED) return;
    const word = this.#words.get(text) ?? { probability: 0, tokenisations: 0 };
    this.#words.set(text, {
      probability: word.probability + probability,
      tokenisations: word.tokenisations + 1,
    });
  }

  best(count: number): NextWord[] {
    return [...this.#words]
      .map(([text, word]) => ({ text, ...word }))
      .sort((a, b) => b.probability - a.probability || (a.text < b.text ? -1 : 1))
      .slice(0, count);
  }

  /** Whether no beginning with at most this log-probability can still be among the best. */
  settled(count: number, logprob: number): boolean {
    const best = this.best(count);
    return best.length === count && best[count - 1].probability > Math.exp(logprob);
  }
}
