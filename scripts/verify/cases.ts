import type { GenerationConfig } from '../../src/core/decoding/options';

/** Outputs of one model, in `test/data/oracles/NAME.json`. */
export interface Oracles {
  /** Hub id, or the folder in this repository. */
  readonly model: string;
  readonly cases: readonly Case[];
}

export type Case = PositionsCase | SumCase | GenerationCase;

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
