import type { Finish } from '../core/decoding/steps';
import type { Token } from '../core/tokenizer';

/** Provenance of a picture, printed small below it so that it can be checked and reproduced. */
export interface Origin {
  /** Absent where no model was used. */
  readonly model?: { readonly name: string; readonly precision: string };
  /** Options that differ from their defaults, under their command-line names. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Whether the writer's memory was mixed in, which no command reproduces. */
  readonly withTexts?: true;
  readonly seed?: number;
  /** A shell command that reproduces the picture. */
  readonly command: string;
}

interface Common {
  /** The text that was read by the model or tokenized. */
  readonly text: string;
  readonly origin: Origin;
}

/** A token of the text with its score; `null` for a token without context, or where the model was not run. */
export interface FigureToken extends Token {
  readonly logprob: number | null;
  /** 0 for the model's most probable token. */
  readonly rank: number | null;
}

export type TokenColour = 'boundary' | 'rank' | 'surprisal';

/** A text split into tokens. */
export interface TokensFigure extends Common {
  readonly kind: 'tokens';
  readonly colour: TokenColour;
  readonly tokens: readonly FigureToken[];
}

/** A candidate for the next token. */
export interface FigureCandidate {
  readonly id: number;
  readonly text: string;
  readonly logit: number;
  /** Probability after all stages. */
  readonly probability: number;
  readonly cumulative: number;
  /** The model's own probability before any stage. */
  readonly raw: number;
}

/** The most probable next tokens, in descending order. */
export interface NextFigure extends Common {
  readonly kind: 'next';
  readonly candidates: readonly FigureCandidate[];
  /** Entropy of the whole distribution after all stages. */
  readonly entropyBits: number;
}

/** The distribution of the next token after each stage of decoding. */
export interface StagesFigure extends Common {
  readonly kind: 'stages';
  readonly stages: readonly {
    /** An option's command-line spelling, `raw` or `penalties`; with the writer's memory also `texts` and `mixed`. */
    readonly name: string;
    /** Number of tokens with a probability above 0. */
    readonly survivors: number;
    /** Probability removed by the stage. */
    readonly massCut: number;
    readonly entropyBits: number;
    readonly favourite: { readonly id: number; readonly text: string; readonly probability: number };
  }[];
}

/** A chain of nodes of the tree of hypotheses without branching. */
export interface BeamLine {
  /** Depth, from 1. */
  readonly level: number;
  readonly ids: readonly number[];
  readonly text: string;
  /** Sum of log-probabilities; for a finished text divided by its length to the power of the length penalty. */
  readonly score: number;
  readonly status: 'running' | 'finished' | 'extended' | 'pruned' | 'displaced';
  /** The step, from 1, at which it was dropped. */
  readonly lost: number | null;
  readonly group: number;
}

/** A beam search: its final tree of hypotheses and the texts it returns. */
export interface BeamsFigure extends Common {
  readonly kind: 'beams';
  readonly steps: number;
  readonly lines: readonly BeamLine[];
  readonly best: readonly {
    readonly ids: readonly number[];
    readonly text: string;
    readonly score: number;
    readonly finish: Finish;
  }[];
}

/** The attention of the last token. */
export interface AttentionFigure extends Common {
  readonly kind: 'attention';
  /** From 1; `null` averages over all. */
  readonly layer: number | null;
  readonly head: number | null;
  /** All tokens that the model saw, oldest first; the weights sum to 1. */
  readonly tokens: readonly { readonly text: string; readonly weight: number }[];
  /** Attention of each head to one of the tokens, `[layers][heads]`. */
  readonly heads: { readonly token: number; readonly weights: readonly (readonly number[])[] };
}

/** The logit lens: the prediction after each layer. */
export interface LensFigure extends Common {
  readonly kind: 'lens';
  readonly candidate: { readonly id: number; readonly text: string };
  readonly layers: readonly {
    /** From 1. */
    readonly layer: number;
    readonly says: { readonly id: number; readonly text: string; readonly probability: number };
    /** Probability of the candidate. */
    readonly probability: number;
    /** Rank of the candidate; 0 for the most probable token. */
    readonly rank: number;
  }[];
}

/** The most probable next words, summed over their tokenizations. */
export interface WordsFigure extends Common {
  readonly kind: 'words';
  readonly words: readonly { readonly text: string; readonly probability: number; readonly tokenisations: number }[];
  /** Probability mass assigned to words. */
  readonly covered: number;
}

/** A stretch of text in one colour, with its surprisal. */
export interface HeatUnit {
  readonly utf16: readonly [number, number];
  readonly text: string;
  /** `null` where the model had no context. */
  readonly bits: number | null;
  /** The highest rank among its tokens; 0 for the model's most probable token. */
  readonly rank: number | null;
}

/** The surprisal of each word of a text. */
export interface SurprisalFigure extends Common {
  readonly kind: 'surprisal';
  /** In order; gaps are white space or unscored text. */
  readonly units: readonly HeatUnit[];
  /** Surprisal in bits at which each colour level begins. */
  readonly levels: readonly number[];
}

/** The data of a picture: plain JSON values. */
export type Figure =
  | TokensFigure
  | NextFigure
  | StagesFigure
  | BeamsFigure
  | AttentionFigure
  | LensFigure
  | WordsFigure
  | SurprisalFigure;

export type FigureKind = Figure['kind'];

/** Rank limits of GLTR (Gehrmann et al. 2019): the 10, 100 and 1000 most probable tokens. */
export const RANK_BANDS = [10, 100, 1000] as const;

/** The band of a rank counted from 0: 0 for the most probable tokens, 3 beyond all limits. */
export function rankBand(rank: number, bands: readonly number[] = RANK_BANDS): number {
  const band = bands.findIndex((limit) => rank < limit);
  return band < 0 ? bands.length : band;
}
