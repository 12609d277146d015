/**
 * Where pieces of inline markup end. Each function reads from the sign at which the piece would begin, returns the
 * offset behind it, `NONE` where there is no such piece, or `OPEN` where the text ends in the middle of one. Each looks
 * at a bounded stretch or stops at the sign with which the next piece would begin, so that reading a text stays linear.
 */
export const NONE = -1;
export const OPEN = -2;

/** A character by its name or number: `&mdash;`, `&#8212;`. */
export const ENTITY = /&#?[a-zA-Z0-9]{1,32};/y;

/** Parentheses nested in an address, and the length of a link's title or label, as bounded by cmark. */
const DEEPEST_PARENTHESES = 32;
const LONGEST = 1000;

function isSpaceCode(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** Whether a UTF-16 unit is a letter from A to Z, large or small. */
export function isLetterCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function isNameCode(code: number): boolean {
  return isLetterCode(code) || (code >= 48 && code <= 57) || code === 45 || code === 95;
}

/** The next offset that is no white space. */
function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpaceCode(text.charCodeAt(at))) at++;
  return at;
}

/** HTML elements that begin a block (CommonMark 0.31, HTML blocks, condition 6). */
export const BLOCK_ELEMENTS: ReadonlySet<string> = new Set(
  (
    'address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt ' +
    'fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link ' +
    'main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead ' +
    'title tr track ul'
  ).split(' '),
);
/** Whether an HTML tag, at its `<`, parts the words on its sides. */
export function breaksLine(text: string, from: number): boolean {
  const name = /^<\/?([A-Za-z][A-Za-z\d]{0,20})/.exec(text.slice(from, from + 24))?.[1].toLowerCase();
  return name !== undefined && (name === 'br' || BLOCK_ELEMENTS.has(name));
}

/** An opening or closing HTML tag, at its `<`. */
export function tagEnd(text: string, from: number): number {
  const closing = text[from + 1] === '/';
  let at = from + (closing ? 2 : 1);
  if (!isLetterCode(text.charCodeAt(at))) return closing && at === text.length ? OPEN : NONE;
  while (isNameCode(text.charCodeAt(at))) at++;
  // A comparison such as `x <y and z` reads like a tag with attributes that have no values: two of them end it.
  for (let bare = 0; ; ) {
    const next = skipSpace(text, at);
    if (next === text.length) return bare < 2 ? OPEN : NONE;
    if (text[next] === '>') return next + 1;
    if (text[next] === '/') return text[next + 1] === '>' ? next + 2 : next + 1 === text.length ? OPEN : NONE;
    if (closing || next === at || !isAttributeStart(text.charCodeAt(next))) return NONE;
    at = next;
    while (isNameCode(text.charCodeAt(at)) || text[at] === '.' || text[at] === ':') at++;
    const equals = skipSpace(text, at);
    if (text[equals] !== '=') {
      bare++;
      continue;
    }
    const end = valueEnd(text, skipSpace(text, equals + 1));
    if (end < 0) return end;
    at = end;
    bare = Number.NEGATIVE_INFINITY;
  }
}

function isAttributeStart(code: number): boolean {
  return isLetterCode(code) || code === 95 || code === 58;
}

function valueEnd(text: string, from: number): number {
  if (from === text.length) return OPEN;
  const quote = text[from];
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, from + 1);
    return end < 0 ? OPEN : end + 1;
  }
  let at = from;
  while (at < text.length && !isSpaceCode(text.charCodeAt(at)) && !'"\'=<>`'.includes(text[at])) at++;
  return at === from ? NONE : at;
}

/** An address between `<` and `>`. */
export function autolinkEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '<' && text[at] !== '>' && !isSpaceCode(text.charCodeAt(at))) at++;
  const head = text.slice(from + 1, Math.min(at, from + 1 + LONGEST));
  if (!/^[A-Za-z][A-Za-z\d+.-]{1,31}:/.test(head) && !/^[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+$/.test(head)) return NONE;
  if (at === text.length) return OPEN;
  return text[at] === '>' ? at + 1 : NONE;
}

const URL_STARTS = ['http://', 'https://', 'www.', 'ftp://', 'mailto:'];

