import { NONE, OPEN } from './markup';

/** A command or a superscript of TeX: by these a formula is known that is still being typed. */
const TEX = /\\[A-Za-z]|\^/;
/** A variable that a sign of operation follows and no word, behind a dollar. */
const OPERATION = /^\s?[A-Za-z]\s?[=+*<>/](?![\s\S]*\p{L}{3})/u;
/** How far behind its opening sign a formula's TeX is looked for, in UTF-16 units. */
const LONGEST_TEX = 200;
/** Escaped brackets farther apart than this enclose no formula, in UTF-16 units. */
const LONGEST_BRACKETED = 1000;
/** What tells a formula in escaped brackets from words in brackets. */
const MATHEMATICS = /\\[A-Za-z]|[\^=+]|(?<!\\)_/;
/** A letter alone is a variable, except in `(c)`, `(r)` and `(s)`. */
const VARIABLE = /^\s*[A-Zabd-qt-z]\s*$/;

/**
 * Finds where the formulas of a text end: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`. The methods answer as the functions of
 * `markup.ts` do: the offset behind the formula, `NONE` where there is none, or `OPEN` where the text ends in it. They
 * are to be called for rising offsets, so that the work stays linear.
 */
export class Formulas {
  readonly #text: string;
  readonly #after: string | undefined;
  readonly #dollars: DollarSigns;
  readonly #dollarsAfter: DollarSigns;
  /** Whether the rest of the text may hold a `$$`. */
  #mayHoldDouble = true;

  /** @param after where the text ends at the cursor, what follows it in its block */
  constructor(text: string, after: string | undefined) {
    this.#text = text;
    this.#after = after;
    this.#dollars = new DollarSigns(text);
    this.#dollarsAfter = new DollarSigns(after ?? '');
  }

  /** The end of a formula between dollars, at the first of them. */
  dollarsEnd(at: number): number {
    const double = this.#text[at + 1] === '$';
    const inner = at + (double ? 2 : 1);
    const closer = double ? this.#nextDouble(inner) : this.#dollars.closing(at);
    if (closer !== undefined && closer > inner) return closer + (double ? 2 : 1);
    if (this.#after === undefined) return NONE;
    const mayOpen = this.#dollars.opens(at);
    const isClosedAfter = double ? this.#after.includes('$$') : mayOpen && this.#dollarsAfter.first() !== undefined;
    const near = this.#text.slice(inner, inner + LONGEST_TEX);
    const holdsTex = (mayOpen && TEX.test(near)) || ((mayOpen || double) && OPERATION.test(near));
    return isClosedAfter || holdsTex ? OPEN : NONE;
  }

  /** The end of a formula in escaped brackets, at their backslash: without mathematics in them they are just brackets. */
  bracketsEnd(at: number): number {
    const opener = this.#text[at + 1];
    if (opener !== '(' && opener !== '[') return NONE;
    const closer = opener === '(' ? '\\)' : '\\]';
    const inner = at + 2;
    const near = this.#text.slice(inner, inner + LONGEST_BRACKETED);
    const end = near.indexOf(closer);
    if (end >= 0) return isMathematics(near.slice(0, end), closer) ? inner + end + closer.length : NONE;
    if (this.#after === undefined || near.length === LONGEST_BRACKETED) return NONE;
    const isClosedAfter = this.#after.includes(closer) && (closer === '\\)' || isMathematics(near, closer));
    return isClosedAfter || TEX.test(near) ? OPEN : NONE;
  }

  #nextDouble(from: number): number | undefined {
    if (!this.#mayHoldDouble) return undefined;
    const at = this.#text.indexOf('$$', from);
    if (at >= 0) return at;
    this.#mayHoldDouble = false;
    return undefined;
  }
}

function isMathematics(content: string, closer: string): boolean {
  return MATHEMATICS.test(content) || (closer === '\\)' && VARIABLE.test(content));
}

/** The dollars in a text. As in Pandoc, a formula has no space inside its signs and no digit after them. */
class DollarSigns {
  readonly #text: string;
  #closers: number[] | undefined;
  #passed = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether a formula that nothing closes yet may begin here: not where a digit follows, as in a sum of money. */
  opens(at: number): boolean {
    return !/[\s$\d]/.test(this.#text[at + 1] ?? ' ');
  }

  /** The sign that closes a formula which begins at `at`; `at` rises from call to call. */
  closing(at: number): number | undefined {
    if (/[\s$]/.test(this.#text[at + 1] ?? ' ')) return undefined;
    this.#closers ??= this.#find();
    while (this.#passed < this.#closers.length && this.#closers[this.#passed] <= at) this.#passed++;
    return this.#closers[this.#passed];
  }

  /** The first sign that may close a formula. */
  first(): number | undefined {
    this.#closers ??= this.#find();
    return this.#closers[0];
  }

  #find(): number[] {
    const text = this.#text;
    const found: number[] = [];
    for (let at = 0; at < text.length; at++) {
      if (text[at] === '\\') at++;
      else if (text[at] === '$' && !/\s/.test(text[at - 1] ?? 'x') && !/\d/.test(text[at + 1] ?? ' ')) found.push(at);
    }
    return found;
  }
}
