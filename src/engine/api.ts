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
  /** Whether it comes after all other work, ends no other completion and is not ended by one. */
  readonly background?: boolean;
  /** Whether nobody is typing yet: the text is then read in longer runs, which are faster but can delay a key. */
  readonly ahead?: boolean;
}

/** A token of the text, with what the model thought of it. `null` where the model saw nothing before it. */
export interface ScoredToken extends Token {
  readonly logprob: number | null;
  /** 0 for the model's first choice. */
  readonly rank: number | null;
  /** The model's most probable tokens in place of this one, in descending order. */
  readonly top: readonly Candidate[];
}

/** A model that runs on this machine. */
export interface LocalModelInfo {
  /** Tells models apart that have one name; the same for the same files. */
  readonly id: string;
  readonly name: string;
  readonly precision: Precision;
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly contextLength: number;
  readonly vocabSize: number;
  readonly server?: undefined;
  /** What a user should know of how the model's files were read, in whole sentences; for the log. */
  readonly notes?: readonly string[];
  /**
   * How the gate of ghost text is set for this model; absent where it was not measured, so that the values for
   * Inkling's own model hold.
   */
  readonly calibration?: Calibration;
}

/**
 * What a server cannot give: `logprobs` of the text that it writes, `scores` of a text that is given, the `tokens` that
 * a text is cut into, or token `ids` that are known here, without which the writer's memory cannot be asked.
 */
export type ServerLack = 'logprobs' | 'scores' | 'tokens' | 'ids';

/** A model of a server. */
export interface ServerModelInfo {
  /** Tells models of several servers apart. */
  readonly id: string;
  readonly name: string;
  readonly contextLength: number;
  /** Tokens that are known by now; it grows as the server names more. */
  readonly vocabSize: number;
  readonly server: { readonly host: string; readonly lacks: readonly ServerLack[] };
  readonly calibration?: undefined;
}

export type ModelInfo = LocalModelInfo | ServerModelInfo;

/** Work done since the engine started. Tests assert on these, never on the clock. */
export interface EngineStats {
  /** Calls of the ONNX session. */
  readonly runs: number;
  /** Tokens put through the model, summed over runs and batch rows. */
  readonly tokensFed: number;
  /** Milliseconds spent in those calls. */
  readonly busyMs: number;
  /** Completions and generations that are wanted and not done yet. */
  readonly active: number;
}

export interface LogitsRequest {
  readonly text: string;
  /** Put `<|endoftext|>` before the text. */
  readonly bos?: boolean;
  /** Token ids that follow the text as they are, however the tokenizer would have cut them. */
  readonly appended?: readonly number[];
  /** `logits` alone: comes after all other work. */
  readonly background?: boolean;
}

export interface ScoreRequest extends LogitsRequest {
  /** How many alternatives to return for each token; 0 by default. */
  readonly top?: number;
}

export interface ExplainRequest extends ScoreRequest {
  /** Where the text ends, for what the writer's texts say there. */
  readonly place?: MemoryPlace;
}

export interface WordsRequest extends LogitsRequest, NextWordsOptions {}

export interface RecallRequest extends LogitsRequest {
  readonly place: MemoryPlace;
  /** The probability of the model's first choice after the text. */
  readonly confidence: number;
}

export interface GenerateRequest extends LogitsRequest {
  readonly config: GenerationConfig;
  /**
   * A single space that ends the text belongs to the next word, as writers mean it: it is left to the first token and
   * taken off what is returned. Without this, GPT-2 goes on from a lone space, which it has hardly ever seen.
   */
  readonly healSpace?: boolean;
  /**
   * Whether the text is for a document: bytes of an incomplete last character are removed. Otherwise they become
   * U+FFFD.
   */
  readonly wholeCharacters?: boolean;
  /** How many candidates each step reports; none by default. */
  readonly trace?: number;
}

/**
 * A token of the text that is being written. `text` is what became complete with it: characters split over tokens arrive
 * with their last one.
 */
export type GenerationChunk = TokenStep & { readonly text: string };

