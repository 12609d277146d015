import { Glob } from '../../core/text/glob';

/** Reads a text file by its path in the folder; undefined where it does not exist. */
export type ReadText = (path: string) => Promise<string | undefined>;

interface Rule {
  readonly glob: Glob;
  /** Whether it matches names at any depth. */
  readonly ofName: boolean;
  /** Whether it re-includes what it matches. */
  readonly negated: boolean;
  readonly foldersOnly: boolean;
}

/** Limit of rules per file. */
const MOST_RULES = 2_000;
/** Longer paths count as ignored. */
const LONGEST_PATH = 2_000;

/** Evaluates a folder's `.gitignore` files; each is read once. */
export class GitIgnore {
  readonly #read: ReadText;
  readonly #rules = new Map<string, Promise<readonly Rule[]>>();
  /** Results for folders so far. */
  readonly #ignored = new Map<string, Promise<boolean>>();

  constructor(read: ReadText) {
    this.#read = read;
  }

  /** @param path of a file relative to the folder, with `/` */
  async ignores(path: string): Promise<boolean> {
    if (path.length > LONGEST_PATH) return true;
    const parts = path.split('/');
    return (await this.#ignoresFolder(parts.slice(0, -1))) || this.#ignoresPart(parts, false);
  }

  /** A file in an ignored folder is ignored, whatever a rule further down says. */
  #ignoresFolder(parts: readonly string[]): Promise<boolean> {
    if (parts.length === 0) return Promise.resolve(false);
    const folder = parts.join('/');
    let ignored = this.#ignored.get(folder);
    if (ignored === undefined) {
      ignored = this.#ignoresFolder(parts.slice(0, -1)).then((above) => above || this.#ignoresPart(parts, true));
      this.#ignored.set(folder, ignored);
    }
    return ignored;
  }

  /** The rules nearest to a path decide; those further up apply only where these do not match. */
  async #ignoresPart(parts: readonly string[], isFolder: boolean): Promise<boolean> {
    for (let depth = parts.length - 1; depth >= 0; depth--) {
      const rules = await this.#rulesOf(parts.slice(0, depth).join('/'));
      const path = parts.slice(depth).join('/');
      const name = parts[parts.length - 1];
      const rule = rules.findLast(
        ({ glob, ofName, foldersOnly }) => (isFolder || !foldersOnly) && glob.matches(ofName ? name : path),
      );
      if (rule) return !rule.negated;
    }
    return false;
  }

  #rulesOf(folder: string): Promise<readonly Rule[]> {
    let rules = this.#rules.get(folder);
    if (rules === undefined) {
      rules = this.#read(folder === '' ? '.gitignore' : `${folder}/.gitignore`).then(parseRules);
      this.#rules.set(folder, rules);
    }
    return rules;
  }
}

/** Reads the lines of a `.gitignore`: https://git-scm.com/docs/gitignore#_pattern_format */
function parseRules(text = ''): Rule[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/, MOST_RULES);
  return lines.flatMap((line) => parseRule(line) ?? []);
}

function parseRule(line: string): Rule | undefined {
  let end = line.length;
  while (line[end - 1] === ' ' && line[end - 2] !== '\\') end--;
  const trimmed = line.slice(0, end);
  if (trimmed === '' || trimmed.startsWith('#')) return undefined;
  const negated = trimmed.startsWith('!');
  const body = negated ? trimmed.slice(1) : trimmed;
  const foldersOnly = body.endsWith('/');
  const pattern = foldersOnly ? body.slice(0, -1) : body;
  if (pattern === '') return undefined;
  const ofName = !pattern.includes('/');
  // More than two stars are as two.
  const below = pattern.replace(/^\//, '').replaceAll(/\*{3,}/g, '**');
  return { glob: new Glob(below, 'gitignore'), ofName, negated, foldersOnly };
}
