/** With more ranges than this the last two become one, and the lines between them are read again too. */
const MOST_RANGES = 16;

/** Ranges of lines, in order and apart from each other. */
export class LineRanges {
  #ranges: [from: number, to: number][] = [];

  /** The first line of all, Infinity where there is none. */
  get first(): number {
    return this.#ranges[0]?.[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the first line of all out. */
  removeFirst(): void {
    const [first] = this.#ranges;
    if (first && ++first[0] >= first[1]) this.#ranges.shift();
  }

  /** Adds the lines from `from` to before `to`. */
  add(from: number, to: number): void {
    const apart = this.#ranges.filter(([start, end]) => end < from || start > to);
    const joined = this.#ranges.filter(([start, end]) => end >= from && start <= to);
    const start = joined.reduce((least, range) => Math.min(least, range[0]), from);
    const end = joined.reduce((most, range) => Math.max(most, range[1]), to);
    this.#ranges = [...apart, [start, end] as [number, number]].sort((a, b) => a[0] - b[0]);
    if (this.#ranges.length > MOST_RANGES) this.#join();
  }

  /** `removed` lines from `first` on became `added`, all of which are in the ranges from now on. */
  replace(first: number, removed: number, added: number): void {
    const shift = (line: number): number => {
      if (line <= first) return line;
      return line >= first + removed ? line + added - removed : first + added;
    };
    this.#ranges = this.#ranges
      .map(([from, to]) => [shift(from), shift(to)] as [number, number])
      .filter(([from, to]) => from < to);
    this.add(first, first + added);
  }

  /** The two ranges nearest to the end as one. */
  #join(): void {
    const last = this.#ranges.pop();
    const before = this.#ranges.at(-1);
    if (last && before) before[1] = last[1];
  }
}
