import type { GenerationConfig } from '../core/decoding/options';

/** Recorded outputs of one model: those in `models/oracles`, or a user's own. */
export interface Oracles {
  /** Hub id, or the folder in this repository. */
  readonly model: string;
  /** SHA-256 of its weight files in the order of their names, joined by commas. */
  readonly weights?: string;
  readonly cases: readonly Case[];
}

export type Case = PositionsCase | LogprobsCase | SumCase | GenerationCase;

interface Common {
  /** Cases of one group form one row of the table. */
  readonly group: string;
  readonly name: string;
  /** Source of the numbers. */
  readonly source: string;
  /** Token ids, including `<|endoftext|>` (50256) where the model saw it. */
  readonly ids: readonly number[];
}

/** Probabilities at positions `from`, `from + 1`, … of `ids`; the position after the last id is the next token. */
export interface PositionsCase extends Common {
  readonly kind: 'positions';
  readonly from: number;
  /** Half a unit of the last published decimal. */
  readonly rounding: number;
  readonly expected: readonly ExpectedPosition[];
}

export interface ExpectedPosition {
  /** Probability of the token that stands there. */
  readonly p?: number;
  /** Its rank, 0 for the most probable token. */
  readonly rank?: number;
  /** The most probable token, where nothing else is published. */
  readonly first?: number;
  /** The most probable tokens with their probabilities, in order. */
  readonly top: readonly (readonly [id: number, p: number])[];
}

/** Log-probability of each id but the first. */
export interface LogprobsCase extends Common {
  readonly kind: 'logprobs';
  readonly expected: readonly number[];
  /** The text that the model's tokenizer splits into `ids`. */
  readonly text?: string;
}

/** Summed log-probability of the ids from position `from` on. */
export interface SumCase extends Common {
  readonly kind: 'sum';
  readonly from: number;
  readonly expected: number;
  /** Relative tolerance between float32 implementations. */
  readonly tolerance: number;
}

/** The result of decoding the prompt `ids` with `config`: all ids or the whole text, prompt included. */
export interface GenerationCase extends Common {
  readonly kind: 'generation';
  readonly config: GenerationConfig;
  readonly expectedIds?: readonly number[];
  readonly expectedText?: string;
}
