import type { TextModel } from '../decoding/model';
import { normaliseLineBreaks } from '../text/lines';
import { isMidWord } from './closings';
import { characterWindow, contextStart, tokensBeforePartial } from './context';
import { Draft, type StopRules } from './draft';
import { type Healing, type Hypothesis, heal } from './healing';
import { present } from './present';
import { Reader, type ReadLogits } from './reader';
import { restOfLine } from './text';
import { COMPLETION_DEFAULTS, type CompleteRequest, type Completion, type PartialCompletion } from './types';

/** Receives the completion so far after each token. */
export type OnPartial = (partial: PartialCompletion) => void;

/**
 * What ghost text shows after `request.prefix`: the text is cut to the context, its partial word is healed, and the
 * most probable tokens are taken one by one until a stop rule ends the suggestion. Alternatives are rows of the same
 * batch.
 * @param read how to interpret the model's logits, see `Reader`
 * @throws AbortError when `signal` fires
 */
export async function complete(
  model: TextModel,
  request: CompleteRequest,
  signal?: AbortSignal,
  onPartial?: OnPartial,
  read?: ReadLogits,
): Promise<Completion> {
  const { alternatives, blockedWords, style, ...limits } = { ...COMPLETION_DEFAULTS, ...request };
  const prefix = normaliseLineBreaks(request.prefix);
  const suffix = restOfLine(limits.suffix);
  if (isMidWord(prefix, suffix)) return { suggestions: [], reason: 'mid-word' };
  const rules: StopRules = { ...limits, maxTokens: Math.min(limits.maxTokens, Math.floor(model.contextLength / 2)) };
  const prompt = readPrompt(model, prefix, rules.maxTokens);
  const { context, healed, typed } = prompt;
  const reader = new Reader(model, read);
  const healing = await heal(reader, context, typed, prompt.canonical, alternatives, signal);
  const hypotheses =
    alternatives > 1 ? await branch(reader, context, healing, typed, alternatives, signal) : healing.hypotheses;
  const drafts = hypotheses.map(
    (hypothesis) => new Draft(hypothesis, prompt.before, healed, healing, rules, model.tokenizer),
  );
  const place = { prefix, suffix, healed, masked: 1 - healing.typedMass, blockedWords, style };
  let words = 0;
  await write(reader, context, drafts, signal, () => {
    const [{ text, wordEnds, reason }] = drafts;
    const grown = wordEnds.length > words && reason === null;
    words = wordEnds.length;
    onPartial?.(grown ? { text, completion: present(drafts, place) } : { text });
  });
  return present(drafts, place);
}

/** A prefix as prepared for the model. */
export interface Prompt {
  /** The text within the context, including the part to be healed. */
  readonly text: string;
  /** Tokens to read; at least one. */
  readonly context: readonly number[];
  /** The text of these tokens. */
  readonly before: string;
  /** The rest of the prefix as the tokenizer reads it, to be healed: as text, as bytes, and in canonical tokens. */
  readonly healed: string;
  readonly typed: Uint8Array;
  readonly canonical: readonly number[];
}

/** The fraction `1 / PARTIAL_SHARE` of the context is reserved for the partial word. */
const PARTIAL_SHARE = 8;
/** How far back a quotation may begin that a suggestion closes, in UTF-16 units. */
const BEFORE = 2048;
/** Other spaces within a line, which GPT-2 has rarely seen; replaced by ordinary ones. */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

/** Cuts a prefix to what the model can see, and splits off its last partial word. */
export function readPrompt(model: TextModel, prefix: string, maxTokens: number): Prompt {
  const { tokenizer } = model;
  const share = Math.ceil(model.contextLength / PARTIAL_SHARE);
  // Independent of the suggestion's length within usual limits, so that cached text can be reused.
  const room = Math.max(1, model.contextLength - share - Math.max(share, maxTokens));
  const from = characterWindow(prefix, room);
  const text = prefix.slice(from).replace(OTHER_SPACES, ' ');
  const tokens = tokenizer.tokenize(text);
  // A special token does not begin a word.
  const afterMark = tokens.findLastIndex(({ id }) => tokenizer.isSpecial(id)) + 1;
  const keep = Math.max(afterMark, tokensBeforePartial(text, tokens));
  const start = contextStart(text, tokens.slice(0, keep), room);
  const context = tokens.slice(start, keep).map(({ id }) => id);
  // Documents begin with an end-of-text token, so that an empty document has a context.
  const begins = (from === 0 && start === 0) || context.length === 0;
  context.unshift(...(begins ? tokenizer.start : tokenizer.opening));
  const split = tokens[keep]?.utf16[0] ?? text.length;
  const canonical = tokens.slice(keep).map(({ id }) => id);
  return {
    text: text.slice(tokens[start]?.utf16[0] ?? 0),
    context,
    before: text.slice(Math.max(0, split - BEFORE), split),
    healed: tokenizer.decode(canonical),
    typed: tokenizer.decodeBytes(canonical),
    canonical,
  };
}

/** Extends all drafts to their ends; drafts of equal length share a run. */
async function write(
  reader: Reader,
  context: readonly number[],
  drafts: readonly Draft[],
  signal: AbortSignal | undefined,
  onStep: () => void,
): Promise<void> {
  for (;;) {
    const open = drafts.filter(({ reason }) => reason === null);
    if (open.length === 0) return;
    const shortest = Math.min(...open.map(({ ids }) => ids.length));
    const batch = open.filter(({ ids }) => ids.length === shortest);
    const sequences = batch.map(({ ids }) => [...context, ...ids]);
    const expected = await reader.afterEach(sequences, signal);
    for (const [i, draft] of batch.entries()) draft.extend(expected[i]);
    onStep();
  }
}

/**
 * The `count` most probable beginnings that differ in what they add to the typed text. Where a hypothesis spells just the
 * typed bytes, which adds nothing, its most probable next tokens take its place: one run for each such hypothesis.
 */
async function branch(
  reader: Reader,
  context: readonly number[],
  { hypotheses }: Healing,
  typed: Uint8Array,
  count: number,
  signal?: AbortSignal,
): Promise<Hypothesis[]> {
  const beginnings: Hypothesis[] = [];
  for (const hypothesis of hypotheses) {
    const ids = hypothesis.steps.map(({ id }) => id);
    const length = ids.reduce((sum, id) => sum + reader.tokenizer.tokenBytes(id).length, 0);
    if (length > typed.length) {
      beginnings.push(hypothesis);
      continue;
    }
    const from = await reader.after([...context, ...ids], signal);
    const best = from.best(count + 1);
    for (const id of best.slice(0, count)) {
      const other = id === best[0] ? best[1] : best[0];
      const step = { id, logprob: from.logprob(id), from, runnerUp: from.candidate(other) };
      beginnings.push({ steps: [...hypothesis.steps, step], logprob: hypothesis.logprob + step.logprob });
    }
  }
  return beginnings.sort((a, b) => b.logprob - a.logprob).slice(0, count);
}
