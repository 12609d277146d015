import type { Tokenizer } from '../tokenizer';

/** What decoding asks of one sequence's forward pass. */
export interface ForwardOptions {
  /** How many final positions to return logits for; 1 by default. */
  readonly lastN?: number;
  /** Also return the final hidden states (after `ln_f`), which contrastive search compares. */
  readonly hidden?: boolean;
}

/** Final hidden states of the tokens that the model saw, the last of which is that of the sequence. */
export interface HiddenStates {
  /** How many tokens were seen: all, or those of the window that slides over the end of a long text. */
  readonly count: number;
  /** Float32 `[count, width]`. */
  readonly values: Float32Array;
}

/** One sequence's answer. */
export interface Forward {
  /** Raw `lm_head` outputs, float32 `[lastN, vocabSize]`, oldest position first. */
  readonly logits: Float32Array;
  /** When asked for. */
  readonly hidden?: HiddenStates;
}

/**
 * The index of the first token that the model sees of a text of `length` tokens: 0 unless the text is longer than the
 * context. The start moves in steps of a quarter of the context and depends on the length alone, so that a text which
 * grows token by token is read from its beginning again only once a quarter.
 */
export function contextWindowStart(length: number, contextLength: number): number {
  const excess = length - contextLength;
  if (excess <= 0) return 0;
  const stride = Math.max(1, Math.floor(contextLength / 4));
  return Math.ceil(excess / stride) * stride;
}

/**
 * A causal language model as decoding sees it: token ids in, logits out. Implementations cache: a sequence that
 * shares a prefix with an earlier one costs only its new tokens, and the sequences of one call are run as a batch.
 * A sequence longer than `contextLength` is read through a window that slides over its end (`contextWindowStart`).
 */
export interface LanguageModel {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** The token that ends a text, or several, if the model has any. */
  readonly eosTokenId?: number | readonly number[];
  /** All sequences of one call have the same length, at least 1. Rejects with an AbortError when `signal` fires. */
  forward(
    sequences: readonly (readonly number[])[],
    options?: ForwardOptions,
    signal?: AbortSignal,
  ): Promise<Forward[]>;
}

/** A language model with the tokenizer that it was trained with: text in, logits out. */
export interface TextModel extends LanguageModel {
  readonly tokenizer: Tokenizer;
}
