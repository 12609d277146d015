/** What closes each sign. Languages differ: “so”, „so“, „so”, ”so”, «so», »so«, »so», 「so」, ‹so›, ›so‹. */
const CLOSERS: Readonly<Record<string, string>> = {
  '(': ')',
  '[': ']',
  '{': '}',
  '“': '”',
  '„': '“”',
  '«': '»',
  '»': '«»',
  '”': '”',
  '"': '"',
  '‹': '›',
  '›': '‹›',
  '（': '）',
  '［': '］',
  '｛': '｝',
  '「': '」',
  '『': '』',
  '《': '》',
  '〈': '〉',
  '【': '】',
  '〔': '〕',
};
/** Closing signs that never open anything. */
const ONLY_CLOSE = ')]}）］｝」』》〉】〕';
/** Signs that open only where a word may begin. */
const OPEN_BEFORE_WORDS = '"”»›';
/**
 * Limit of remembered opening signs, as each sign is compared with all of them. Beyond it the outermost is forgotten.
 */
const DEEPEST = 64;
const SPACE_OR_OPENER = /[\s([{（［｛「『《〈【〔“„‘‚«»‹›—-]/u;

interface Opened {
  /** The signs that close it. */
  readonly closers: string;
  readonly at: number;
}

/**
 * Where a suggestion stops being balanced: at a closing bracket or quote that nothing in the paragraph has opened, or
 * that follows the cursor already, or at an opening one of its own that it does not close. Infinity when it is balanced.
 * Single quotes are apostrophes too: one that closes counts only where the same is closed behind the cursor.
 * @param after the rest of the line after the cursor, where editors put what closes what was typed
 */
export function unbalancedAt(before: string, suggestion: string, after = ''): number {
  const paragraph = lastParagraph(before);
  const { open } = scan(paragraph, 0, []);
  // What is closed behind the cursor need not be closed by the suggestion.
  const left = scan(paragraph + after, paragraph.length, open, true).open.filter((each) => open.includes(each));
  const { open: end, unopened } = scan(paragraph + suggestion, paragraph.length, left);
  const own = end.find(({ at }) => at >= paragraph.length)?.at ?? Number.POSITIVE_INFINITY;
  const first = Math.min(unopened ?? Number.POSITIVE_INFINITY, own);
  const single = Math.min(closesSingleQuoteAt(paragraph, suggestion, after), openSingleQuoteAt(paragraph, suggestion));
  return Math.min(first - paragraph.length, single);
}

/** The signs that may close what is open at the end of a text. */
export function closersAtEnd(text: string): string {
  const paragraph = lastParagraph(text);
  const double = scan(paragraph, 0, []).open.map(({ closers }) => closers);
  const single = paragraph.lastIndexOf('‘');
  const isSingleOpen = single >= 0 && opensQuote(paragraph, single) && !SINGLE_CLOSES.test(paragraph.slice(single));
  return double.join('') + (isSingleOpen ? '’' : '');
}

/** How many brackets and double quotes are open at the end of a text. */
export function countOpen(text: string): number {
  return scan(lastParagraph(text), 0, []).open.length;
}

/**
 * Where a suggestion closes a bracket or quote that was opened before the innermost `within` of those that are open at
 * its beginning; Infinity where it closes none.
 */
export function closesOuterAt(before: string, suggestion: string, within: number): number {
  const paragraph = lastParagraph(before);
  let { open } = scan(paragraph, 0, []);
  const outer = open.length - within;
  const text = paragraph + suggestion;
  for (let at = paragraph.length; outer > 0 && at < text.length; at++) {
    ({ open } = scan(text.slice(0, at + 1), at, open));
    if (open.length < outer) return at - paragraph.length;
  }
  return Number.POSITIVE_INFINITY;
}

function lastParagraph(text: string): string {
  return text.slice(text.lastIndexOf('\n\n') + 1);
}

const SINGLE_CLOSES = /’(?![\p{L}\p{N}])/u;
const SINGLE_OPEN = /(?:^|[\s([{“„«—-])['‘‚](?=\S)/u;
const SINGLE_CLOSED = /^[.,;:!?…]*['’‘](?![\p{L}\p{N}])/u;
const WORD = /[\p{L}\p{N}]/u;

/** Where a suggestion closes a single quote that is closed behind the cursor. */
function closesSingleQuoteAt(paragraph: string, suggestion: string, after: string): number {
  if (!SINGLE_CLOSED.test(after) || !SINGLE_OPEN.test(paragraph)) return Number.POSITIVE_INFINITY;
  const text = paragraph + suggestion;
  let open = 0;
  for (let at = paragraph.length; at < text.length; at++) {
    if ("'‘‚".includes(text[at]) && opensQuote(text, at)) open++;
    else if ("'’‘".includes(text[at]) && !WORD.test(text[at + 1] ?? '') && open-- === 0) return at - paragraph.length;
  }
  return Number.POSITIVE_INFINITY;
}

/** Where a suggestion opens a single quotation with the sign that does nothing else, and does not close it. */
function openSingleQuoteAt(paragraph: string, suggestion: string): number {
  const at = suggestion.lastIndexOf('‘');
  const isOpen = at >= 0 && opensQuote(paragraph + suggestion, paragraph.length + at);
  return isOpen && !SINGLE_CLOSES.test(suggestion.slice(at)) ? at : Number.POSITIVE_INFINITY;
}

/**
 * What is open at the end of a text, innermost last, and the first closing sign without an opening one.
 * @param before what is open at `from`
 * @param outer whether a sign may close what lies around something that is open still
 */
function scan(
  text: string,
  from: number,
  before: readonly Opened[],
  outer = false,
): { readonly open: readonly Opened[]; readonly unopened?: number } {
  const open = [...before];
  let unopened: number | undefined;
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    const place = outer ? open.findLastIndex(({ closers }) => closers.includes(sign)) : open.length - 1;
    const closers = Object.hasOwn(CLOSERS, sign) ? CLOSERS[sign] : undefined;
    if (open[place]?.closers.includes(sign)) open.splice(place, 1);
    else if (ONLY_CLOSE.includes(sign) || (OPEN_BEFORE_WORDS.includes(sign) && !opensQuote(text, at))) unopened ??= at;
    else if (closers !== undefined) open.push({ closers, at });
    if (open.length > DEEPEST) open.shift();
  }
  return { open, unopened };
}

/** Whether a word may begin there. */
function opensQuote(text: string, at: number): boolean {
  return at === 0 || SPACE_OR_OPENER.test(text[at - 1]);
}
