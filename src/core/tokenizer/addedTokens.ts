/** A token that is found in the text before it is cut into pieces. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Whether it is looked for in the normalised text. */
  readonly normalized: boolean;
  /** Whether the white space before it, or behind it, becomes part of it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Whether it is ordinary text when adjacent to a letter. */
  readonly singleWord: boolean;
}

/** A stretch of a text, in UTF-16 units; a token where one was found. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly token?: AddedToken;
}

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, 'u');
const STARTS_WITH_WORD = new RegExp(`^${WORD}`, 'u');
const IS_SPACE = /\p{White_Space}/u;

/** Finds the added tokens of a text: the leftmost, and of those that begin there the longest, as Hugging Face does. */
export class AddedTokenMatcher {
  readonly #byContent: ReadonlyMap<string, AddedToken>;
  readonly #pattern: RegExp | undefined;

  /** @param tokens each with the text to look for; of those with one text the first special one counts, or the first */
  constructor(tokens: readonly (readonly [string, AddedToken])[]) {
    const ordered = tokens.toSorted(([, a], [, b]) => Number(b.special) - Number(a.special));
    this.#byContent = new Map(ordered.toReversed());
    const contents = [...this.#byContent.keys()].filter((content) => content !== '');
    contents.sort((a, b) => b.length - a.length);
    if (contents.length > 0) this.#pattern = new RegExp(contents.map(escaped).join('|'), 'gu');
  }

  /** Cuts a text at its tokens. @param allowSpecial whether special tokens are tokens or text */
  split(text: string, allowSpecial: boolean): Stretch[] {
    const stretches: Stretch[] = [];
    let done = 0;
    for (const match of this.#pattern ? text.matchAll(this.#pattern) : []) {
      const token = this.#byContent.get(match[0]) as AddedToken;
      if (token.special && !allowSpecial) continue;
      let from = match.index;
      let to = from + match[0].length;
      if (token.singleWord && touchesWord(text, from, to)) continue;
      if (token.lstrip) {
        while (from > done && IS_SPACE.test(text[from - 1])) from--;
        // The token before may have taken this one's white space along.
        from = Math.max(from, done);
      }
      if (token.rstrip) {
        while (to < text.length && IS_SPACE.test(text[to])) to++;
      }
      if (done < from) stretches.push({ from: done, to: from });
      if (from < to) stretches.push({ from, to, token });
      done = to;
    }
    if (done < text.length) stretches.push({ from: done, to: text.length });
    return stretches;
  }
}

function touchesWord(text: string, from: number, to: number): boolean {
  // A character of two units has to be seen whole.
  return ENDS_WITH_WORD.test(text.slice(Math.max(0, from - 2), from)) || STARTS_WITH_WORD.test(text.slice(to, to + 2));
}

function escaped(content: string): string {
  return content.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
