/** A file that may be read, as the editor's search and the file system tell of it. */
export interface FoundFile {
  /** Path with `/`, with which nearness is measured. */
  readonly path: string;
  readonly size: number;
  /** When it was changed, in ms since the epoch. */
  readonly changedAt: number;
}

/** Larger files are not what somebody writes by hand. */
export const LARGEST_FILE = 1024 * 1024;
/** Bytes of all files together: about 1,000,000 tokens of English. */
const MOST_BYTES = 4.5 * 1024 * 1024;

/**
 * The files to read, in order: the nearest to `document` first (same folder, then by steps between the folders), the
 * latest changed first among equals, up to the budget.
 */
export function chooseFiles<T extends FoundFile>(found: readonly T[], document: string, budget = MOST_BYTES): T[] {
  const sorted = found
    .filter(({ size, path }) => size > 0 && size <= LARGEST_FILE && path !== document)
    .map((file) => ({ file, steps: stepsBetween(file.path, document) }))
    .sort((a, b) => a.steps - b.steps || b.file.changedAt - a.file.changedAt);
  const chosen: T[] = [];
  let bytes = 0;
  for (const { file } of sorted) {
    if (bytes + file.size > budget) continue;
    bytes += file.size;
    chosen.push(file);
  }
  return chosen;
}

/** Folders to go up and down from one file to another. */
function stepsBetween(a: string, b: string): number {
  const [from, to] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)];
  let common = 0;
  while (common < Math.min(from.length, to.length) && from[common] === to[common]) common++;
  return from.length + to.length - 2 * common;
}

/**
 * Whether files are read at all: in a trusted workspace only (elsewhere the open document is all), and not after the
 * writer asked to forget them.
 */
export function readsFiles(now: {
  readonly sources: 'off' | 'document' | 'workspace';
  readonly trusted: boolean;
  readonly forgotten: boolean;
}): boolean {
  return now.sources === 'workspace' && now.trusted && !now.forgotten;
}
