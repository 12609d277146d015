/** How a writer sets quotes, apostrophes, dashes and spaces: read off a text, and put into a suggestion. */

import { endsSentence } from './sentences';

/** The signs of a quotation with the space inside them, such as `«\u00a0` and `\u00a0»`. */
export interface Quotes {
  readonly open: string;
  readonly close: string;
}

/** How text is set. What is undefined is left as it comes. */
export interface Typography {
  readonly quotes?: Quotes;
  readonly apostrophe?: "'" | '’';
  /** What em dashes become: `—`, `--` or `–`. */
  readonly dash?: string;
  /** Spaces between sentences. */
  readonly sentenceSpaces?: 1 | 2;
  /** Character before `!`, `?` and `;`: French has a non-breaking space there. */
  readonly spaceBeforeMark?: string;
  /** Character before a colon. */
  readonly spaceBeforeColon?: string;
}

/** How far back the writer's habits are looked for, in UTF-16 units. */
const REACH = 20_000;
/** How often a space must occur before a mark to be a habit. */
const FEWEST_SPACES = 2;
const ADDRESS = /\b(?:https?|ftp):\/\/\S*/g;
const MARK = /(?<=[\p{L}\p{N}»”)])[ \u00a0\u202f]?(?=[!?;](?:[\s»”"!?)]|$))/gu;
const COLON = /(?<=[\p{L}\p{N}»”)])[ \u00a0\u202f]?(?=:\s)/gu;

/** The quotes, apostrophes, dashes and spaces that prevail in a text; undefined where it shows none. */
export function typographyOf(text: string): Typography {
  const near = text.slice(-REACH).replace(ADDRESS, '');
  const count = (pattern: RegExp): number => near.match(pattern)?.length ?? 0;
  const quotes = quotesOf(near);
  const [curly, straight] = [count(/(?<=\p{L})’/gu), count(/(?<=\p{L})'(?=\p{L})/gu)];
  const dash = prevailing(
    new Map([
      ['—', count(/—/g)],
      ['--', count(/(?<![-\n|]|^)--(?=[^->|])/g)],
      ['–', count(/ – /g)],
    ]),
  );
  const wide = count(/(?<=[.!?]["”’)]?) {2}(?=\p{Lu})/gu);
  const narrow = count(/(?<=[.!?]["”’)]?) (?=\p{Lu})/gu);
  const spaceBeforeMark = spaceHabit(near.match(MARK));
  const spaceBeforeColon = spaceHabit(near.match(COLON));
  return {
    ...(quotes !== undefined && { quotes }),
    ...(curly !== straight && { apostrophe: curly > straight ? '’' : "'" }),
    ...(dash !== undefined && { dash }),
    ...(wide + narrow > 0 && { sentenceSpaces: wide > narrow ? 2 : 1 }),
    ...(spaceBeforeMark !== undefined && { spaceBeforeMark }),
    ...(spaceBeforeColon !== undefined && { spaceBeforeColon }),
  };
}

const QUOTE = /["“”„«»]/g;
/** The signs that may close each opening one, the usual one first: “so”, „so“, „so”, ”so”, «so», »so«. */
const CLOSERS: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“”', '”': '”', '«': '»', '»': '«»' };
const SPACE = /[\s\u00a0\u202f]/;
/** Before these a quotation opens. */
const OPENS_AFTER = /[\s([{“„‘‚«»¿¡—–-]$|^$/u;

/** The quotation marks that prevail. */
function quotesOf(text: string): Quotes | undefined {
  const opening = new Map<string, number>();
  const closing = new Map<string, number>();
  for (const { 0: sign, index } of text.matchAll(QUOTE)) {
    const [before, after] = [text.charAt(index - 1), text.charAt(index + 1)];
    const inner = opensThere(sign, before, after) ? after : before;
    const space = '«»'.includes(sign) && inner !== '' && SPACE.test(inner) ? inner : '';
    if (opensThere(sign, before, after)) tally(opening, sign + space);
    else tally(closing, space + sign);
  }
  const open = prevailing(opening);
  if (open === undefined) return undefined;
  const closers = CLOSERS[open[0]] ?? open[0];
  const fitting = [...closing].filter(([close]) => closers.includes(close.trim()));
  return { open, close: prevailing(new Map(fitting)) ?? open.slice(1) + closers[0] };
}

/** Whether a quotation mark between these characters opens. Guillemets may have a space on the inside. */
function opensThere(sign: string, before: string, after: string): boolean {
  if (sign === '„') return true;
  if (sign === '«' && after !== '' && SPACE.test(after)) return OPENS_AFTER.test(before);
  if (sign === '»' && /[\u00a0\u202f]/.test(before)) return false;
  if (sign === '»' && SPACE.test(before)) return /[\p{L}\p{N}]/u.test(after);
  return OPENS_AFTER.test(before);
}

function tally(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The key with the highest count, the first of equals; undefined where nothing was counted. */
function prevailing(counts: ReadonlyMap<string, number>): string | undefined {
  let most: string | undefined;
  for (const [key, count] of counts) if (count > (most === undefined ? 0 : (counts.get(most) ?? 0))) most = key;
  return most;
}

/** The space before most marks, if there is one. */
function spaceHabit(found: readonly string[] | null): string | undefined {
  const counts = new Map<string, number>();
  for (const space of found ?? []) tally(counts, space);
  const most = prevailing(counts);
  return most && (counts.get(most) ?? 0) >= FEWEST_SPACES ? most : undefined;
}

/**
 * Applies this typography to tokens. The first `typed` units are kept as the writer typed them.
 * @param prefix the text before them
 */
export function typeset<T extends { readonly text: string }>(
  tokens: readonly T[],
  prefix: string,
  typed: number,
  typography: Typography,
): T[] {
  const units = typesetUnits(
    prefix,
    tokens
      .map(({ text }) => text)
      .join('')
      .slice(typed),
    typography,
  );
  let at = -typed;
  return tokens.map((token) => {
    const [from, to] = [at, at + token.text.length];
    at = to;
    const old = token.text.slice(0, Math.max(0, -from));
    return { ...token, text: old + units.slice(Math.max(0, from), Math.max(0, to)).join('') };
  });
}

/** What becomes of each UTF-16 unit of a text. */
function typesetUnits(before: string, text: string, typography: Typography): string[] {
  const { dash, sentenceSpaces } = typography;
  const units: string[] = [];
  let done = before.slice(-1);
  let quotesOpen = hasOpenSingle(before);
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    let set = sign;
    if (i === 0 && sign === ' ' && sentenceSpaces === 2 && endsSentence(before)) set = '  ';
    else if (dash !== undefined && (sign === '—' || text.startsWith('--', i))) {
      set = dash;
      if (sign === '-') {
        units.push('');
        i++;
      }
    } else if (sign === "'" || sign === '’' || sign === '‘') {
      const opens = OPENS_AFTER.test(done) && !SHORTENED.test(text.slice(i + 1, i + SHORTENED_REACH));
      set = single(sign, opens, quotesOpen, typography);
      if (set !== "'") quotesOpen = opens;
    } else if ('"“”„«»'.includes(sign)) set = double(text, i, done, typography);
    else if (SPACE.test(sign)) set = space(text, i, done, typography);
    else if ('!?;:'.includes(sign)) set = missingSpace(text, i, done, typography) + sign;
    units.push(set);
    done = (done + set).slice(-1);
  }
  return units;
}

/** What follows an apostrophe that replaces the beginning of a word: ’tis, ’em, ’90s. */
const SHORTENED = /^(?:t(?:is|was|were|will)|til|cause|em|n|round|bout|\d0s)(?![\p{L}\p{N}])/iu;
const SHORTENED_REACH = 8;
/** Single quotes inside those of a quotation. */
const SINGLES: Readonly<Record<string, readonly [string, string]>> = { '“': ['‘', '’'], '„': ['‚', '‘'] };
const SINGLE_REACH = 200;

/** Whether a low quote of the writer's waits for its closing one. */
function hasOpenSingle(before: string): boolean {
  const near = before.slice(-SINGLE_REACH);
  return near.lastIndexOf('‚') > near.lastIndexOf('‘');
}

/** An apostrophe or a single quote. */
function single(sign: string, opens: boolean, isOpen: boolean, { quotes, apostrophe }: Typography): string {
  const outer = quotes?.open[0] ?? (apostrophe === '’' ? '“' : '');
  const shape = apostrophe ?? { '"': "'", '“': '’' }[outer];
  if (shape === "'") return "'";
  if (shape === undefined || sign !== "'") return sign;
  const [open, close] = SINGLES[outer] ?? [sign, sign];
  if (opens) return open;
  return isOpen && outer === '„' ? close : '’';
}

/** A quotation mark. Where the text shows none, its apostrophes tell whether it is straight. */
function double(text: string, at: number, before: string, { quotes, apostrophe }: Typography): string {
  const sign = text[at];
  const opens = opensThere(sign, before, text.charAt(at + 1));
  if (quotes !== undefined) return opens ? quotes.open : quotes.close.slice(alreadySpaced(quotes.close, before));
  if (apostrophe === "'") return '“”'.includes(sign) && !text.includes('„') ? '"' : sign;
  return apostrophe !== '’' || sign !== '"' ? sign : opens ? '“' : '”';
}

/** 1 where the space inside a closing quote already exists, else 0. */
function alreadySpaced(close: string, before: string): number {
  return close.length > 1 && SPACE.test(before) ? 1 : 0;
}

/** A space that quotes bring with them is dropped, and one before a mark becomes the writer's. */
function space(text: string, at: number, before: string, typography: Typography): string {
  const { quotes } = typography;
  const next = text.charAt(at + 1);
  if (quotes !== undefined) {
    const afterOpening = text[at - 1] === '«' && opensThere('«', text.charAt(at - 2) || ' ', text[at]);
    const beforeClosing = next === '»' && !opensThere('»', text[at], text.charAt(at + 2));
    if (afterOpening || beforeClosing) return '';
  }
  if (!/[ \u00a0\u202f]/.test(text[at]) || !/[\p{L}\p{N}»”)]/u.test(before)) return text[at];
  return habitBefore(next, text.charAt(at + 2), typography) ?? text[at];
}

function missingSpace(text: string, at: number, before: string, typography: Typography): string {
  if (!/[\p{L}\p{N}»”)]/u.test(before)) return '';
  return habitBefore(text[at], text.charAt(at + 1), typography) ?? '';
}

/** The writer's space before a mark: not in `10:30`, nor before the mouth of `:)`. */
function habitBefore(sign: string, next: string, typography: Typography): string | undefined {
  if (sign === ':') return next === '' || SPACE.test(next) ? typography.spaceBeforeColon : undefined;
  return sign !== '' && '!?;'.includes(sign) && next !== ')' ? typography.spaceBeforeMark : undefined;
}
