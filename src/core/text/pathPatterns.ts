import { Glob } from './glob';

/** Limit of patterns per setting. */
export const MOST_PATTERNS = 500;
/** How many paths are remembered with their answers. */
const MOST_KNOWN = 10_000;

/** A setting as `files.exclude`: patterns, of which those count that are `true`. */
export type PatternSet = Readonly<Record<string, unknown>>;

/** The patterns of a set that count. */
export function patternsIn(set: PatternSet): string[] {
  return Object.keys(set).filter((pattern) => set[pattern] === true);
}

/** File patterns. As in `files.exclude`, a pattern that matches a folder covers everything in it. */
export class PathPatterns {
  readonly #globs: readonly Glob[];
  readonly #known = new Map<string, boolean>();

  constructor(patterns: readonly string[]) {
    this.#globs = patterns.slice(0, MOST_PATTERNS).map((pattern) => new Glob(pattern));
  }

  /** @param path with `/` between its parts */
  covers(path: string): boolean {
    let covered = this.#known.get(path);
    if (covered === undefined) {
      const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      covered = (folder !== '' && this.covers(folder)) || this.#globs.some((glob) => glob.matches(path));
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      this.#known.set(path, covered);
    }
    return covered;
  }
}

/** The patterns of one setting, parsed again only when they change. */
export class PatternSetting {
  #read = '[]';
  #patterns = new PathPatterns([]);

  covers(path: string, patterns: readonly string[]): boolean {
    const read = JSON.stringify(patterns);
    if (read !== this.#read) {
      this.#read = read;
      this.#patterns = new PathPatterns(patterns);
    }
    return this.#patterns.covers(path);
  }
}
