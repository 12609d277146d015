import { endsSentence } from '../text/sentences';
import type { StreamDecoder, Tokenizer } from '../tokenizer';
import { closersAtEnd } from './balance';
import type { NextTokens } from './distribution';
import type { Healing, Hypothesis, Step } from './healing';
import { continuesWord, endsInSpace } from './text';
import type { Candidate, CompletionReason, SuggestedToken } from './types';

/** When a draft ends; see `CompleteRequest`. */
export interface StopRules {
  readonly maxTokens: number;
  readonly minLogprob: number;
  readonly minTokenLogprob: number;
  readonly minRestLogprob: number;
}

/** UTF-16 units of a draft for which `begins` is computed. */
const LOOKED_AT = 24;
/** Additional tokens allowed to close a quotation or bracket at the end of a sentence. */
const LONGEST_CLOSING = 8;
/** Number of most probable tokens searched for one that is not white space. */
const AFTER_SPACE = 64;

/** The end of a line, or another control character: GPT-2 has tokens for all of them, but prose contains none. */
const LINE_END = /(?!\t)\p{Cc}/u;

/**
 * A sentence that ended inside a quotation or bracket: the text up to its end, and the signs that close what is open.
 */
interface Unclosed {
  readonly text: string;
  readonly closers: string;
}

/** A suggestion being generated, token by token until a stop rule ends it. Knows which part of it may be shown. */
export class Draft {
  /** Set when the draft is finished. */
  reason: CompletionReason | null = null;
  /** The token that was rejected when the draft ended. */
  refused: Candidate | null = null;
  readonly #before: string;
  readonly #healed: string;
  readonly #healing: Pick<Healing, 'typedMass' | 'ended' | 'goesOn'>;
  readonly #rules: StopRules;
  readonly #tokenizer: Tokenizer;
  readonly #steps: Step[] = [];
  /** The text that each token completes. */
  readonly #pieces: string[] = [];
  readonly #decoder: StreamDecoder;
  #spelled = '';
  readonly #begins: number[] = [];
  #logprob = 0;
  /** The distribution of the first new token, where the typed text ended with a whole token. */
  #first: NextTokens | undefined;
  /** Number of tokens that add new text. */
  #newTokens = 0;
  #unclosed: Unclosed | undefined;
  /** Number of steps that may be shown: up to the last whole word with sufficient confidence. */
  #kept = 0;
  /** Whole words with sufficient confidence: the steps up to each, and the confidence. */
  readonly wordEnds: { readonly steps: number; readonly confidence: number; readonly logprob: number }[] = [];
  /** Confidence at the end of the last word examined: the mean log-probability per new token. */
  confidence = Number.NEGATIVE_INFINITY;

  /**
   * @param before the text before the tokens of this draft
   * @param healed the end of the typed text, which the first tokens spell
   * @param healing probabilities of how the typed text may continue
   */
  constructor(
    hypothesis: Hypothesis,
    before: string,
    healed: string,
    healing: Pick<Healing, 'typedMass' | 'ended' | 'goesOn'>,
    rules: StopRules,
    tokenizer: Tokenizer,
  ) {
    this.#before = before;
    this.#healed = healed;
    this.#healing = healing;
    this.#rules = rules;
    this.#tokenizer = tokenizer;
    this.#decoder = tokenizer.streamDecoder();
    for (const step of hypothesis.steps) this.#push(step);
    if (LINE_END.test(this.text)) this.reason = 'newline';
    else this.#stopAtSentenceEnd();
  }

  /** The tokens so far. */
  get ids(): number[] {
    return this.#steps.map(({ id }) => id);
  }

  /** What is new so far, whether it may be shown or not. */
  get text(): string {
    return this.#spelled.slice(this.#healed.length);
  }