/** Beam search reports its steps first, and the tokens of the best text at the end. */
export type GenerationEvent = GenerationChunk | BeamStep;

export interface GeneratedSequence {
  readonly text: string;
  readonly ids: readonly number[];
  /** What beams are ranked by; the summed log-probability for other strategies. */
  readonly score: number;
  readonly finish: Finish;
}

export interface Generation {
  readonly text: string;
  /** The new tokens, an end-of-text token included. */
  readonly ids: readonly number[];
  /** The model's own log-probability of each. */
  readonly logprobs: readonly number[];
  readonly finish: Finish;
  /** All texts that were asked for, the first of which is this one. */
  readonly sequences: readonly GeneratedSequence[];
  /** The seed that repeats this result; absent where nothing was random. */
  readonly seed?: number;
}

export interface InspectRequest extends LogitsRequest {
  /** The token whose place the lens follows through the layers; the model's own favourite by default. */
  readonly candidate?: number;
}

/** What the model would say if it had to stop after this layer. */
export interface LensLayer {
  /** 0 for the first block. */
  readonly layer: number;
  readonly top: readonly Candidate[];
  readonly candidateLogprob: number;
  readonly candidateRank: number;
}

/** How the model came to its next token. */
export interface Inspection {
  readonly layers: number;
  readonly heads: number;
  /** How many tokens the model saw; the last ones of the text where it is longer than the context. */
  readonly tokens: number;
  /** What the last token attended to: float32 `[layers, heads, tokens]`; each row sums to 1. */
  readonly attention: Float32Array;
  readonly candidate: number;
  /** One entry for each layer; the last one is the model's output. */
  readonly lens: readonly LensLayer[];
}

/** A text as the model sees it, and what it expects next. */
export interface Explanation {
  readonly tokens: readonly ScoredToken[];
  /** Float32 `[vocabSize]` after the last token. */
  readonly logits: Float32Array;
  /** What the writer's texts say there, where they say anything. */
  readonly recalled?: Recollection;
  /** The engine's work up to here. */
  readonly stats: EngineStats;
}

/**
 * Text in, tokens with log-probabilities out. `LocalEngine` runs in this process (CLI, tests, the forked child),
 * `ForkedEngine` is the extension host's end of the pipe, `EndpointEngine` asks a model server. Every call rejects with
 * an `AbortError` when its signal fires, but for `generate`, which returns what it has; a newer `complete` aborts the
 * running one.
 */
export interface Engine {
  info(): Promise<ModelInfo>;
  /** The model's own tokenizer. */
  tokenizer(): Promise<Tokenizer>;
  /** `onProgress` hears what there is so far, after each token, so that typing can be held against it. */
  complete(
    request: CompleteRequest,
    signal?: AbortSignal,
    onProgress?: (partial: PartialCompletion) => void,
  ): Promise<Completion>;
  generate(
    request: GenerateRequest,
    onEvent?: (event: GenerationEvent) => void,
    signal?: AbortSignal,
  ): Promise<Generation>;
  /** The full float32 logits `[vocabSize]` after the last token. */
  logits(request: LogitsRequest, signal?: AbortSignal): Promise<Float32Array>;
  /** What the model thought of each token of a text; a text longer than the context is read in overlapping windows. */
  score(request: ScoreRequest, signal?: AbortSignal): Promise<ScoredToken[]>;
  /** `score`, `logits`, `recall` and `stats` in one call. */
  explain(request: ExplainRequest, signal?: AbortSignal): Promise<Explanation>;
  inspect(request: InspectRequest, signal?: AbortSignal): Promise<Inspection>;
  /** The most probable next words, over all the ways in which tokens spell them. */
  words(request: WordsRequest, signal?: AbortSignal): Promise<NextWords>;
  stats(): Promise<EngineStats>;
  /** Tells the memory of the writer's texts of a change; it is read in the background. */
  remember(update: MemoryUpdate): Promise<MemoryStatus>;
  /** What the writer's texts say comes next; null where they say nothing. Costs no run of the model. */
  recall(request: RecallRequest): Promise<Recollection | null>;
  dispose(): Promise<void>;
}
