import * as l10n from '@vscode/l10n';
import { type NextWords, nextWords } from '../core/analysis';
import { complete } from '../core/completion/complete';
import { contextWindowStart } from '../core/decoding/model';
import { storedCalibration } from '../core/ghostText/calibration';
import { argmax, normaliser } from '../core/logits';
import { type Tokenizer, type TokenizerSource, tokenizerOf } from '../core/tokenizer';
import { type Manifest, readManifest, readTokenizerSource } from '../gpt2/compiledModel';
import { digestOf } from '../gpt2/fileRecords';
import type {
  CompleteRequest,
  Completion,
  Engine,
  EngineStats,
  ExplainRequest,
  Explanation,
  GenerateRequest,
  Generation,
  GenerationEvent,
  Inspection,
  InspectRequest,
  LocalModelInfo,
  LogitsRequest,
  MemoryStatus,
  MemoryUpdate,
  PartialCompletion,
  RecallRequest,
  Recollection,
  ScoredToken,
  ScoreRequest,
  WordsRequest,
} from './api';
import { CachedModel } from './cachedModel';
import { generateText } from './generate';
import { inspect } from './inspect';
import type { LoadOptions } from './loadGraphs';
import { MemoryKeeper } from './memory/memoryKeeper';
import { MemoryReader } from './memory/memoryReader';
import { BACKGROUND } from './priorityLock';
import { idsOf, tokensOf } from './request';
import { EngineError } from './runtime';
import { Scorer } from './score';
import { Session } from './session';
import { ThreadChoice } from './threadChoice';

/** Time without work after which the engine counts as idle. */
const IDLE_MS = 3_000;
/**
 * Timing threads needs memory for a second copy of the model: models larger than this, from GPT-2 medium on, keep the
 * given number of threads.
 */
const MOST_PARAMETERS = 250e6;

/** The engine within this process. It blocks the thread during each run. */
export class LocalEngine implements Engine {
  readonly #session: Session;
  readonly #manifest: Manifest;
  readonly #source: TokenizerSource;
  readonly #model: CachedModel;
  readonly #scorer: Scorer;
  readonly #memory: MemoryKeeper;
  #completing: AbortController | undefined;
  /** Settles when the last completion has ended and returned its cache slot. */
  #completed: Promise<unknown> = Promise.resolve();
  /** Generations in progress, without aborted ones, which may still have to finish a run. */
  readonly #active = new Set<symbol>();
  #idleTimer: NodeJS.Timeout | undefined;
  #whenIdle: (() => Promise<void>) | undefined;

  private constructor(session: Session, manifest: Manifest, source: TokenizerSource) {
    this.#session = session;
    this.#manifest = manifest;
    this.#source = source;
    this.#model = new CachedModel(session, tokenizerOf(source), manifest.ends);
    this.#scorer = new Scorer(this.#model);
    this.#memory = new MemoryKeeper(this.#model.tokenizer);
  }

  /**
   * Loads a compiled model.
   * @param folder output of `compileModel`
   * @throws EngineError when there is no compiled model of this version, or it cannot be loaded
   */
  static async open(folder: string, options: LoadOptions = {}): Promise<LocalEngine> {
    const manifest = await readManifest(folder);
    if (!manifest) throw new EngineError(l10n.t('There is no compiled model in {0}.', folder));
    const source = await readTokenizerSource(folder, manifest);
    return new LocalEngine(await Session.open(folder, manifest.config, options), manifest, source);
  }

  /** The model itself, for decoding beyond the methods below. */
  get model(): CachedModel {
    return this.#model;
  }

  /**
   * Chooses between one thread and `most` threads by measurement, initially and whenever the time per token changes.
   * Measures only after the engine has been idle for a while.
   */
  adaptThreads(most: number): void {
    const { n_layer, n_embd, vocab_size } = this.#manifest.config;
    if (most <= 1 || 12 * n_layer * n_embd ** 2 + vocab_size * n_embd > MOST_PARAMETERS) return;
    const choice = new ThreadChoice(this.#session, most);
    this.#session.onToken = (ms) => choice.ran(ms);
    this.#whenIdle = async () => {
      // Without enough memory, it is measured another time.
      if (choice.isDue) await this.#model.exclusively(2, undefined, () => choice.whenIdle()).catch(() => {});
    };
    this.#restartIdle();
  }

  #restartIdle(): void {
    clearTimeout(this.#idleTimer);
    if (this.#whenIdle === undefined || this.#active.size > 0) return;
    this.#idleTimer = setTimeout(() => void this.#whenIdle?.(), IDLE_MS);
    this.#idleTimer.unref();
  }

  /** The source of the tokenizer, for another process to create it. */
  async tokenizerSource(): Promise<TokenizerSource> {
    return this.#source;
  }

  async tokenizer(): Promise<Tokenizer> {
    return this.#model.tokenizer;
  }

  async info(): Promise<LocalModelInfo> {
    const { name, precision, config, notes, files } = this.#manifest;
    const calibration = storedCalibration(this.#manifest.calibration);
    return {
      id: digestOf(files),
      name,
      precision,
      layers: config.n_layer,
      heads: config.n_head,
      width: config.n_embd,
      contextLength: config.n_positions,
      vocabSize: config.vocab_size,
      ...(calibration && { calibration }),
      ...(notes && { notes }),
    };
  }

  async complete(
    request: CompleteRequest,
    signal?: AbortSignal,
    onPartial?: (partial: PartialCompletion) => void,
  ): Promise<Completion> {
    if (request.background) return this.#count(signal, () => this.#complete(request, signal, onPartial));
    this.#completing?.abort();
    const controller = new AbortController();
    this.#completing = controller;
    const either = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
    const before = this.#completed;
    const completion = this.#count(either, async () => {
      // An aborted completion ends after its current run and then returns its cache slot: starting before that would
      // mean reading the text again.
      await before;
      either.throwIfAborted();
      return this.#memory.pauseDuring(() => this.#complete(request, either, onPartial));
    });
    this.#completed = completion.catch(() => {});
    return completion;
  }