/** End of a bare URL, without punctuation that ends the sentence. */
export function urlEnd(text: string, from: number, inBrackets: boolean): number {
  const start = URL_STARTS.find((start) => text.startsWith(start, from));
  if (start === undefined) return NONE;
  const never = inBrackets ? '<>`]' : '<>`';
  let at = from + start.length;
  while (at < text.length && !isSpaceCode(text.charCodeAt(at)) && !never.includes(text[at])) at++;
  if (at === text.length) return OPEN;
  while (at > from + start.length && '?!.,:;*_~)"\'’”'.includes(text[at - 1])) at--;
  return at;
}

/** A link's `(address "title")`, at its parenthesis. */
export function targetEnd(text: string, from: number): number {
  const start = skipSpace(text, from + 1);
  if (start === text.length) return OPEN;
  const address = text[start] === '<' ? closedBy(text, start, '>', '\n<') : addressEnd(text, start);
  if (address < 0) return address;
  let at = skipSpace(text, address);
  if (at > address && at < text.length && '"\'('.includes(text[at])) {
    const title = closedBy(text, at, text[at] === '(' ? ')' : text[at], '');
    if (title < 0) return title;
    at = skipSpace(text, title);
  }
  if (at === text.length) return OPEN;
  return text[at] === ')' ? at + 1 : NONE;
}

function addressEnd(text: string, from: number): number {
  let depth = 0;
  let at = from;
  for (; at < text.length && !isSpaceCode(text.charCodeAt(at)); at++) {
    const template = text[at] === '{' && text[at + 1] === '{' ? closedBy(text, at, '}', '\n') : NONE;
    if (template > 0) at = template;
    else if (text[at] === '\\') at++;
    else if (text[at] === '(' && ++depth > DEEPEST_PARENTHESES) return NONE;
    else if (text[at] === ')' && depth-- === 0) return at;
  }
  return at >= text.length ? OPEN : at;
}

/**
 * The offset behind the next `closer` that is not escaped; `NONE` where one of the signs in `never` comes before it.
 */
function closedBy(text: string, from: number, closer: string, never: string): number {
  const limit = Math.min(text.length, from + 1 + LONGEST);
  for (let at = from + 1; at < limit; at++) {
    if (text[at] === closer) return at + 1;
    if (never.includes(text[at])) return NONE;
    if (text[at] === '\\') at++;
  }
  return limit === text.length ? OPEN : NONE;
}

/** A label in brackets, at its opening one: `[name]`; `OPEN` too where the text ends in it. */
export function labelEnd(text: string, from: number): number {
  return closedBy(text, from, ']', '[');
}

/** A footnote's sign in the text: `[^name]`. */
export function footnoteEnd(text: string, from: number): number {
  return closedBy(text, from + 1, ']', ' \t\n[');
}

/** Longest wiki link, in UTF-16 units. */
const LONGEST_NAME = 200;

/** A wiki link, `[[page]]` or `[[page|words]]`, at its first bracket. */
export function wikiLinkEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + LONGEST_NAME);
  if (isSpaceCode(text.charCodeAt(from + 2))) return NONE;
  let closed = false;
  for (let at = from + 2; at < limit; at++) {
    const pair = text.slice(at, at + 2);
    if (pair === '[[' || pair === '](' || text[at] === '\n') return NONE;
    // A page's name may be in brackets of its own, and so may the words of a link.
    if (pair === ']]' && text[at + 2] !== ']') {
      return at > from + 2 && !'[('.includes(text[at + 2] ?? ' ') ? at + 2 : NONE;
    }
    closed ||= text[at] === ']';
  }
  return limit === text.length && !closed ? OPEN : NONE;
}

const ATTRIBUTES = /^\{[^\S\n]{0,8}(?:[#.:]|=(?!=)|[A-Za-z][\w:-]{0,63}=)/;

/** Attributes of a heading or link, `{#name .class key="value"}`, at their brace. */
export function attributesEnd(text: string, from: number): number {
  return ATTRIBUTES.test(text.slice(from, from + 80)) ? closedBy(text, from, '}', '\n{') : NONE;
}
