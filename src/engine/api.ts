import type { NextWords, NextWordsOptions } from '../core/analysis';
import type {
  CompleteRequest as BareCompleteRequest,
  Candidate,
  Completion,
  PartialCompletion,
} from '../core/completion/types';
import type { GenerationConfig } from '../core/decoding/options';
import type { BeamStep, Finish, TokenStep } from '../core/decoding/steps';
import type { Calibration } from '../core/ghostText/calibration';
import type { MemoryStatus } from '../core/memory';
import type { Token, Tokenizer } from '../core/tokenizer';
import type { Precision } from '../gpt2/quantise';
import type { MemoryPlace, MemoryUpdate, Recollection } from './memory/memoryKeeper';

export type {
  Candidate,
  Completion,
  CompletionReason,
  PartialCompletion,
  Suggestion,
} from '../core/completion/types';
export type { BeamStep } from '../core/decoding/steps';
export type { MemoryStatus } from '../core/memory';
export type { Precision } from '../gpt2/quantise';
export type { MemoryPlace, MemoryUpdate, Recollection } from './memory/memoryKeeper';

export interface CompleteRequest extends BareCompleteRequest {
  /** The cursor's place, for a suggestion with the writer's memory mixed in. Without it only the model is used. */
  readonly place?: MemoryPlace;
  /** Whether it has the lowest priority, neither aborting other completions nor being aborted by them. */
  readonly background?: boolean;
  /** Whether nobody is typing yet: the text is then read in longer runs, which are faster but can delay a key. */
  readonly ahead?: boolean;
}

/** A token of the text with its score; `null` where the model had no context. */
export interface ScoredToken extends Token {
  readonly logprob: number | null;
  /** 0 for the model's most probable token. */
  readonly rank: number | null;
  /** The model's most probable tokens in place of this one, in descending order. */
  readonly top: readonly Candidate[];
}

/** A local model. */
export interface LocalModelInfo {
  /** Distinguishes models with equal names; equal for equal files. */
  readonly id: string;
  readonly name: string;
  readonly precision: Precision;
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly contextLength: number;
  readonly vocabSize: number;
  readonly server?: undefined;
  /** Notes for the user on how the model's files were read, in whole sentences; for the log. */
  readonly notes?: readonly string[];
  /**
   * Calibration of the ghost text gate for this model; absent where it was not measured, so that the default model's
   * applies.
   */
  readonly calibration?: Calibration;
}

/**
 * What a server cannot provide: `logprobs` of generated text, `scores` of a given text, the `tokens` of a text, or
 * known token `ids`, without which the writer's memory cannot be used.
 */
export type ServerLack = 'logprobs' | 'scores' | 'tokens' | 'ids';

/** A model on a server. */
export interface ServerModelInfo {
  /** Distinguishes models of several servers. */
  readonly id: string;
  readonly name: string;
  readonly contextLength: number;
  /** Number of tokens known so far; grows as the server names more. */
  readonly vocabSize: number;
  readonly server: { readonly host: string; readonly lacks: readonly ServerLack[] };
  readonly calibration?: undefined;
}

export type ModelInfo = LocalModelInfo | ServerModelInfo;

/** Work done since the engine started. Tests assert on these, never on the clock. */
export interface EngineStats {
  /** Runs of the ONNX session. */
  readonly runs: number;
  /** Tokens processed, summed over runs and batch rows. */
  readonly tokensFed: number;
  /** Milliseconds spent in those runs. */
  readonly busyMs: number;
  /** Completions and generations in progress. */
  readonly active: number;
}

export interface LogitsRequest {
  readonly text: string;
  /** Whether to put `<|endoftext|>` before the text. */
  readonly bos?: boolean;
  /** Token ids appended to the text as they are, regardless of the tokenizer. */
  readonly appended?: readonly number[];
  /** Whether it has the lowest priority; `logits` only. */
  readonly background?: boolean;
}

export interface ScoreRequest extends LogitsRequest {
  /** Number of alternatives per token; 0 by default. */
  readonly top?: number;
}

export interface ExplainRequest extends ScoreRequest {
  /** The end of the text as a place, for the writer's memory. */
  readonly place?: MemoryPlace;
}

export interface WordsRequest extends LogitsRequest, NextWordsOptions {}

export interface RecallRequest extends LogitsRequest {
  readonly place: MemoryPlace;
  /** The probability of the most probable next token. */
  readonly confidence: number;
}

