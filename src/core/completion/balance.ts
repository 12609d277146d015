const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '“': '”', '«': '»' };
const OPENERS: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(CLOSERS).map(([o, c]) => [c, o]));
const SPACE_OR_OPENER = /[\s([{“‘«—-]/u;

interface Opened {
  readonly closer: string;
  readonly at: number;
}

/**
 * Where a suggestion stops being balanced: at a closing bracket or quote that nothing in the paragraph has opened, or
 * that follows the cursor already, or at an opening one of its own that it does not close. Infinity when it is balanced.
 * Single quotes are left alone: they are apostrophes too.
 * @param after the rest of the line after the cursor, where editors put what closes what was typed
 */
export function unbalancedAt(before: string, suggestion: string, after = ''): number {
  const paragraph = before.slice(before.lastIndexOf('\n\n') + 1);
  const { open } = scan(paragraph, 0, []);
  // What closes behind the cursor is not closed before it once more.
  const left = scan(paragraph + after, paragraph.length, open, true).open.filter((each) => open.includes(each));
  const { open: end, unopened } = scan(paragraph + suggestion, paragraph.length, left);
  const own = end.find(({ at }) => at >= paragraph.length)?.at ?? Number.POSITIVE_INFINITY;
  return (unopened ?? own) - paragraph.length;
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
    const place = outer ? open.findLastIndex(({ closer }) => closer === sign) : open.length - 1;
    const closed = open[place]?.closer === sign;
    const closes = sign === '"' ? closed || !opensQuote(text, at) : sign in OPENERS;
    if (!closes) {
      const closer = sign === '"' ? '"' : CLOSERS[sign];
      if (closer !== undefined) open.push({ closer, at });
    } else if (closed) open.splice(place, 1);
    else unopened ??= at;
  }
  return { open, unopened };
}

/** A straight quote opens where a word may begin. */
function opensQuote(text: string, at: number): boolean {
  return at === 0 || SPACE_OR_OPENER.test(text[at - 1]);
}
