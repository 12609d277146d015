import { attributesEnd, ENTITY, footnoteEnd, labelEnd, NONE, tagEnd, targetEnd, wikiLinkEnd } from '../markdown/markup';

/** Longest rest of a line examined, in UTF-16 units; a longer one contains more than closing signs. */
const LONGEST = 1024;

const WORD = /[\p{L}\p{N}]/u;
const DIGIT_LAST = /\p{Nd}$/u;
const KEYCAP = /[\d#*]\ufe0f?\u20e3/uy;
/** Raised and circled digits are the signs of notes, but powers behind a digit. */
const NOTE_DIGITS = /[\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2460-\u24ff\u2776-\u2793]+/uy;
const EMOJI_CODE = /:[a-z0-9_+-]{1,64}:/uy;
/** Numbers of notes and keys of a bibliography in brackets, up to the closing one. */
const REFERENCE =
  /\[{1,2}(?:[\d\s,;–-]{1,64}|#[\w-]{0,64}|(?:[^\][@]{0,200}[\s;])?-?@[\p{L}\d_{][^\][]{0,200})(?=\\?\])/uy;
/** Emoticons with letters or digits in them. Those of signs alone hold no words anyway. */
const EMOTICON = /(?:[:;=][-'^]?[DPpOoSs03X]{1,3}|<3)(?![\p{L}\p{N}])/uy;
const BLOCK_NAME = /\^[\p{L}\d-]{1,64}\s*$/uy;
const TAG = /#\p{L}[\p{L}\p{M}\d/_-]{0,100}/uy;
const TEX_NOTE = /\\(?:cite|footnote|index|label|ref|end)[a-z]{0,20}\*?(?:\[[^\][]{0,200}\]){0,2}\{[^{}]{0,500}\}/iuy;
/** Pandoc's sign of a heading without a number. */
const UNNUMBERED = /\{-\}/uy;
/** Constructs of which only the ends matter; one that is a comment may go on in the next line. */
const ENCLOSED: readonly (readonly [opener: string, closer: string, mayGoOn?: boolean])[] = [
  ['<!--', '-->', true],
  ['<?', '?>'],
  ['<%', '%>'],
  ['{{', '}}'],
  ['{%', '%}'],
  ['{>>', '<<}'],
  ['{/*', '*/}'],
  ['%%', '%%', true],
];
/** Elements that hold a note, or its sign. */
const NOTES = /<(sup|ref)\b[^<>]{0,200}(?<!\/)>/iuy;

/**
 * Whether what follows the cursor on its line only closes something, ends it or is a mark on it, so that a text may go
 * on before it: closing quotes, brackets and emphasis, the end of a link, signs of notes and references, pictures and
 * their codes, comments, attributes, tags. Where it holds words of its own, or numbers, the text goes on already.
 */
export function onlyCloses(after: string, before: string): boolean {
  const rest = before.trimStart().startsWith('|') ? restOfCell(after) : after;
  if (rest.length > LONGEST) return false;
  for (let at = 0; at < rest.length; ) {
    const end = markEnd(rest, at, before);
    if (end < 0 && WORD.test(character(rest, at))) return false;
    at = end < 0 ? at + character(rest, at).length : end;
  }
  return true;
}

const WORD_END = /[\p{L}\p{N}\p{M}]['’_-]?$/u;
const WORD_START = /^['’_-]?[\p{L}\p{N}\p{M}]/u;
/** What is part of the character before it: an accent, what joins emoji or gives them colour. */
const OF_CHARACTER = /^[\p{M}\p{Emoji_Modifier}\u200c\u200d]/u;

/** Whether the cursor is inside a word: what follows goes on with it, and is no mark that is written with digits. */
export function isMidWord(before: string, after: string): boolean {
  if (OF_CHARACTER.test(after)) return true;
  return WORD_END.test(before.slice(-3)) && WORD_START.test(after) && markEnd(after, 0, before) < 0;
}

/** The cells of a table's row are texts of their own. */
function restOfCell(after: string): string {
  return /^(?:\\.|[^\\|])*/u.exec(after)?.[0] ?? '';
}

function character(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

/** Where the mark ends that begins at `at`; below 0 where none that is written with letters or digits does. */
function markEnd(text: string, at: number, before: string): number {
  switch (text[at]) {
    case ']':
      return tailEnd(text, at + 1);
    case '[':
      return found(footnoteAt(text, at), match(REFERENCE, text, at));
    case '!':
      return text[at + 1] === '[' ? pictureEnd(text, at + 1) : NONE;
    case '^':
      return found(text[at + 1] === '[' ? labelEnd(text, at + 1) : NONE, match(BLOCK_NAME, text, at, before));
    case '{':
      return found(enclosedEnd(text, at), attributesEnd(text, at), match(UNNUMBERED, text, at));
    case '<':
      return found(enclosedEnd(text, at), noteEnd(text, at, before), tagEnd(text, at), match(EMOTICON, text, at));
    case '%':
      return enclosedEnd(text, at);
    case '&':
      return match(ENTITY, text, at);
    case ':':
    case ';':
    case '=':
      return found(match(EMOJI_CODE, text, at), match(EMOTICON, text, at));
    case '#':
      return match(TAG, text, at, before);
    case '\\':
      return match(TEX_NOTE, text, at);
    default:
      return found(match(KEYCAP, text, at), isBehindDigit(text, at, before) ? NONE : match(NOTE_DIGITS, text, at));
  }
}

/** The first of these ends that is not below 0; `NONE` where all are. */
function found(...ends: readonly number[]): number {
  return ends.find((end) => end >= 0) ?? NONE;
}

/**
 * Where the match of a sticky expression at `at` ends, if there is one.
 * @param before the text before the cursor, given where the match counts only behind white space
 */
function match(expression: RegExp, text: string, at: number, before?: string): number {
  if (before !== undefined && !/(?:^|\s)$/u.test(charactersBefore(text, at, before))) return NONE;
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : NONE;
}

/** The two UTF-16 units before a place in what follows the cursor. */
function charactersBefore(text: string, at: number, before: string): string {
  return (before.slice(-2) + text.slice(Math.max(0, at - 2), at)).slice(-2);
}

function isBehindDigit(text: string, at: number, before: string): boolean {
  return DIGIT_LAST.test(charactersBefore(text, at, before));
}

/** What makes a link of the brackets that end before `at`. */
function tailEnd(text: string, at: number): number {
  if (text[at] === '(') return targetEnd(text, at);
  return text[at] === '[' ? labelEnd(text, at) : NONE;
}

/** `[^name]`, at its bracket. */
function footnoteAt(text: string, at: number): number {
  return text[at + 1] === '^' ? footnoteEnd(text, at) : NONE;
}

/** A picture with its description, at its first bracket. */
function pictureEnd(text: string, at: number): number {
  if (text[at + 1] === '[') return wikiLinkEnd(text, at);
  const description = labelEnd(text, at);
  return description < 0 ? NONE : found(tailEnd(text, description));
}

function enclosedEnd(text: string, at: number): number {
  const kind = ENCLOSED.find(([opener]) => text.startsWith(opener, at));
  if (!kind) return NONE;
  const [opener, closer, mayGoOn = false] = kind;
  const end = text.indexOf(closer, at + opener.length);
  if (end >= 0) return end + closer.length;
  return mayGoOn ? text.length : NONE;
}

/** A raised note with its content; behind a digit it is a power or the ending of an ordinal. */
function noteEnd(text: string, at: number, before: string): number {
  NOTES.lastIndex = at;
  const name = NOTES.exec(text)?.[1];
  if (name === undefined || isBehindDigit(text, at, before)) return NONE;
  const closer = `</${name}>`;
  const end = text.indexOf(closer, NOTES.lastIndex);
  return end < 0 ? NONE : end + closer.length;
}
