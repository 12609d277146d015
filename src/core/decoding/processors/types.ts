import type { Scores } from '../scores';

/** What a processor may look at besides the scores. */
export interface ProcessorContext {
  /** The whole sequence so far, prompt included. */
  readonly ids: readonly number[];
  /** How many of them are the prompt. */
  readonly promptLength: number;
  /** Tokens that the earlier groups of a diverse beam search chose at this step. */
  readonly peers?: readonly number[];
}

/** Changes the scores of the next token in place. */
export type LogitsProcessor = (context: ProcessorContext, scores: Scores) => void;
