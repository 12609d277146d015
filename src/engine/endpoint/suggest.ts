import { isMidWord } from '../../core/completion/closings';
import { characterWindow, partialWord } from '../../core/completion/context';
import { Draft, type StopRules } from '../../core/completion/draft';
import type { Hypothesis } from '../../core/completion/healing';
import { type DraftPlace, present } from '../../core/completion/present';
import { restOfLine } from '../../core/completion/text';
import { COMPLETION_DEFAULTS, type Completion, type PartialCompletion } from '../../core/completion/types';
import type { Mixed, TokenOrigin } from '../../core/memory';
import { normaliseLineBreaks } from '../../core/text/lines';
import type { CompleteRequest } from '../api';
import { BACKGROUND, type Priority } from '../priorityLock';
import type { CompletionServer, StreamEnd } from './completionServer';
import { Likeliest } from './likeliest';
import { isTooLong } from './serverError';
import type { ServerToken } from './serverTokens';
import type { ServerVocabulary } from './serverVocabulary';
import { stepOf, TypedText } from './typedText';

/** A server's model with the state that ghost text needs. */
export interface ServerModel {
  readonly server: CompletionServer;
  readonly vocabulary: ServerVocabulary;
  /**
   * Limits the text before the cursor to what the server can read; shrinks when the server rejects a text as too long.
   */
  readonly window: ReadingWindow;
  /** The memory's expectation after these tokens; absent where the server's ids are not those of a local tokenizer. */
  readonly expect?: (history: readonly number[], confidence: number) => Mixed;
  /** Whether a token's probability came from the model or from the memory. */
  readonly origin?: (mixed: Mixed, id: number, probability: number) => TokenOrigin;
}

/** Lower estimate of the characters per token in the languages that these models write. */
const CHARACTERS_PER_TOKEN = 3;
/** Suggestions gain nothing from a longer context. */
const MOST_TOKENS = 2048;
/** Context length assumed where the server does not report one. */
const USUAL_TOKENS = 1024;
/** The fraction `1 / ROOM_TO_WRITE` of the context is reserved for the continuation. */
const ROOM_TO_WRITE = 8;
/** How often a text that is too long is halved, and the shortest length tried. */
const MOST_SHRINKING = 5;
const LEAST_CHARACTERS = 64;

/** The part of a text to send. Its start moves in steps, so that the server's prompt cache stays valid. */
export class ReadingWindow {
  readonly #context: number;
  #characters: number;

  constructor(contextLength: number | undefined) {
    this.#context = contextLength ?? USUAL_TOKENS;
    const tokens = Math.min(MOST_TOKENS, contextLength ?? USUAL_TOKENS);
    this.#characters = Math.floor(tokens * (1 - 1 / ROOM_TO_WRITE)) * CHARACTERS_PER_TOKEN;
  }

