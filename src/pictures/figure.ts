import type { Finish } from '../core/decoding/steps';
import type { Token } from '../core/tokenizer';

/** Where a picture comes from; printed small under it, so that it can be trusted and made again. */
export interface Origin {
  /** Absent where no model was asked. */
  readonly model?: { readonly name: string; readonly precision: string };
  /** Options that are not at their defaults, under the names of the command line. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** The numbers are those of the model and of the writer's texts together, which no command knows. */
  readonly withTexts?: true;
  readonly seed?: number;
  /** A command for a terminal that makes the picture again. */
  readonly command: string;
}

interface Common {
  /** What the model read, or what was cut into tokens. */
  readonly text: string;
  readonly origin: Origin;
}

/** A token of the text, and what the model thought of it; `null` where nothing stands before it or nobody asked. */
export interface FigureToken extends Token {
  readonly logprob: number | null;
  /** 0 for the model's first choice. */
  readonly rank: number | null;
}

export type TokenColour = 'boundary' | 'rank' | 'surprisal';

/** A text as the tokenizer cuts it. */
export interface TokensFigure extends Common {
  readonly kind: 'tokens';
  readonly colour: TokenColour;
  readonly tokens: readonly FigureToken[];
}

/** A token that may come next. */
export interface FigureCandidate {
  readonly id: number;
  readonly text: string;
  readonly logit: number;
  /** After all stages. */
  readonly probability: number;
  readonly cumulative: number;
  /** The model's own probability, before any stage. */
  readonly raw: number;
}

/** The most probable next tokens, most probable first. */
export interface NextFigure extends Common {
  readonly kind: 'next';
  readonly candidates: readonly FigureCandidate[];
  /** Of the whole distribution, after all stages. */
  readonly entropyBits: number;
}

/** How the distribution of the next token is reshaped, step by step. */
export interface StagesFigure extends Common {
  readonly kind: 'stages';
  readonly stages: readonly {
    /** An option as the command line spells it, `raw` or `penalties`; with the writer's texts `texts` and `mixed` too. */
    readonly name: string;
    /** Tokens that are still possible. */
    readonly survivors: number;
    /** Probability that the stage took away. */
    readonly massCut: number;
    readonly entropyBits: number;
    readonly favourite: { readonly id: number; readonly text: string; readonly probability: number };
  }[];
}

/** Tokens of the tree of hypotheses that follow each other without an alternative. */
export interface BeamLine {
  /** How deep it lies, from 1. */
  readonly level: number;
  readonly ids: readonly number[];
  readonly text: string;
  /** Summed log-probability; of a finished text divided by its length to the power of the penalty. */
  readonly score: number;
  readonly status: 'running' | 'finished' | 'extended' | 'pruned' | 'displaced';
  /** The step, from 1, at which it was lost. */
  readonly lost: number | null;
  readonly group: number;
}

/** A beam search: the tree of hypotheses at its end, and the texts it found. */
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

/** What the last token attends to. */
export interface AttentionFigure extends Common {
  readonly kind: 'attention';
  /** From 1; `null` for the mean over all. */
  readonly layer: number | null;
  readonly head: number | null;
  /** All that the model saw, oldest first; the weights sum to 1. */
  readonly tokens: readonly { readonly text: string; readonly weight: number }[];
  /** What each head, `[layers][heads]`, gives to one of the tokens. */
  readonly heads: { readonly token: number; readonly weights: readonly (readonly number[])[] };
}

/** The logit lens: what the model would say if it had to stop after each layer. */
export interface LensFigure extends Common {
  readonly kind: 'lens';
  readonly candidate: { readonly id: number; readonly text: string };
  readonly layers: readonly {
    /** From 1. */
    readonly layer: number;
    readonly says: { readonly id: number; readonly text: string; readonly probability: number };
    /** Of the candidate. */
    readonly probability: number;
    /** Of the candidate; 0 for the favourite. */
    readonly rank: number;
  }[];
}

/** The most probable next words, over all the ways in which tokens spell them. */
export interface WordsFigure extends Common {
  readonly kind: 'words';
  readonly words: readonly { readonly text: string; readonly probability: number; readonly tokenisations: number }[];
  /** Probability that the search has placed. */
  readonly covered: number;
}

/** A stretch of a text that is coloured as one, and how surprising it was. */
export interface HeatUnit {
  readonly utf16: readonly [number, number];
  readonly text: string;
  /** `null` where the model saw nothing before it. */
  readonly bits: number | null;
  /** The least expected of its tokens; 0 for the model's first choice. */
  readonly rank: number | null;
}

/** How much each word of a text surprises the model. */
export interface SurprisalFigure extends Common {
  readonly kind: 'surprisal';
  /** In order; what lies between them is white space, or not scored. */
  readonly units: readonly HeatUnit[];
  /** Surprisal in bits at which each level of colour begins. */
  readonly levels: readonly number[];
}

/** The numbers of a picture: plain data that survives JSON. */
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

/** Ranks at which the colour changes, as in GLTR (Gehrmann et al. 2019): among the 10, 100 and 1000 most expected. */
export const RANK_BANDS = [10, 100, 1000] as const;

/** The band of a rank that counts from 0: 0 for the most expected, 3 beyond them all. */
export function rankBand(rank: number, bands: readonly number[] = RANK_BANDS): number {
  const band = bands.findIndex((limit) => rank < limit);
  return band < 0 ? bands.length : band;
}
