import * as l10n from '@vscode/l10n';
import type { NextWords } from '../../core/analysis';
import { NOTHING_REMEMBERED } from '../../core/memory';
import { gpt2Tokenizer, type Tokenizer } from '../../core/tokenizer';
import type {
  CompleteRequest,
  Completion,
  Engine,
  EngineStats,
  Explanation,
  GenerateRequest,
  Generation,
  GenerationEvent,
  Inspection,
  InspectRequest,
  LogitsRequest,
  MemoryStatus,
  MemoryUpdate,
  PartialCompletion,
  ScoredToken,
  ScoreRequest,
  ServerLack,
  ServerModelInfo,
  WordsRequest,
} from '../api';
import type { EngineHealth } from '../health';
import { MemoryKeeper } from '../memory/memoryKeeper';
import { BACKGROUND, type Priority } from '../priorityLock';
import { HeardGeneration, unlessAborted } from '../process/cancelling';
import { EngineError } from '../runtime';
import { CompletionServer } from './completionServer';
import { continueText } from './continuation';
import type { ConnectionOptions } from './http';
import { Likeliest } from './likeliest';
import { isTooLong, ServerError, type ServerTrouble } from './serverError';
import type { ServerToken } from './serverTokens';
import { ServerVocabulary } from './serverVocabulary';
import { ReadingWindow, type ServerModel, suggest } from './suggest';

export interface EndpointOptions extends ConnectionOptions {
  /** The model to use; the first one listed if empty. */
  readonly model: string;
}

/** A server that has answered, with the state kept for it. */
interface Connected extends ServerModel {
  /** Present where the server's tokens are those of a local tokenizer. */
  readonly memory: MemoryKeeper | undefined;
}

/** Delays before a failed server is tried again. */
const BACK_OFF_MS = [2_000, 5_000, 15_000, 60_000];
/** Troubles that may pass by themselves. */
const PASSING: ReadonlySet<ServerTrouble> = new Set([
  'unreachable',
  'slow',
  'overloaded',
  'loading',
  'broken',
  'failing',
  'away',
]);
/** After these another server may answer: a restarted one, perhaps with another model. */
const STARTED_AGAIN: ReadonlySet<ServerTrouble> = new Set(['unreachable', 'away', 'loading']);
/** Troubles of a single request, which say nothing about the server's health. */
const OF_ONE_REQUEST: ReadonlySet<ServerTrouble> = new Set(['refused', 'too-long']);

/** Tokens to generate where only the distribution of the next one is needed. */
const NEXT = 1;

/**
 * An engine that uses a model server. Capabilities are determined with the first call. A failed server is left alone
 * for a while, during which calls fail at once; there is no fallback to another model.
 */
export class EndpointEngine implements Engine {
  readonly #options: EndpointOptions;
  readonly #listeners = new Set<(health: EngineHealth) => void>();
  #health: EngineHealth = { state: 'asleep' };
  #connected: Promise<Connected> | undefined;
  /** State from the last time the server answered. */
  #last: Connected | undefined;
  /** The server, once it has answered. */
  #server: CompletionServer | undefined;
  #trouble: ServerError | undefined;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #completing: AbortController | undefined;
  readonly #active = new Set<symbol>();
  readonly #disposed = new AbortController();

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  get health(): EngineHealth {
    return this.#health;
  }

  get host(): string {
    return this.#options.address.host;
  }

  /** @returns a function that removes the listener */
  onHealth(listener: (health: EngineHealth) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async info(): Promise<ServerModelInfo> {
    return infoOf(await this.#connect());
  }

  async tokenizer(): Promise<Tokenizer> {
    return (await this.#connect()).vocabulary;
  }

  complete(
    request: CompleteRequest,
    signal?: AbortSignal,
    onPartial?: (partial: PartialCompletion) => void,
  ): Promise<Completion> {
    const controller = new AbortController();
    if (!request.background) {
      this.#completing?.abort();
      this.#completing = controller;
    }
    return this.#ask(
      async (connected, either) => {
        const { memory } = connected;
        const { place, ...bare } = request;
        if (!memory || !place) return suggest({ ...connected, expect: undefined }, bare, either, onPartial);
        memory.turnTo(place);
        return memory.pauseDuring(() => suggest(connected, bare, either, onPartial));
      },
      signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
    );
  }

  async generate(
    request: GenerateRequest,
    onEvent?: (event: GenerationEvent) => void,
    signal?: AbortSignal,
  ): Promise<Generation> {
    try {
      return await this.#ask((connected, either) => continueText(connected, request, onEvent, either), signal);
    } catch (error) {
      // Cancelled before the server was reached, so nothing was generated.
      if (signal?.aborted) return new HeardGeneration().sum();
      throw error;
    }
  }

  /** Log-probabilities of the most probable tokens, and of all others as one; -Infinity elsewhere. */
  async logits(request: LogitsRequest, signal?: AbortSignal): Promise<Float32Array> {
    return this.#ask(async (connected, either) => {
      const { vocabulary } = connected;
      const priority = request.background ? BACKGROUND : 1;
      const from = await next(connected, textOf(request, vocabulary), priority, either);
      const logits = new Float32Array(vocabulary.size).fill(Number.NEGATIVE_INFINITY);
      for (const id of from?.ids ?? []) logits[id] = from?.logprob(id) ?? 0;
      logits[vocabulary.others] = Math.log(from?.rest ?? 1);
      return logits;
    }, signal);
  }

