import { complete } from '../core/completion/complete';
import { END_OF_TEXT, encode, tokenize } from '../core/tokenizer';
import { type Manifest, readManifest } from '../store/compiledModel';
import type {
  CompleteRequest,
  Completion,
  Engine,
  EngineStats,
  GenerateRequest,
  Generation,
  GenerationEvent,
  Inspection,
  InspectRequest,
  LogitsRequest,
  ModelInfo,
  ScoredToken,
  ScoreRequest,
} from './api';
import { CachedModel } from './cachedModel';
import { generateText } from './generate';
import { inspect } from './inspect';
import { EngineError } from './runtime';
import { Scorer } from './score';
import { Session, type SessionOptions } from './session';

/** The engine in this process. It blocks the thread during each run. */
export class LocalEngine implements Engine {
  readonly #model: CachedModel;
  readonly #scorer: Scorer;
  #completing: AbortController | undefined;
  #active = 0;

  private constructor(
    private readonly session: Session,
    private readonly manifest: Manifest,
  ) {
    this.#model = new CachedModel(session);
    this.#scorer = new Scorer(this.#model);
  }

  /**
   * Loads a compiled model.
   * @param folder what `compileModel` has written
   * @throws EngineError when there is no compiled model of this version or it cannot be loaded
   */
  static async open(folder: string, options: SessionOptions = {}): Promise<LocalEngine> {
    const manifest = await readManifest(folder);
    if (!manifest) throw new EngineError(`There is no compiled model in ${folder}.`);
    return new LocalEngine(await Session.open(folder, manifest.config, options), manifest);
  }

  /** The model itself, for decoding that wants more than the calls below. */
  get model(): CachedModel {
    return this.#model;
  }

  async info(): Promise<ModelInfo> {
    const { name, precision, config } = this.manifest;
    return {
      name,
      precision,
      layers: config.n_layer,
      heads: config.n_head,
      width: config.n_embd,
      contextLength: config.n_positions,
      vocabSize: config.vocab_size,
    };
  }

  async complete(
    request: CompleteRequest,
    signal?: AbortSignal,
    onProgress?: (partial: string) => void,
  ): Promise<Completion> {
    this.#completing?.abort();
    const controller = new AbortController();
    this.#completing = controller;
    const either = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
    return this.#count(() => complete(this.#model.withPriority(0), request, either, onProgress));
  }

  generate(
    request: GenerateRequest,
    onEvent?: (event: GenerationEvent) => void,
    signal?: AbortSignal,
  ): Promise<Generation> {
    return this.#count(() => generateText(this.#model, idsOf(request), request, onEvent, signal));
  }

  async logits(request: LogitsRequest, signal?: AbortSignal): Promise<Float32Array> {
    const [{ logits }] = await this.#model.forward([this.#lastWindow(request)], {}, signal);
    return logits;
  }

  async score(request: ScoreRequest, signal?: AbortSignal): Promise<ScoredToken[]> {
    const tokens = tokenize(request.text);
    const ids = tokens.map((token) => token.id);
    const scores = await this.#scorer.score(request.bos ? [END_OF_TEXT, ...ids] : ids, request.top ?? 0, signal);
    const offset = request.bos ? 1 : 0;
    return tokens.map((token, i) => ({ ...token, ...(scores[i + offset] ?? { logprob: null, rank: null, top: [] }) }));
  }

  inspect(request: InspectRequest, signal?: AbortSignal): Promise<Inspection> {
    return inspect(this.#model, this.#lastWindow(request), request.candidate, signal);
  }

  async stats(): Promise<EngineStats> {
    return { ...this.session.work, active: this.#active };
  }

  async dispose(): Promise<void> {
    this.#completing?.abort();
    await this.session.close();
  }

  /** The last `contextLength` tokens: what the model sees of a long text. */
  #lastWindow(request: LogitsRequest): readonly number[] {
    return idsOf(request).slice(-this.#model.contextLength);
  }

  async #count<T>(task: () => Promise<T>): Promise<T> {
    this.#active++;
    try {
      return await task();
    } finally {
      this.#active--;
    }
  }
}

/** @throws EngineError when there is nothing to read */
function idsOf({ text, bos }: LogitsRequest): readonly number[] {
  const ids = encode(text);
  if (bos) ids.unshift(END_OF_TEXT);
  if (ids.length === 0) throw new EngineError('The text is empty: GPT-2 needs at least one token to go on from.');
  return ids;
}