  generate(
    request: GenerateRequest,
    onEvent?: (event: GenerationEvent) => void,
    signal?: AbortSignal,
  ): Promise<Generation> {
    return this.#count(signal, () => generateText(this.#model.repeatable(), request, onEvent, signal));
  }

  async logits(request: LogitsRequest, signal?: AbortSignal): Promise<Float32Array> {
    const priority = request.background ? BACKGROUND : 1;
    const [{ logits }] = await this.#model.forward([this.#window(request)], {}, signal, priority);
    return logits;
  }

  async score(request: ScoreRequest, signal?: AbortSignal): Promise<ScoredToken[]> {
    const tokens = tokensOf(this.#model.tokenizer, request);
    if (tokens.length === 0) return [];
    const ids = idsOf(this.#model.tokenizer, request);
    const scores = await this.#scorer.score(ids, request.top ?? 0, signal);
    const offset = ids.length - tokens.length;
    return tokens.map((token, i) => ({ ...token, ...(scores[i + offset] ?? { logprob: null, rank: null, top: [] }) }));
  }

  async explain({ place, ...request }: ExplainRequest, signal?: AbortSignal): Promise<Explanation> {
    const tokens = await this.score(request, signal);
    const logits = await this.logits(request, signal);
    const confidence = Math.exp(logits[argmax(logits)] - normaliser(logits));
    const recalled = place && (await this.recall({ ...request, place, confidence }));
    return { tokens, logits, ...(recalled && { recalled }), stats: await this.stats() };
  }

  inspect(request: InspectRequest, signal?: AbortSignal): Promise<Inspection> {
    return inspect(this.#model, this.#window(request), request.candidate, signal);
  }

  words(request: WordsRequest, signal?: AbortSignal): Promise<NextWords> {
    return nextWords(this.#model, this.#window(request), request, signal);
  }

  async stats(): Promise<EngineStats> {
    return { ...this.#session.work, active: this.#active.size };
  }

  async remember(update: MemoryUpdate): Promise<MemoryStatus> {
    return this.#memory.remember(update);
  }

  async recall({ place, confidence, ...request }: RecallRequest): Promise<Recollection | null> {
    return this.#memory.recall(this.#window(request), place, confidence);
  }

  async dispose(): Promise<void> {
    this.#completing?.abort();
    this.#whenIdle = undefined;
    clearTimeout(this.#idleTimer);
    await this.#session.close();
  }

  async #complete(
    { place, background, ahead, ...request }: CompleteRequest,
    signal: AbortSignal | undefined,
    onPartial?: (partial: PartialCompletion) => void,
  ): Promise<Completion> {
    const model = this.#model.withPriority(background ? BACKGROUND : 0, ahead);
    if (place === undefined) return complete(model, request, signal, onPartial);
    const { memory } = this.#memory;
    const isKnown = this.#memory.turnTo(place);
    const reader = new MemoryReader(memory, model.tokenizer);
    const completion = await complete(model, request, signal, onPartial, (...row) => reader.read(...row));
    // The writer may have switched documents since.
    if (isKnown && place.document === memory.document) this.#memory.learnFrom(reader.lesson);
    return withOrigins(completion, reader);
  }

  /** The part of a text that a generation sees: all of it, or the window at its end. */
  #window(request: LogitsRequest): readonly number[] {
    const ids = idsOf(this.#model.tokenizer, request);
    return ids.slice(contextWindowStart(ids.length, this.#model.contextLength));
  }

  async #count<T>(signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    const generation = Symbol();
    const end = () => this.#active.delete(generation);
    this.#active.add(generation);
    clearTimeout(this.#idleTimer);
    signal?.addEventListener('abort', end, { once: true });
    try {
      return await task();
    } finally {
      signal?.removeEventListener('abort', end);
      end();
      this.#restartIdle();
    }
  }
}

/** Adds the source of its probability to each token of the suggestions. */
function withOrigins(completion: Completion, reader: MemoryReader): Completion {
  const suggestions = completion.suggestions.map((suggestion) => {
    const ids = suggestion.tokens.map(({ id }) => id);
    const tokens = suggestion.tokens.map((token, i) => ({
      ...token,
      origin: reader.origin(ids.slice(0, i), token.id, token.logprob),
    }));
    return { ...suggestion, tokens };
  });
  return { ...completion, suggestions };
}