  /** Takes the most probable next token, or ends the draft. */
  extend(from: NextTokens): void {
    if (this.#newTokens === 0) this.#first = from;
    const [id, second] = this.#best(from);
    const runnerUp = second === undefined ? null : from.candidate(second);
    const next: Step = { id, logprob: from.logprob(id), from, runnerUp };
    const { text } = from.candidate(id);
    const textEnds = id === this.#tokenizer.endOfText || this.#tokenizer.isSpecial(id);
    const lineEnds = textEnds || LINE_END.test(text);
    const wordEnds = lineEnds || !continuesWord(this.#before + this.#spelled, text);
    if (this.#unclosed) {
      this.#closeSentence(this.#unclosed, next, lineEnds);
      return;
    }
    if (wordEnds && !this.#keepIfSure()) this.reason = 'unsure';
    else if (textEnds) this.reason = 'end-of-text';
    else if (lineEnds) this.reason = 'newline';
    else if (this.#newTokens >= this.#rules.maxTokens) this.reason = 'budget';
    else if (wordEnds && this.#newTokens > 0 && next.logprob < this.#rules.minTokenLogprob) this.reason = 'unsure';
    else if (this.#restWith(next.logprob) < this.#rules.minRestLogprob) this.reason = 'unsure';
    else {
      this.#push(next);
      this.#stopAtSentenceEnd();
      return;
    }
    this.refused = from.candidate(id);
  }

  /** The two most probable next tokens allowed here: typed white space is not followed by more of it. */
  #best(from: NextTokens): readonly number[] {
    if (this.#newTokens > 0 || !endsInSpace(this.#healed)) return from.best(2);
    const goesOn = (id: number) => !/^[^\S\n\r]/.test(from.candidate(id).text);
    const words = from.best(AFTER_SPACE).filter(goesOn);
    return words.length > 1 ? words : from.best(2);
  }

  /** Number of tokens that may be shown: up to the last whole word with sufficient confidence. */
  get shown(): number {
    return this.#kept;
  }

  /** All tokens, shown or not. */
  get tokens(): SuggestedToken[] {
    return this.#steps.map(({ id, logprob, from, runnerUp }, i) => {
      return { id, text: this.#pieces[i], logprob, rank: from.rank(id), runnerUp };
    });
  }

  /**
   * Probabilities that the writer's next characters are the first of this draft, its first two, and so on: that of all
   * tokens that begin so, after the tokens before. They never rise; a space between two words counts as certain.
   */
  get begins(): readonly number[] {
    while (this.#begins.length < Math.min(LOOKED_AT, this.text.length)) {
      const before = this.#begins.at(-1) ?? 1;
      this.#begins.push(Math.min(before, this.#beginsWith(this.#begins.length + 1)));
    }
    return this.#begins;
  }

  /** The probability of the first `length` UTF-16 units of the text. */
  #beginsWith(length: number): number {
    const end = this.#healed.length + length;
    let at = 0;
    let start = 0;
    let logprob = -Math.log(this.#healing.typedMass);
    while (start + this.#pieces[at].length < end) {
      start += this.#pieces[at].length;
      logprob += this.#steps[at].logprob;
      at++;
    }
    const { from, logprob: own } = this.#steps[at];
    const text = this.#spelled.slice(Math.max(start, this.#healed.length), end);
    // Two of three tokens begin with a space: summing them at each word would cost more than it is worth.
    if (text === ' ' && start > this.#healed.length) return 1;
    const begun = new TextEncoder().encode(text);
    const { ended, goesOn } = this.#healing;
    const startsHere = (next: NextTokens): number => next.mass(this.#tokenizer.tokensWithPrefix(begun));
    const mass =
      start <= this.#healed.length
        ? goesOn(begun) + (this.#first === undefined ? 0 : ended * startsHere(this.#first))
        : Math.exp(logprob) * startsHere(from);
    // No token begins in the middle of a character, except the draft's own.
    return Math.min(1, Math.max(mass, Math.exp(logprob + own)));
  }

  #push(step: Step): void {
    const piece = this.#decoder.push(step.id);
    this.#steps.push(step);
    this.#pieces.push(piece);
    this.#spelled += piece;
    this.#logprob += step.logprob;
    if (this.#spelled.length > this.#healed.length) this.#newTokens++;
  }

  #stopAtSentenceEnd(): void {
    const text = this.#before + this.#spelled;
    if (this.#newTokens === 0 || !endsSentence(text)) return;
    if (this.#keepIfSure()) this.#endSentence(text);
    else this.reason = 'unsure';
  }

  /** Adds what closes a quotation or bracket after the end of the sentence; it may take several tokens, as `”` does. */
  #closeSentence({ text, closers }: Unclosed, next: Step, isOver: boolean): void {
    if (!isOver) this.#push(next);
    const whole = this.#before + this.#spelled;
    const behind = whole.slice(text.length);
    // French has a space before it.
    const closing = closers.includes('»') ? behind.trimStart() : behind;
    const isInsideCharacter = !isOver && closing === '';
    if (isInsideCharacter && this.#newTokens < this.#rules.maxTokens + LONGEST_CLOSING) return;
    if (closing === '' || [...closing].some((sign) => sign !== '"' && !closers.includes(sign))) {
      this.reason = 'sentence';
      return;
    }
    const open = this.wordEnds.pop();
    if (!this.#keepIfSure() && open) this.wordEnds.push(open);
    this.#endSentence(whole);
  }

  #endSentence(text: string): void {
    const closers = closersAtEnd(text);
    if (closers === '') this.reason = 'sentence';
    else this.#unclosed = { text, closers };
  }

  /** The log-probability of everything after the first whole word, including one more token; 0 within that word. */
  #restWith(logprob: number): number {
    const [first] = this.wordEnds;
    return first === undefined ? 0 : this.#logprob + logprob - Math.log(this.#healing.typedMass) - first.logprob;
  }

  /** Called at the end of a word: keeps the draft up to here if the confidence suffices. Returns whether it does. */
  #keepIfSure(): boolean {
    if (this.#newTokens === 0) return true;
    const logprob = this.#logprob - Math.log(this.#healing.typedMass);
    const confidence = logprob / this.#newTokens;
    const passes = confidence >= this.#rules.minLogprob;
    if (passes || this.#kept === 0) this.confidence = confidence;
    if (passes) {
      this.#kept = this.#steps.length;
      this.wordEnds.push({ steps: this.#steps.length, confidence, logprob: Math.min(0, logprob) });
    }
    return passes;
  }
}
