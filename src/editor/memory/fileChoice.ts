/** A file that may be read, with data from the editor's search and the file system. */
export interface FoundFile {
  /** Path with `/`, used to measure the distance between files. */
  readonly path: string;
  readonly size: number;
  /** When it was changed, in ms since the epoch. */
  readonly changedAt: number;
}

/** Largest file to read, in bytes; larger ones are not written by hand. */
export const LARGEST_FILE = 1024 * 1024;
/** Total size of the files; about 1,000,000 tokens of English. */
export const MOST_BYTES = 4.5 * 1024 * 1024;
/** Limit of files examined, however large the folders are. */
export const MOST_FOUND = 5_000;
const AT_ONCE = 16;

/** The files to read, and the number of those beyond the budget. */
export interface Choice<T> {
  readonly files: readonly T[];
  readonly bytes: number;
  /** Files that a larger budget would have included. */
  readonly leftOut: number;
}

/**
 * Examines the files found by several searches, each once and a few at a time, in the order of the searches. At most
 * `MOST_FOUND` files are examined, so the search for the nearest files should come first.
 * @param searches each receives the maximum number of files to find; further ones are ignored
 * @param lookAt describes a file; undefined where it may not be read
 */
export async function lookAround<U, T>(
  searches: readonly ((most: number) => Promise<readonly U[]>)[],
  nameOf: (found: U) => string,
  lookAt: (found: U) => Promise<T | undefined>,
  isCancelled: () => boolean,
): Promise<T[]> {
  const names = new Set<string>();
  const files: T[] = [];
  for (const search of searches) {
    if (names.size >= MOST_FOUND || isCancelled()) break;
    const fresh = (await search(MOST_FOUND))
      .filter((found) => !names.has(nameOf(found)))
      .slice(0, MOST_FOUND - names.size);
    for (const found of fresh) names.add(nameOf(found));
    files.push(...(await fewAtOnce(fresh, lookAt, isCancelled)));
  }
  return files;
}

/** Runs a task for several items, a few at a time. Returns all results that are not undefined, in order. */
export async function fewAtOnce<U, T>(
  places: readonly U[],
  lookAt: (place: U) => Promise<T | undefined>,
  isCancelled: () => boolean,
): Promise<T[]> {
  const told: T[] = [];
  for (let i = 0; i < places.length && !isCancelled(); i += AT_ONCE) {
    const some = await Promise.all(places.slice(i, i + AT_ONCE).map(lookAt));
    told.push(...some.filter((each) => each !== undefined));
  }
  return told;
}

/**
 * The files to read, in order: nearest to `document` first (same folder, then by distance between folders), most
 * recently changed first among equals, up to the budget.
 */
export function chooseFiles<T extends FoundFile>(
  found: readonly T[],
  document: string,
  budget = MOST_BYTES,
): Choice<T> {
  const sorted = found
    .filter(({ size, path }) => size > 0 && size <= LARGEST_FILE && path !== document)
    .map((file) => ({ file, steps: stepsBetween(file.path, document) }))
    .sort((a, b) => a.steps - b.steps || b.file.changedAt - a.file.changedAt);
  const files: T[] = [];
  let bytes = 0;
  for (const { file } of sorted) {
    if (bytes + file.size > budget) continue;
    bytes += file.size;
    files.push(file);
  }
  return { files, bytes, leftOut: sorted.length - files.length };
}

/** Number of folders to go up and down between two files. */
function stepsBetween(a: string, b: string): number {
  const [from, to] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)];
  let common = 0;
  while (common < Math.min(from.length, to.length) && from[common] === to[common]) common++;
  return from.length + to.length - 2 * common;
}

/**
 * The folders whose files are read: those enabled in the settings, only in a trusted workspace (otherwise just the open
 * document is read), and none after the writer asked to forget them.
 */
export function foldersToRead<F>(
  folders: readonly F[],
  now: {
    readonly sourcesOf: (folder: F) => 'off' | 'document' | 'workspace';
    readonly trusted: boolean;
    readonly forgotten: boolean;
  },
): F[] {
  return now.trusted && !now.forgotten ? folders.filter((folder) => now.sourcesOf(folder) === 'workspace') : [];
}
