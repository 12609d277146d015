import ignore, { type Ignore } from 'ignore';

/** Reads a text file by its path in the folder; undefined where there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Whether files of a folder are ignored by its `.gitignore` files, each of which is read once. */
export class GitIgnore {
  readonly #read: ReadText;
  readonly #rules = new Map<string, Promise<Ignore | undefined>>();

  constructor(read: ReadText) {
    this.#read = read;
  }

  /** @param path of a file in the folder, with `/` and without one at its beginning */
  async ignores(path: string): Promise<boolean> {
    const parts = path.split('/');
    // A file in an ignored folder is ignored, whatever a rule nearer to it says.
    for (let depth = 1; depth <= parts.length; depth++) {
      const part = parts.slice(0, depth).join('/') + (depth < parts.length ? '/' : '');
      if (await this.#ignoresPart(part)) return true;
    }
    return false;
  }

  /** The rules nearest to a path decide; those further up only where these say nothing. */
  async #ignoresPart(path: string): Promise<boolean> {
    const parts = path.replace(/\/$/, '').split('/');
    for (let depth = parts.length - 1; depth >= 0; depth--) {
      const folder = parts.slice(0, depth).join('/');
      const rules = await this.#rulesOf(folder);
      const { ignored, unignored } = rules?.test(path.slice(folder === '' ? 0 : folder.length + 1)) ?? {};
      if (ignored) return true;
      if (unignored) return false;
    }
    return false;
  }

  #rulesOf(folder: string): Promise<Ignore | undefined> {
    let rules = this.#rules.get(folder);
    if (rules === undefined) {
      rules = this.#read(folder === '' ? '.gitignore' : `${folder}/.gitignore`).then((text) =>
        text === undefined ? undefined : ignore().add(text),
      );
      this.#rules.set(folder, rules);
    }
    return rules;
  }
}
