import { endsSentence, keepsFullStop } from '../text/sentences';
import type { Typography } from '../text/typography';
import { SETS_NO_SPACES } from '../text/words';

/** Style that a suggestion must have to fit the document. Absent fields impose nothing. */
export interface Style extends Typography {
  /** Whether a full stop may end it; true by default. */
  readonly fullStop?: boolean;
  /** Characters left on the line where the writer breaks lines; one word is always allowed. */
  readonly room?: number;
  /** Characters before which it ends, such as the document's markup. */
  readonly endsBefore?: string;
  /** What stands before it in its line, without the markers of blocks, where a block may begin behind that. */
  readonly line?: string;
  /** Appended when it completes a sentence, line or text; never already present after the cursor. */
  readonly closer?: string;
  /**
   * Number of open brackets and quotes that were opened inside what `closer` closes: it goes before the signs that
   * close the others, as in `(*so.*)`. None by default.
   */
  readonly closerHolds?: number;
  /**
   * The signs at the beginning of `closer` that close what was opened inside one of those brackets or quotes, as in
   * `**so (*far*) so good.**`; innermost first, each with how many of them it holds itself.
   */
  readonly innerClosers?: readonly { readonly closer: string; readonly holds: number }[];
  /** Whether something was closed where the suggestion begins, so that it does not go on with the word before that. */
  readonly startsWord?: boolean;
}

/** What would become part of the word before it, with a hyphen or without; Korean endings follow what was closed. */
const GOES_ON = /^(?!\p{Script=Hangul})[-‐‑]?[\p{L}\p{N}\p{M}]/u;

/** UTF-16 units before the suggestion that are examined: more than a partial word or a line's indentation. */
const REACH = 64;

/** Signs that begin a Markdown block at the start of a line: of a heading, list item, rule, quotation or table. */
const BLOCK_SIGN = /^\s*(?:#{1,6}(?=\s|$)|[-+*](?=\s|$)|\d{1,9}[.)](?=\s|$)|[-=]{2,}(?=\s|$)|[>|:])/;

/** A line of such signs only, which the writer is still typing. */
const BEGUN_SIGN = /(?:^|[\n\r])[^\S\n\r]*[-+*=#>|:]+$/;
/** Digits alone in their line, and what makes the marker of a list item of them. */
const BEGUN_NUMBER = /(?:^|[\n\r])[^\S\n\r]*\d{1,9}$/;
const ENDS_NUMBER = /^\d{0,8}[.)](?=\s|$)/;

/** The part of a suggestion after `before` that fits its place, and whether that is all of it. */
export function applyStyle(
  suggestion: string,
  style: Style,
  before = '',
): { readonly text: string; readonly isWhole: boolean } {
  let text = suggestion;
  if (style.endsBefore !== undefined && beginsBlock(before, text, style.line)) text = '';
  if (style.startsWord && GOES_ON.test(text) && !SETS_NO_SPACES.test(text)) text = '';
  const forbidden = [...text].findIndex((sign) => style.endsBefore?.includes(sign));
  if (forbidden >= 0) text = [...text].slice(0, forbidden).join('');
  if (style.room !== undefined) text = wrapped(text, style.room);
  const isWhole = text.length === suggestion.length;
  if (style.fullStop === false && /[^.]\.$/.test(text) && !keepsFullStop(before.slice(-REACH) + text)) {
    text = text.slice(0, -1);
  }
  return { text, isWhole };
}

/**
 * Whether a suggestion begins with the sign of a block, where the model may have meant a new line, or continues a block
 * sign that the writer has begun, whose space comes next.
 */
function beginsBlock(before: string, suggestion: string, line?: string): boolean {
  // The prefix does not show where lines begin that were broken by hand.
  const near = line === undefined ? before.slice(-REACH) : `\n${line}`;
  const atStart = before.trim() === '' || /[\n\r][^\S\n\r]*$/.test(near) || endsSentence(before.trimEnd());
  const goesOn = BEGUN_SIGN.test(near)
    ? !/^\s/.test(suggestion)
    : ENDS_NUMBER.test(suggestion) && BEGUN_NUMBER.test(near);
  return goesOn || (atStart && BLOCK_SIGN.test(suggestion));
}

/** As many whole words as fit, and at least one. */
function wrapped(text: string, room: number): string {
  if (text.length <= room) return text;
  const space = text.lastIndexOf(' ', room);
  if (text.slice(0, Math.max(0, space)).trim() !== '') return text.slice(0, space);
  return /^\s*\S+/.exec(text)?.[0] ?? text;
}
