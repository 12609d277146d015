const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '“': '”', '«': '»' };
const OPENERS: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(CLOSERS).map(([o, c]) => [c, o]));
const SPACE_OR_OPENER = /[\s([{“‘«—-]/u;

interface Opened {
  readonly closer: string;
  readonly at: number;
}

/**
 * Where a suggestion stops being balanced: at a closing bracket or quote that nothing in the paragraph has opened, or
 * at an opening one of its own that it does not close. Infinity when it is balanced. Single quotes are left alone: they
 * are apostrophes too.
 */
export function unbalancedAt(before: string, suggestion: string): number {
  const paragraph = before.slice(before.lastIndexOf('\n\n') + 1);
  const text = paragraph + suggestion;
  const open: Opened[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    const closes = sign === '"' ? open.at(-1)?.closer === '"' || !opensQuote(text, at) : sign in OPENERS;
    if (!closes) {
      const closer = sign === '"' ? '"' : CLOSERS[sign];
      if (closer !== undefined) open.push({ closer, at });
    } else if (open.at(-1)?.closer === sign) {
      open.pop();
    } else if (at >= paragraph.length) {
      return at - paragraph.length;
    }
  }
  const own = open.find(({ at }) => at >= paragraph.length);
  return own === undefined ? Number.POSITIVE_INFINITY : own.at - paragraph.length;
}

/** A straight quote opens where a word may begin. */
function opensQuote(text: string, at: number): boolean {
  return at === 0 || SPACE_OR_OPENER.test(text[at - 1]);
}
