import { runLength } from './lineCursor';

/** The runs of backticks in a text, by length: code ends at the next run that is as long as the one it began with. */
export class BacktickRuns {
  readonly #text: string;
  #ends: Map<number, number[]> | undefined;
  readonly #passed = new Map<number, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * The offset behind the first run of this length at or after `from`, if there is one. Runs before `from` are
   * forgotten, so `from` must never be smaller than in an earlier call for this length.
   */
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
      const length = runLength(this.#text, at);
      const ends = found.get(length) ?? [];
      ends.push(at + length);
      found.set(length, ends);
      at = this.#text.indexOf('`', at + length);
    }
    return found;
  }
}