  async score(request: ScoreRequest, signal?: AbortSignal): Promise<ScoredToken[]> {
    return this.#ask((connected, either) => scoreText(connected, request, either), signal);
  }

  async explain(request: ScoreRequest, signal?: AbortSignal): Promise<Explanation> {
    const tokens = await this.score(request, signal);
    const logits = await this.logits(request, signal);
    return { tokens, logits, stats: await this.stats() };
  }

  inspect(_request: InspectRequest): Promise<Inspection> {
    return this.#refuse(l10n.t('attention and what its layers would say'));
  }

  words(_request: WordsRequest): Promise<NextWords> {
    return this.#refuse(l10n.t('the whole distribution, over which words are added up'));
  }

  async stats(): Promise<EngineStats> {
    const { requests = 0, tokens = 0, busyMs = 0 } = this.#server?.work ?? {};
    return { runs: requests, tokensFed: tokens, busyMs, active: this.#active.size };
  }

  async remember(update: MemoryUpdate): Promise<MemoryStatus> {
    const { memory } = await this.#connect();
    return memory?.remember(update) ?? NOTHING_REMEMBERED;
  }

  /** Always null: a server gives no full distribution, without which the page cannot mix in the writer's memory. */
  async recall(): Promise<null> {
    return null;
  }

  async dispose(): Promise<void> {
    this.#disposed.abort(new EngineError(l10n.t('The engine was shut down.')));
    clearTimeout(this.#retry);
    this.#server?.dispose();
    this.#listeners.clear();
  }

  #refuse(what: string): Promise<never> {
    return Promise.reject(
      new EngineError(l10n.t('A server does not give {0}: only the model on this machine does.', what)),
    );
  }

  #connect(): Promise<Connected> {
    if (this.#trouble) return Promise.reject(this.#trouble);
    this.#connected ??= this.#open();
    return this.#connected;
  }

  async #open(): Promise<Connected> {
    this.#setHealth({ state: 'starting' });
    try {
      const gpt2 = gpt2Tokenizer();
      const server = await CompletionServer.connect(this.#options, this.#options.model, [gpt2], this.#disposed.signal);
      this.#server?.dispose();
      this.#server = server;
      const connected = connectedTo(server, this.#last);
      this.#last = connected;
      this.#setHealth({ state: 'ready', model: infoOf(connected) });
      return connected;
    } catch (error) {
      this.#connected = undefined;
      // A failure to connect concerns all calls.
      if (error instanceof ServerError) this.#fail(error);
      throw error;
    }
  }

  async #ask<T>(task: (connected: Connected, signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const either = signal ? AbortSignal.any([signal, this.#disposed.signal]) : this.#disposed.signal;
    const generation = Symbol();
    this.#active.add(generation);
    try {
      either.throwIfAborted();
      const connecting = this.#connect();
      // Other calls may share this connection attempt, so cancelling one call does not abort it.
      await unlessAborted(connecting, either);
      either.throwIfAborted();
      const connected = await connecting;
      if (this.#trouble) throw this.#trouble;
      const { work } = connected.server;
      const before = work.tokens;
      const result = await task(connected, either);
      // Only tokens prove that the server recovered: a list of models may be available while it cannot generate.
      if (work.tokens > before) this.#failures = 0;
      if (this.#health.state !== 'ready') this.#setHealth({ state: 'ready', model: infoOf(connected) });
      return result;
    } catch (error) {
      if (!either.aborted) this.#noteFailure(error);
      throw error;
    } finally {
      this.#active.delete(generation);
    }
  }

  #noteFailure(error: unknown): void {
    if (!(error instanceof ServerError) || OF_ONE_REQUEST.has(error.trouble)) return;
    this.#fail(error);
  }

  #fail(error: ServerError): void {
    if (error === this.#trouble) return;
    this.#trouble = error;
    const { message, retryAfterMs, trouble } = error;
    // The model that was listed first no longer exists.
    const hasOthers = trouble === 'model' && this.#options.model === '' && this.#last !== undefined;
    // Something else answers in the server's place, such as the sign-in page of a network.
    const isHidden = trouble === 'no-server' && this.#last !== undefined;
    if (hasOthers || isHidden || STARTED_AGAIN.has(trouble)) this.#connected = undefined;
    if (!hasOthers && !isHidden && !PASSING.has(trouble)) {
      this.#setHealth({ state: 'error', message, server: this.host });
      return;
    }
    const pause = BACK_OFF_MS[Math.min(this.#failures++, BACK_OFF_MS.length - 1)];
    const retryInMs = Math.max(retryAfterMs ?? 0, pause);
    this.#setHealth({ state: 'error', message, retryInMs, server: this.host });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#tryAgain(), retryInMs);
    this.#retry.unref();
  }

  #tryAgain(): void {
    this.#trouble = undefined;
    // Failures are reported through the engine's health.
    this.#ask(({ server }, signal) => server.ping(signal)).catch(() => {});
  }

  #setHealth(health: EngineHealth): void {
    if (this.#disposed.signal.aborted) return;
    this.#health = health;
    for (const listener of this.#listeners) listener(health);
  }
}

/** @param last earlier state, reused as long as the server's tokens are the same */
function connectedTo(server: CompletionServer, last?: Connected): Connected {
  const { contextLength, tokenizer } = server.capabilities;
  const same = last !== undefined && last.vocabulary.known === tokenizer ? last : undefined;
  const keeper = same?.memory ?? (tokenizer && new MemoryKeeper(tokenizer));
  return {
    server,
    vocabulary: same?.vocabulary ?? new ServerVocabulary(tokenizer),
    window: new ReadingWindow(contextLength),
    memory: keeper,
    expect: keeper && ((history, confidence) => keeper.memory.expect(history, confidence)),
    origin: keeper && ((mixed, id, probability) => keeper.memory.origin(mixed, id, probability)),
  };
}

function infoOf({ server: { host, capabilities }, vocabulary, window }: Connected): ServerModelInfo {
  const { name, contextLength, logprobs, scoring, tokenize, tokenizer } = capabilities;
  const lacks: ServerLack[] = [
    ...(logprobs ? [] : ['logprobs' as const]),
    ...(scoring ? [] : ['scores' as const]),
    ...(scoring || tokenize ? [] : ['tokens' as const]),
    ...(tokenizer ? [] : ['ids' as const]),
  ];
  return {
    id: `${name} ${host}`,
    name,
    contextLength: contextLength ?? window.tokens,
    vocabSize: vocabulary.size,
    server: { host, lacks },
  };
}

function textOf({ text, appended = [] }: LogitsRequest, vocabulary: ServerVocabulary): string {
  return text + vocabulary.decode(appended);
}

/** What the server predicts for the next token; undefined where it gives nothing. */
async function next(
  { server, vocabulary, window }: ServerModel,
  text: string,
  priority: Priority,
  signal: AbortSignal,
): Promise<Likeliest | undefined> {
  if (window.of(text).trim() === '') {
    throw new EngineError(l10n.t('The text is empty: a server needs something to go on from.'));
  }
  let from: Likeliest | undefined;
  const read = (token: ServerToken) => {
    from = Likeliest.of(token, vocabulary, false);
    return false;
  };
  const end = await window.fitted(() => {
    return server.stream({ prompt: window.of(text), maxTokens: NEXT }, read, priority, signal);
  });
  // The token that ends a text is not sent as a token.
  return end === 'stop' ? (from ?? Likeliest.end(vocabulary)) : from;
}

/** Log-probabilities of a text's tokens; only of its end where the text is too long for the server. */
async function scoresOf({ server, window }: ServerModel, text: string, signal: AbortSignal) {
  try {
    return await server.score(text, 2, signal);
  } catch (error) {
    if (!isTooLong(error)) throw error;
    return window.fitted(() => server.score(window.of(text), 2, signal));
  }
}

/**
 * The tokens of a text, as far as the server can tell: with log-probabilities, else with its token boundaries, else as
 * split here.
 */
async function scoreText(model: ServerModel, request: ScoreRequest, signal: AbortSignal): Promise<ScoredToken[]> {
  const { server, vocabulary } = model;
  const { text, appended = [] } = request;
  const whole = textOf(request, vocabulary);
  if (whole === '') return [];
  const scored = await scoresOf(model, whole, signal);
  if (scored) {
    const length = scored.reduce((sum, token) => sum + token.text.length, 0);
    const unread = vocabulary.tokenize(whole.slice(0, whole.length - length)).map((token) => token.text);
    return vocabulary.place([...unread, ...scored.map((token) => token.text)]).map((token, i) => {
      const { logprob, rank } = scored[i - unread.length] ?? { logprob: null, rank: null };
      return { ...token, logprob, rank, top: [] };
    });
  }
  const pieces = await server.pieces(text, 2, signal);
  const own = pieces ? vocabulary.place(pieces) : vocabulary.tokenize(text);
  const more = vocabulary.place([text, ...appended.map((id) => vocabulary.tokenText(id))]).slice(1);
  return [...own, ...more].map((token) => ({ ...token, logprob: null, rank: null, top: [] }));
}
