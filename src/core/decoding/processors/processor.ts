import type { Scores } from '../../logits';

/** What a processor may look at besides the scores. */
export interface ProcessorContext {
  /** The whole sequence so far, prompt included. */
  readonly ids: readonly number[];
  /** How many of them are the prompt. */
  readonly promptLength: number;
  /** Tokens that the earlier groups of a diverse beam search chose at this step. */
  readonly peers?: readonly number[];
}

/** Changes the scores of the next token in place. No processor makes a score not-a-number that was a number. */
export type LogitsProcessor = (context: ProcessorContext, scores: Scores) => void;

/** The greatest finite float32. */
export const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127;

/** @throws a RangeError that names the parameter as Hugging Face does, unless the condition holds */
export function check(name: string, value: number, holds: boolean, is: string): void {
  if (!holds) throw new RangeError(`${name} must be ${is}, but is ${value}.`);
}
