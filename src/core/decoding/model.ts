/** What decoding asks of one sequence's forward pass. */
export interface ForwardOptions {
  /** How many final positions to return logits for; 1 unless told. */
  readonly lastN?: number;
  /** Also return the final hidden states (after `ln_f`), which contrastive search compares. */
  readonly hidden?: boolean;
}

/** One sequence's answer. */
export interface Forward {
  /** Raw `lm_head` outputs, float32 `[lastN, vocabSize]`, oldest position first. */
  readonly logits: Float32Array;
  /** Final hidden states of every token of the sequence, float32 `[tokens, width]`, when asked for. */
  readonly hidden?: Float32Array;
}

/**
 * A causal language model as decoding sees it: token ids in, logits out. Implementations cache: a sequence that
 * shares a prefix with an earlier one costs only its new tokens, and the sequences of one call are run as a batch.
 * A sequence longer than `contextLength` is read through a window that slides over its end.
 */
export interface LanguageModel {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** The token that ends a text, if the model has one. */
  readonly eosTokenId?: number;
  /** All sequences of one call have the same length, at least 1. Rejects with an AbortError when `signal` fires. */
  forward(
    sequences: readonly (readonly number[])[],
    options?: ForwardOptions,
    signal?: AbortSignal,
  ): Promise<Forward[]>;
}
