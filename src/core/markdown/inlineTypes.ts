/** A part of a text that is read as other characters, or left out. */
export interface Cut {
  readonly from: number;
  readonly to: number;
  /** What is read in its place; empty where it is left out. */
  readonly put: string;
}

/** Sorts cuts by their place in the text; of those that begin together the longest comes first. */
export function inTextOrder(a: Cut, b: Cut): number {
  return a.from - b.from || b.to - a.to;
}

/** Inline constructs that can be open where a text ends. */
export type InlineKind =
  | 'emphasis'
  | 'link text'
  | 'image description'
  | 'inline code'
  | 'formula'
  | 'comment'
  | 'HTML'
  | 'address'
  | 'footnote name'
  | 'wiki link'
  | 'template'
  | 'attributes';

/** An inline construct that was begun and is not closed where the text ends. */
export interface OpenInline {
  readonly kind: InlineKind;
  /** The signs that close it, where a suggestion may put them; else empty. */
  readonly closer: string;
  /** Where it begins, and where its content does. */
  readonly from: number;
  readonly contentFrom: number;
  /** Whether the sign can mean nothing else. If not, only the writer knows whether it was meant to begin something. */
  readonly sure: boolean;
}

/** A block's text as its inline markup says it is to be read. */
export interface InlineReading {
  /** In the order of the text (`inTextOrder`); one may lie in another. */
  readonly cuts: readonly Cut[];
  /** Ranges without words of prose: code, formulas, addresses. */
  readonly verbatim: readonly (readonly [from: number, to: number])[];
  /** Constructs begun and not closed, innermost first, whether or not the writer meant to begin them. */
  readonly open: readonly OpenInline[];
}
