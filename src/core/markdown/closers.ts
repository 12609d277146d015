/** The runs of backticks in a text, by length: code ends at the next run as long as the one before it. */
export class BacktickRuns {
  readonly #text: string;
  #ends: Map<number, number[]> | undefined;
  readonly #passed = new Map<number, number>();

  constructor(text: string) {
    this.#text = text;
  }

  lengthAt(at: number): number {
    let end = at;
    while (this.#text[end] === '`') end++;
    return end - at;
  }

  /** Behind the first run of this length at or after `from`; `from` rises from call to call. */
  closing(length: number, from: number): number | undefined {
    this.#ends ??= this.#find();
    const ends = this.#ends.get(length) ?? [];
    let index = this.#passed.get(length) ?? 0;
    while (index < ends.length && ends[index] - length < from) index++;
    this.#passed.set(length, index);
    return ends[index];
  }

  #find(): Map<number, number[]> {
    const found = new Map<number, number[]>();
    for (let at = this.#text.indexOf('`'); at >= 0; ) {
      const length = this.lengthAt(at);
      const ends = found.get(length) ?? [];
      ends.push(at + length);
      found.set(length, ends);
      at = this.#text.indexOf('`', at + length);
    }
    return found;
  }
}

/** The dollars in a text. As in Pandoc, a formula has no space inside its signs and no digit after them. */
export class DollarSigns {
  readonly #text: string;
  #closers: number[] | undefined;
  #passed = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether a formula may begin here. A sum of money begins none that is not closed. */
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
