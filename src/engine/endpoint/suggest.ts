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

/** A server's model, as ghost text uses it. */
export interface ServerModel {
  readonly server: CompletionServer;
  readonly vocabulary: ServerVocabulary;
  /** How many characters before the cursor the server can read; it grows smaller where the server says that it is less. */
  readonly window: ReadingWindow;
  /** What the writer's texts expect after these tokens; absent where their ids are not the server's. */
  readonly expect?: (history: readonly number[], confidence: number) => Mixed;
  /** Whom a token's probability came from. */
  readonly origin?: (mixed: Mixed, id: number, probability: number) => TokenOrigin;
}

/** Characters of a token, at least, in the languages that people write with these models. */
const CHARACTERS_PER_TOKEN = 3;
/** More than this a suggestion does not need. */
const MOST_TOKENS = 2048;
/** Where a server does not say what it can read. */
const USUAL_TOKENS = 1024;
/** One part in so many is kept free for what is written. */
const ROOM_TO_WRITE = 8;
/** How often a text is sent again that was too long, and what is sent at least. */
const MOST_SHRINKING = 5;
const LEAST_CHARACTERS = 64;

/** How much of a text a server is sent: its window moves in steps, so that the server finds in its cache what it has read. */
export class ReadingWindow {
  readonly #context: number;
  #characters: number;

  constructor(contextLength: number | undefined) {
    this.#context = contextLength ?? USUAL_TOKENS;
    const tokens = Math.min(MOST_TOKENS, contextLength ?? USUAL_TOKENS);
    this.#characters = Math.floor(tokens * (1 - 1 / ROOM_TO_WRITE)) * CHARACTERS_PER_TOKEN;
  }

  /** Tokens that it holds in prose. */
  get tokens(): number {
    return Math.floor(this.#characters / CHARACTERS_PER_TOKEN);
  }

  /** What of a text is sent. */
  of(text: string): string {
    // `characterWindow` thinks in tokens of eight characters and adds up to a half.
    return text.slice(characterWindow(text, Math.floor(this.#characters / 12)));
  }

  /** How many of the tokens that are wanted may be asked for after a prompt; the context holds both. */
  roomAfter(prompt: string, wanted: number): number {
    const free = this.#context - Math.ceil(prompt.length / CHARACTERS_PER_TOKEN);
    return Math.min(wanted, Math.max(1, free));
  }

  /**
   * Runs a task that sends what `of` gives: with less each time the server finds that too long. Where nothing is short
   * enough, the length is not what is wrong, and the next text is sent as if nothing had been.
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

/** Requests for one suggestion: what was typed is spelled otherwise than the server would, or the memory knows better. */
const MOST_REQUESTS = 6;
/** After so many the memory is not asked any more. */
const MOST_MIXED_REQUESTS = 4;
/** Characters of the text that the writer's memory looks at. */
const HISTORY = 400;
/** Characters before a draft that its stop rules look at. */
const BEFORE = 2048;

/**
 * What ghost text would show after `request.prefix`, written by a server: see `complete`, whose drafts, stop rules and
 * guards these are. The server is hung up on as soon as a rule ends the suggestion. Rejects with an AbortError when
 * `signal` fires and with a ServerError when the server fails.
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

/** A text that a server writes: first it spells what was typed, then it goes on. */
interface Line {
  typed: TypedText;
  /** Once what was typed is spelled. */
  draft: Draft | undefined;
  readonly onGrown: (line: Line) => void;
  /** Other beginnings than the one that is written, likeliest first. */
  others: readonly Hypothesis[];
}

/** One suggestion, and its alternatives, in the making. */
class Suggestion {
  readonly #model: ServerModel;
  readonly #rules: StopRules;
  readonly #alternatives: number;
  readonly #priority: Priority;
  readonly #signal: AbortSignal | undefined;
  readonly #onPartial: ((partial: PartialCompletion) => void) | undefined;
  readonly #place: Omit<DraftPlace, 'healed' | 'masked'>;
  /** What the server reads, with the typed word at its end. */
  readonly #text: string;
  /** What the memory expected after the tokens of a draft, by these. */
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
    // Without log-probabilities there is no telling where a suggestion becomes unsure.
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
    // Servers do not agree on what an empty prompt is.
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

  /** Has the server write until a rule ends the draft. */
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

  /** @returns whether the server goes on as the suggestion does */
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

  /** Where the typed text is spelled by whole tokens, alternatives begin with the next one. */
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

  /** The server names no token that spells what was typed: it goes on after it. */
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
