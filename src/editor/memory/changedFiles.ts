import { fewAtOnce, MOST_FOUND } from './fileChoice';

/** Delay after a change, in ms, so that a file saved twice in a row is read once. */
const SETTLE_MS = 500;
/** Maximum number of changed files examined individually. */
export const MOST_CHANGED = 50;

/** Collects changed files and folders and processes them together after a delay, one batch at a time. */
export class ChangedFiles<F> {
  readonly #look: (changed: readonly F[]) => Promise<void>;
  readonly #changed = new Map<string, F>();
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;

  constructor(look: (changed: readonly F[]) => Promise<void>) {
    this.#look = look;
  }

  add(name: string, file: F): void {
    // Beyond that everything is searched again, so the individual files do not matter.
    if (this.#changed.size <= MOST_FOUND) this.#changed.set(name, file);
    this.#wait();
  }

  /** Runs a task; changes during the task are processed after it. */
  async during(task: () => Promise<void>): Promise<void> {
    this.#isBusy = true;
    try {
      await task();
    } finally {
      this.#isBusy = false;
      if (this.#changed.size > 0) this.#wait();
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.clear();
  }

  #wait(): void {
    if (this.#isBusy) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#isBusy) return;
      const changed = [...this.#changed.values()];
      this.#changed.clear();
      this.during(() => this.#look(changed));
    }, SETTLE_MS);
  }
}

/** How to examine changed files and folders. */
export interface Asked<U, T> {
  isProse(place: U): boolean;
  isLeftOut(place: U): Promise<boolean>;
  isFolder(place: U): Promise<boolean>;
  /** Describes a file; undefined where it may not be read. */
  lookAt(file: U): Promise<T | undefined>;
}

/**
 * Examines changed files and folders, a few at a time. Returns the files that may be read; undefined where everything
 * must be searched again, because there are too many or a folder is among them.
 */
export async function lookAtFew<U, T>(
  changed: readonly U[],
  asked: Asked<U, T>,
  isCancelled: () => boolean,
): Promise<T[] | undefined> {
  if (changed.length > MOST_FOUND) return undefined;
  const kept = async (place: U) => ((await asked.isLeftOut(place)) ? undefined : { place });
  const left = (await fewAtOnce(changed, kept, isCancelled)).map(({ place }) => place);
  const files = left.filter((place) => asked.isProse(place));
  if (files.length > MOST_CHANGED) return undefined;
  const others = left.filter((place) => !asked.isProse(place));
  const folders = await fewAtOnce(others, async (place) => (await asked.isFolder(place)) || undefined, isCancelled);
  return folders.length > 0 ? undefined : fewAtOnce(files, (file) => asked.lookAt(file), isCancelled);
}

/** Whether a file is one of these places, or is inside one. All are URIs. */
export function liesIn(file: string, places: ReadonlySet<string>): boolean {
  for (let end = file.length; end > 0; end = file.lastIndexOf('/', end - 1)) {
    if (places.has(file.slice(0, end))) return true;
  }
  return false;
}