export interface GenerateRequest extends LogitsRequest {
  readonly config: GenerationConfig;
  /**
   * Whether a single trailing space belongs to the next word, as writers mean it: it is left to the first token and
   * removed from the result. Otherwise GPT-2 continues after a separate space token, which it has rarely seen.
   */
  readonly healSpace?: boolean;
  /**
   * Whether the text is for a document: bytes of an incomplete last character are removed. Otherwise they become
   * U+FFFD.
   */
  readonly wholeCharacters?: boolean;
  /** Number of candidates reported per step; none by default. */
  readonly trace?: number;
}

/** A generated token. `text` is what it completes: characters split over tokens arrive with their last token. */
export type GenerationChunk = TokenStep & { readonly text: string };

/** Beam search reports its steps first, then the tokens of the best text. */
export type GenerationEvent = GenerationChunk | BeamStep;

export interface GeneratedSequence {
  readonly text: string;
  readonly ids: readonly number[];
  /** Score that beams are ranked by; for other strategies the sum of log-probabilities. */
  readonly score: number;
  readonly finish: Finish;
}

export interface Generation {
  readonly text: string;
  /** The new tokens, including a final end-of-text token. */
  readonly ids: readonly number[];
  /** The model's own log-probability of each. */
  readonly logprobs: readonly number[];
  readonly finish: Finish;
  /** All requested texts, the first of which is this one. */
  readonly sequences: readonly GeneratedSequence[];
  /** The seed that reproduces this result; absent where nothing was sampled. */
  readonly seed?: number;
}

export interface InspectRequest extends LogitsRequest {
  /** The token that the lens follows through the layers; by default the most probable one. */
  readonly candidate?: number;
}

/** The prediction after one layer. */
export interface LensLayer {
  /** 0 for the first block. */
  readonly layer: number;
  readonly top: readonly Candidate[];
  readonly candidateLogprob: number;
  readonly candidateRank: number;
}

/** The internals behind the prediction of the next token. */
export interface Inspection {
  readonly layers: number;
  readonly heads: number;
  /** Number of tokens seen by the model: the last ones of a text longer than the context. */
  readonly tokens: number;
  /** Attention of the last token: float32 `[layers, heads, tokens]`; each row sums to 1. */
  readonly attention: Float32Array;
  readonly candidate: number;
  /** One entry per layer; the last one equals the model's output. */
  readonly lens: readonly LensLayer[];
}

/** The tokens of a text with the distribution of the next one. */
export interface Explanation {
  readonly tokens: readonly ScoredToken[];
  /** Float32 `[vocabSize]` after the last token. */
  readonly logits: Float32Array;
  /** What the writer's memory expects, if anything. */
  readonly recalled?: Recollection;
  /** Work counters at this moment. */
  readonly stats: EngineStats;
}

/**
 * Text in, tokens with log-probabilities out. `LocalEngine` runs in this process (CLI, tests, the forked child),
 * `ForkedEngine` is the extension host's end of the pipe, `EndpointEngine` uses a model server. Every call rejects with
 * an `AbortError` when its signal fires, except `generate`, which returns the partial result. A newer `complete` aborts
 * the running one.
 */
export interface Engine {
  info(): Promise<ModelInfo>;
  /** The model's own tokenizer. */
  tokenizer(): Promise<Tokenizer>;
  /** `onPartial` receives the completion so far after each token, so that it can be compared with what is typed. */
  complete(
    request: CompleteRequest,
    signal?: AbortSignal,
    onPartial?: (partial: PartialCompletion) => void,
  ): Promise<Completion>;
  generate(
    request: GenerateRequest,
    onEvent?: (event: GenerationEvent) => void,
    signal?: AbortSignal,
  ): Promise<Generation>;
  /** The full float32 logits `[vocabSize]` after the last token. */
  logits(request: LogitsRequest, signal?: AbortSignal): Promise<Float32Array>;
  /** Scores each token of a text; a text longer than the context is read in overlapping windows. */
  score(request: ScoreRequest, signal?: AbortSignal): Promise<ScoredToken[]>;
  /** `score`, `logits`, `recall` and `stats` in one call. */
  explain(request: ExplainRequest, signal?: AbortSignal): Promise<Explanation>;
  inspect(request: InspectRequest, signal?: AbortSignal): Promise<Inspection>;
  /** The most probable next words, summed over their tokenizations. */
  words(request: WordsRequest, signal?: AbortSignal): Promise<NextWords>;
  stats(): Promise<EngineStats>;
  /** Sends a change of the writer's texts to the memory, which reads it in the background. */
  remember(update: MemoryUpdate): Promise<MemoryStatus>;
  /** What the writer's memory expects next; null if nothing. Needs no model run. */
  recall(request: RecallRequest): Promise<Recollection | null>;
  dispose(): Promise<void>;
}