  /** Estimated tokens that the window holds. */
  get tokens(): number {
    return Math.floor(this.#characters / CHARACTERS_PER_TOKEN);
  }

  /** The end of a text that fits the window. */
  of(text: string): string {
    // `characterWindow` assumes eight characters per token and may exceed its limit by a half.
    return text.slice(characterWindow(text, Math.floor(this.#characters / 12)));
  }

  /** How many of `wanted` tokens may be requested after a prompt, as the context must hold both. */
  roomAfter(prompt: string, wanted: number): number {
    const free = this.#context - Math.ceil(prompt.length / CHARACTERS_PER_TOKEN);
    return Math.min(wanted, Math.max(1, free));
  }

  /**
   * Runs a task that sends `of(text)`, and repeats it with half the length while the server finds the text too long. If
   * no length is short enough, length is not the problem: the window is restored and the error passed on.
   */
  async fitted<T>(task: () => Promise<T>): Promise<T> {
    const characters = this.#characters;
    for (let tries = 0; ; tries++) {
      try {
        return await task();
      } catch (error) {
        if (!isTooLong(error)) throw error;
        if (tries === MOST_SHRINKING) {
          this.#characters = characters;
          throw error;
        }
        this.#characters = Math.max(LEAST_CHARACTERS, Math.floor(this.#characters / 2));
      }
    }
  }
}

/** Requests per suggestion. More than one is needed when healing or the memory choose another token than the server. */
const MOST_REQUESTS = 6;
/** Requests after which the memory is no longer mixed in. */
const MOST_MIXED_REQUESTS = 4;
/** Characters of context for the memory. */
const HISTORY = 400;
/** Characters before a draft that its stop rules read. */
const BEFORE = 2048;

/**
 * The server's counterpart of `complete`, with the same drafts, stop rules and guards: what ghost text shows after
 * `request.prefix`. The stream is closed as soon as a rule ends the suggestion.
 * @throws AbortError when `signal` fires; ServerError when the server fails
 */
export async function suggest(
  model: ServerModel,
  request: CompleteRequest,
  signal?: AbortSignal,
  onPartial?: (partial: PartialCompletion) => void,
): Promise<Completion> {
  const prefix = normaliseLineBreaks(request.prefix);
  const suffix = restOfLine(request.suffix ?? '');
  if (isMidWord(prefix, suffix)) return { suggestions: [], reason: 'mid-word' };
  if (prefix.trim() === '') return { suggestions: [], reason: 'empty' };
  const bare = { ...request, prefix, suffix };
  return model.window.fitted(() => new Suggestion(model, bare, signal, onPartial).write());
}

/** One text that a server writes: it first spells what was typed, then continues. */
interface Line {
  typed: TypedText;
  /** Undefined until what was typed is spelled. */
  draft: Draft | undefined;
  readonly onGrown: (line: Line) => void;
  /** Alternative beginnings, most probable first. */
  others: readonly Hypothesis[];
}

/** One suggestion and its alternatives. */
class Suggestion {
  readonly #model: ServerModel;
  readonly #rules: StopRules;
  readonly #alternatives: number;
  readonly #priority: Priority;
  readonly #signal: AbortSignal | undefined;
  readonly #onPartial: ((partial: PartialCompletion) => void) | undefined;
  readonly #place: Omit<DraftPlace, 'healed' | 'masked'>;
  /** The prompt, including the partial word at its end. */
  readonly #text: string;
  /** The memory's expectations by the joined ids of the draft's tokens before. */
  readonly #mixed = new Map<string, Mixed>();

  constructor(
    model: ServerModel,
    request: CompleteRequest & { readonly suffix: string },
    signal?: AbortSignal,
    onPartial?: (partial: PartialCompletion) => void,
  ) {
    const { alternatives, blockedWords, style, background, ...limits } = { ...COMPLETION_DEFAULTS, ...request };
    this.#model = model;
    this.#alternatives = alternatives;
    this.#priority = background ? BACKGROUND : 0;
    this.#signal = signal;
    this.#onPartial = onPartial;
    this.#place = { prefix: request.prefix, suffix: request.suffix, blockedWords, style };
    // Without log-probabilities there is no measure of when a suggestion becomes unsure.
    const blind = model.server.capabilities.logprobs === undefined;
    const { minTokenLogprob, minRestLogprob } = COMPLETION_DEFAULTS;
    this.#rules = { ...limits, ...(blind && { minTokenLogprob, minRestLogprob }) };
    this.#text = model.window.of(request.prefix);
  }

  async write(): Promise<Completion> {
    const typed = partialWord(this.#text);
    let words = 0;
    const tell = (line: Line) => {
      if (!line.draft || !this.#onPartial) return;
      const { text, wordEnds, reason } = line.draft;
      const grown = wordEnds.length > words && reason === null;
      words = wordEnds.length;
      this.#onPartial(grown ? { text, completion: this.#present([line.draft], line) } : { text });
    };
    // Servers do not agree on the meaning of an empty prompt.
    const first = this.#line(typed.length < this.#text.length ? typed : '', tell);
    await this.#run(first);
    const drafts = first.draft ? [first.draft] : [];
    for (const hypothesis of first.others.slice(0, this.#alternatives - 1)) {
      const other: Line = { ...first, draft: this.#draft(hypothesis, first.typed), onGrown: () => {} };
      await this.#run(other);
      if (other.draft) drafts.push(other.draft);
    }
    return this.#withOrigins(this.#present(drafts, first));
  }

  #line(typed: string, onGrown: Line['onGrown']): Line {
    const line: Line = { typed: new TypedText(typed, this.#model.vocabulary), draft: undefined, onGrown, others: [] };
    if (typed === '') line.draft = this.#draft(line.typed.hypothesis, line.typed);
    return line;
  }

  #draft(hypothesis: Hypothesis, typed: TypedText): Draft {
    const before = this.#before(typed).slice(-BEFORE);
    return new Draft(hypothesis, before, typed.text, typed.healing, this.#rules, this.#model.vocabulary);
  }

  #before(typed: TypedText): string {
    return this.#text.slice(0, this.#text.length - typed.text.length);
  }

  /** Streams until a rule ends the draft. */
  async #run(line: Line): Promise<void> {
    const { server } = this.#model;
    for (let requests = 0; line.draft === undefined || line.draft.reason === null; requests++) {
      const { typed, draft } = line;
      if (requests === MOST_REQUESTS) {
        if (draft) draft.reason = 'budget';
        else this.#goOnAsTyped(line);
        return;
      }
      const spelled = draft ? typed.text + draft.text : typed.spelled;
      const beginsWith = draft ? '' : typed.rest;
      const isConstrained = beginsWith !== '' && server.capabilities.constraint !== undefined;
      const mixes = requests < MOST_MIXED_REQUESTS;
      const end = await server.stream(
        { prompt: this.#before(typed) + spelled, beginsWith, maxTokens: this.#rules.maxTokens + beginsWith.length + 1 },
        (token) => this.#hear(line, token, isConstrained, mixes),
        this.#priority,
        this.#signal,
      );
      this.#ended(line, end);
    }
  }

  /** @returns whether the server's choice is that of the suggestion, so that the stream can go on */
  #hear(line: Line, token: ServerToken, isConstrained: boolean, mixes: boolean): boolean {
    const { vocabulary } = this.#model;
    const { typed, draft } = line;
    const before = draft?.ids ?? typed.hypothesis.steps.map(({ id }) => id);
    const own = Likeliest.of(token, vocabulary, isConstrained);
    const from = mixes ? this.#mix(own, this.#before(typed) + vocabulary.decode(before), before) : own;
    if (draft === undefined) {
      const id = typed.take(from);
      if (id === undefined) {
        this.#goOnAsTyped(line);
        return false;
      }
      if (typed.rest !== '') return id === from.chosen;
      line.draft = this.#draft(typed.hypothesis, typed);
      line.others = typed.others;
      line.onGrown(line);
      return id === from.chosen && line.draft.reason === null;
    }
    const isFirst = draft.text === '';
    draft.extend(from);
    const id = draft.ids.at(-1);
    if (isFirst && draft.ids.length > before.length) line.others = this.#othersThan(id, from, before, typed);
    line.onGrown(line);
    return draft.reason === null && id === from.chosen;
  }

  /** Alternatives to the first token after the typed text, where whole tokens spell that text exactly. */
  #othersThan(id: number | undefined, from: Likeliest, before: readonly number[], typed: TypedText): Hypothesis[] {
    const { steps, logprob } = typed.hypothesis;
    if (steps.length !== before.length) return [];
    return from
      .best(this.#alternatives)
      .filter((other) => other !== id && !this.#model.vocabulary.isSpecial(other))
      .map((other) => {
        const step = stepOf(other, from, id);
        return { steps: [...steps, step], logprob: logprob + step.logprob };
      });
  }

  /** None of the server's tokens spells what was typed: continue after it without healing. */
  #goOnAsTyped(line: Line): void {
    Object.assign(line, this.#line('', line.onGrown));
    if (line.draft && this.#model.server.capabilities.cutsSpace) line.draft.reason = 'unsure';
  }

  #ended(line: Line, end: StreamEnd): void {
    if (end === 'hung-up') return;
    if (line.draft === undefined) this.#goOnAsTyped(line);
    else if (end === 'stop') line.draft.extend(Likeliest.end(this.#model.vocabulary));
    else line.draft.reason ??= 'budget';
  }

  #mix(from: Likeliest, text: string, before: readonly number[]): Likeliest {
    const { expect, vocabulary } = this.#model;
    if (!expect || !vocabulary.known) return from;
    const history = vocabulary.known.encode(text.slice(-HISTORY));
    const mixed = expect(history, Math.exp(from.logprob(from.best(1)[0])));
    this.#mixed.set(before.join(), mixed);
    return from.with(mixed);
  }

  #present(drafts: readonly Draft[], { typed }: Line): Completion {
    return present(drafts, { ...this.#place, healed: typed.text, masked: 1 - typed.healing.typedMass });
  }

  #withOrigins(completion: Completion): Completion {
    const { origin } = this.#model;
    if (!origin || this.#mixed.size === 0) return completion;
    const suggestions = completion.suggestions.map((suggestion) => {
      const ids = suggestion.tokens.map(({ id }) => id);
      const tokens = suggestion.tokens.map((token, i) => {
        const mixed = this.#mixed.get(ids.slice(0, i).join());
        return mixed ? { ...token, origin: origin(mixed, token.id, Math.exp(token.logprob)) } : token;
      });
      return { ...suggestion, tokens };
    });
    return { ...completion, suggestions };
  }
}
