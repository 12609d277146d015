import { endsSentence, keepsFullStop } from '../text/sentences';
import type { Style } from './types';

/** Before these a quote opens. */
const OPENS_AFTER = /[\s([{“‘«—–-]$|^$/u;
const EM_DASH = /—|--/g;
/** More than a word that was begun, and than the white space where a line begins. */
const REACH = 64;

/**
 * The tokens with the quotes, dashes and sentence spacing of the document. What they say of the first `typed`
 * characters stays as the writer typed it.
 */
export function typeset<T extends { readonly text: string }>(
  tokens: readonly T[],
  prefix: string,
  typed: number,
  style: Style,
): T[] {
  let before = prefix;
  let left = typed;
  return tokens.map((token, i) => {
    const old = token.text.slice(0, left);
    left -= old.length;
    let text = token.text.slice(old.length);
    if (before === prefix && text.startsWith(' ') && style.sentenceSpaces === 2 && endsSentence(prefix)) {
      text = ` ${text}`;
    }
    if (style.dash !== undefined) text = text.replace(EM_DASH, style.dash);
    if (style.quotes === 'straight') text = text.replace(/[“”]/g, '"').replace(/[‘’]/g, "'");
    if (style.quotes === 'curly') text = curled(before, text, spelled(tokens.slice(i + 1, i + NEXT_TOKENS)));
    before += text;
    return { ...token, text: old + text };
  });
}

/** A word that an apostrophe shortens is spelled by fewer tokens. */
const NEXT_TOKENS = 6;

function spelled(tokens: readonly { readonly text: string }[]): string {
  return tokens.map(({ text }) => text).join('');
}

/** Words whose beginning an apostrophe stands for. */
const SHORTENED = /^(?:t(?:is|was|were|will)|til|cause|em|n|round|bout|\d0s)(?![\p{L}\p{N}])/iu;

/** @param next what follows the text */
function curled(before: string, text: string, next: string): string {
  let done = '';
  for (const [at, sign] of [...text].entries()) {
    const opens = OPENS_AFTER.test((before + done).slice(-1));
    if (sign === '"') done += opens ? '“' : '”';
    else if (sign === "'") done += opens && !SHORTENED.test([...text].slice(at + 1).join('') + next) ? '‘' : '’';
    else done += sign;
  }
  return done;
}

/** What begins a block of Markdown at the start of a line: a heading, a list item, a rule, a quotation, a table. */
const BLOCK_SIGN = /^\s*(?:#{1,6}(?=\s|$)|[-+*](?=\s|$)|\d{1,9}[.)](?=\s|$)|[-=]{2,}(?=\s|$)|[>|:])/;

/** The part of a suggestion after `before` that fits its place, and what would close the construct after it. */
export function applyStyle(
  suggestion: string,
  style: Style,
  before = '',
): { readonly text: string; readonly closer: string } {
  let text = suggestion;
  if (style.endsBefore !== undefined && beginsBlock(before, text)) text = '';
  const forbidden = [...text].findIndex((sign) => style.endsBefore?.includes(sign));
  if (forbidden >= 0) text = [...text].slice(0, forbidden).join('');
  if (style.room !== undefined) text = wrapped(text, style.room);
  if (style.fullStop === false && /[^.]\.$/.test(text) && !keepsFullStop(before.slice(-REACH) + text)) {
    text = text.slice(0, -1);
  }
  return { text, closer: style.closer ?? '' };
}

/** Whether a suggestion begins with the sign of a block, where the model may have meant a new line. */
function beginsBlock(before: string, suggestion: string): boolean {
  const atStart =
    before.trim() === '' || /[\n\r][^\S\n\r]*$/.test(before.slice(-REACH)) || endsSentence(before.trimEnd());
  return atStart && BLOCK_SIGN.test(suggestion);
}

/** As many whole words as fit, and at least one. */
function wrapped(text: string, room: number): string {
  if (text.length <= room) return text;
  const space = text.lastIndexOf(' ', room);
  if (text.slice(0, Math.max(0, space)).trim() !== '') return text.slice(0, space);
  return /^\s*\S+/.exec(text)?.[0] ?? text;
}
