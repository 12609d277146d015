import type { GenerationConfig } from '../core/decoding/options';

/** Outputs of one model: those in `models/oracles`, or an owner's own. */
export interface Oracles {
  /** Hub id, or the folder in this repository. */
  readonly model: string;
  /** SHA-256 of its files of weights in the order of their names, joined by commas. */
  readonly weights?: string;
  readonly cases: readonly Case[];
}

export type Case = PositionsCase | LogprobsCase | SumCase | GenerationCase;

interface Common {
  /** Cases of one group make one row of the table. */
  readonly group: string;
  readonly name: string;
  /** Who published these numbers. */
  readonly source: string;
  /** Token ids, `<|endoftext|>` (50256) among them where the model saw it. */
  readonly ids: readonly number[];
}

/** Probabilities at positions `from`, `from + 1`, ... of `ids`; the one after the last id is a next token. */
export interface PositionsCase extends Common {
  readonly kind: 'positions';
  readonly from: number;
  /** Half a unit of the last decimal that was published. */
  readonly rounding: number;
  readonly expected: readonly ExpectedPosition[];
}

export interface ExpectedPosition {
  /** Probability of the token that stands there. */
  readonly p?: number;
  /** Its rank, 0 for the model's first choice. */
  readonly rank?: number;
  /** The model's first choice, where nothing else is known of it. */
  readonly first?: number;
  /** Most probable tokens with their probabilities, in order. */
  readonly top: readonly (readonly [id: number, p: number])[];
}

/** Log-probability of each id but the first. */
export interface LogprobsCase extends Common {
  readonly kind: 'logprobs';
  readonly expected: readonly number[];
  /** The text that the model's tokenizer cuts into `ids`. */
  readonly text?: string;
}

/** Summed log-probability of the ids from position `from` on. */
export interface SumCase extends Common {
  readonly kind: 'sum';
  readonly from: number;
  readonly expected: number;
  /** Relative, of float32 implementations among each other. */
  readonly tolerance: number;
}

/** What decoding with `config` makes of the prompt `ids`: all ids or the whole text, prompt included. */
export interface GenerationCase extends Common {
  readonly kind: 'generation';
  readonly config: GenerationConfig;
  readonly expectedIds?: readonly number[];
  readonly expectedText?: string;
}
