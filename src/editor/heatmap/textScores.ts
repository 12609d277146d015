import * as l10n from '@vscode/l10n';
import { type Chunk, ChunkCutter } from '../../core/analysis';
import type { Engine, ScoredToken } from '../../engine/api';
import { EngineError } from '../../engine/runtime';

/** A scored token: its range, its surprisal, and the model's alternatives. */
export interface HeatToken {
  readonly utf16: readonly [number, number];
  readonly logprob: number | null;
  readonly rank: number | null;
  readonly top: readonly { readonly text: string; readonly logprob: number }[];
}

interface PlannedChunk extends Chunk {
  /** Identifies the chunk together with the one before it: equal keys have equal scores. */
  readonly key: string;
  /** Start of the text that the model reads for this chunk. */
  readonly contextFrom: number;
}

/** Alternatives kept for each token. */
const ALTERNATIVES = 3;

/**
 * The scores of a text while it is edited. Each chunk is read after the one before it. An edit invalidates only the
 * chunks it touches and those read after them; within a chunk the engine runs only what follows the edit.
 */
export class TextScores {
  readonly #engine: Pick<Engine, 'info' | 'tokenizer' | 'score'>;
  #cutter: ChunkCutter | undefined;
  /** The id of the model that made the scores. */
  #model: string | undefined;
  #modelName = '';
  #text = '';
  #chunks: readonly PlannedChunk[] = [];
  /** Tokens by key; offsets are relative to the chunk. */
  #scores = new Map<string, readonly HeatToken[]>();

  constructor(engine: Pick<Engine, 'info' | 'tokenizer' | 'score'>) {
    this.#engine = engine;
  }

  get text(): string {
    return this.#text;
  }

  /** The name of the model that made the scores; empty without any. */
  get modelName(): string {
    return this.#modelName;
  }

  /** Share of the text that is scored, from 0 to 1. */
  get progress(): number {
    if (this.#text === '') return 1;
    const done = this.#chunks.filter(({ key }) => this.#scores.has(key));
    return done.reduce((sum, { from, to }) => sum + to - from, 0) / this.#text.length;
  }

  /** Updates to a new version of the text; scores of unchanged chunks are kept. */
  async update(text: string): Promise<void> {
    await this.#takeUpModel();
    this.#text = text;
    this.#chunks = plan(text, this.#cutter?.cut(text) ?? []);
    const keys = new Set(this.#chunks.map(({ key }) => key));
    this.#scores = new Map([...this.#scores].filter(([key]) => keys.has(key)));
  }

  /** Scores of another model are dropped, as it has other tokens and perhaps another language. */
  async #takeUpModel(): Promise<void> {
    const info = await this.#engine.info();
    if (info.server?.lacks.includes('scores')) {
      throw new EngineError(
        l10n.t(
          '{0} does not give the probabilities of a text that is there, so there is no heat map. The model on this machine does.',
          info.server.host,
        ),
      );
    }
    const { id, name, contextLength } = info;
    if (id !== this.#model) {
      this.#cutter = new ChunkCutter(contextLength, await this.#engine.tokenizer());
      this.#scores = new Map();
      this.#model = id;
    }
    this.#modelName = name;
  }

  /**
   * Scores one more chunk: the first unscored one in the given stretches of the text, else the one nearest to them.
   * Resolves to false when every chunk is scored, or with `within` every chunk of the stretches.
   * @param stretches the start of the text if empty
   */
  async scoreNext(
    stretches: readonly (readonly [number, number])[],
    signal: AbortSignal,
    within = false,
  ): Promise<boolean> {
    const preferred = stretches.length > 0 ? stretches : [[0, 0] as const];
    const distance = (chunk: Chunk) =>
      Math.min(...preferred.map(([from, to]) => Math.max(chunk.from - to, from - chunk.to, 0)));
    const missing = this.#chunks.filter((chunk) => !this.#scores.has(chunk.key) && !(within && distance(chunk) > 0));
    if (missing.length === 0) return false;
    const next = missing.reduce((best, chunk) => (distance(chunk) < distance(best) ? chunk : best));
    const text = this.#text.slice(next.contextFrom, next.to);
    const scored = await this.#engine.score({ text, bos: next.contextFrom === 0, top: ALTERNATIVES }, signal);
    const offset = next.from - next.contextFrom;
    this.#scores.set(
      next.key,
      scored.filter(({ utf16 }) => utf16[0] >= offset).map((token) => compact(token, offset)),
    );
    return true;
  }

  /** The scored tokens that touch a stretch of the text, in order. */
  tokensIn(from: number, to: number): HeatToken[] {
    return this.#chunks
      .filter((chunk) => chunk.from < to && chunk.to > from)
      .flatMap((chunk) => (this.#scores.get(chunk.key) ?? []).map((token) => shifted(token, chunk.from)))
      .filter(({ utf16 }) => utf16[0] < to && utf16[1] > from);
  }
}

function plan(text: string, chunks: readonly Chunk[]): PlannedChunk[] {
  return chunks.map(({ from, to }, i) => {
    const contextFrom = chunks[i - 1]?.from ?? 0;
    // The first chunk starts with the text, the second does not: \0 distinguishes their keys.
    return {
      from,
      to,
      contextFrom,
      key: `${from - contextFrom}\0${contextFrom === 0}\0${text.slice(contextFrom, to)}`,
    };
  });
}

function compact({ utf16, logprob, rank, top }: ScoredToken, offset: number): HeatToken {
  const place = [utf16[0] - offset, utf16[1] - offset] as const;
  return { utf16: place, logprob, rank, top: top.map(({ text, logprob }) => ({ text, logprob })) };
}

function shifted(token: HeatToken, by: number): HeatToken {
  return { ...token, utf16: [token.utf16[0] + by, token.utf16[1] + by] };
}
