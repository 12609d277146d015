import { cutIntoBlocks } from './blocks';
import { FAR, NEAR, NOBODY, type Source } from './evidence';
import { proseOf, unwrapped } from './prose';
import { withoutSecrets } from './secrets';
import { TokenCounts } from './tokenCounts';
import { BREAK, TokenIndex } from './tokenIndex';
import type { WordCounts } from './wordCounts';
import type { TextTokenizer } from './wordParts';

/** A file of the workspace: what it is called (a URI), and how it is read. */
export interface MemoryFile {
  readonly uri: string;
  readonly text: string;
  readonly markdown: boolean;
}

interface Remembered {
  readonly owner: number;
  from: number;
  to: number;
  /** Where stretches of the file begin in the log. */
  learned: { readonly position: number; readonly offset: number }[];
}

/** Owners are 16-bit numbers, and 0 is reserved. */
const MOST_FILES = 65_535;
/** The log is compacted when it holds this many tokens more than twice the live ones. */
const SLACK = 65_536;

/**
 * The other files of the workspace as a memory, which keeps only tokens, not text. Files in the document's folder are
 * its neighbours, the others the rest; for a document without a folder all are neighbours.
 */
export class WorkspaceMemory {
  readonly #tokenizer: TextTokenizer;
  readonly #words: WordCounts;
  #index = new TokenIndex();
  readonly #files = new Map<string, Remembered>();
  readonly #uris: (string | undefined)[] = [undefined];
  readonly #free: number[] = [];
  readonly #groups = new Uint8Array(MOST_FILES + 1);
  readonly #near: TokenCounts;
  readonly #far: TokenCounts;
  #alive = 0;
  #folder: string | undefined;

  constructor(tokenizer: TextTokenizer, words: WordCounts) {
    this.#tokenizer = tokenizer;
    this.#words = words;
    this.#near = new TokenCounts(tokenizer.size);
    this.#far = new TokenCounts(tokenizer.size);
  }

  get source(): Source {
    const holds = [NEAR, FAR].filter((group) => (group === NEAR ? this.#near : this.#far).total > 0);
    return { index: this.#index, groups: this.#groups, holds };
  }

  get near(): TokenCounts {
    return this.#near;
  }

  get far(): TokenCounts {
    return this.#far;
  }

  /** Tokens that can be found. */
  get tokens(): number {
    return this.#alive;
  }

  get files(): number {
    return this.#files.size;
  }

  get bytes(): number {
    return this.#index.bytes + this.#groups.byteLength;
  }

  /** Reads a file block by block, replacing earlier content; yields the number of tokens read so far. */
  *add({ uri, text, markdown }: MemoryFile): Generator<number, void> {
    this.remove(uri);
    const stretches = proseOf(text, markdown);
    if (stretches.length === 0 || this.#files.size >= MOST_FILES) return;
    const owner = this.#free.pop() ?? this.#uris.length;
    this.#uris[owner] = uri;
    this.#groups[owner] = this.#groupOf(uri);
    const file: Remembered = { owner, from: this.#index.length, to: this.#index.length, learned: [] };
    this.#files.set(uri, file);
    for (const [i, stretch] of stretches.entries()) {
      this.#index.push(i === 0 ? (this.#tokenizer.endOfText ?? BREAK) : BREAK, NOBODY);
      let offset = stretch.offset;
      for (const block of cutIntoBlocks(stretch.text)) {
        this.#read(file, block, offset);
        offset += block.length;
        yield this.#index.length - file.from;
        // It was removed or read again meanwhile.
        if (this.#files.get(uri) !== file) return;
      }
    }
  }

  remove(uri: string): void {
    const file = this.#files.get(uri);
    if (!file) return;
    const counts = this.#countsOf(file.owner);
    file.learned.forEach(({ position }, i) => {
      const ids = this.#idsOf(file.owner, position, file.learned[i + 1]?.position ?? file.to);
      for (const id of ids) counts.add(id, -1);
      this.#alive -= ids.length;
      this.#words.add(this.#tokenizer.decode(ids), -1);
    });
    this.#index.disown(file.from, file.to);
    this.#files.delete(uri);
    this.#uris[file.owner] = undefined;
    this.#free.push(file.owner);
    if (this.#index.length > 2 * this.#alive + SLACK) this.#compact();
  }

  /** Makes the files in this document's folder its neighbours. */
  turnTo(uri: string | undefined): void {
    const folder = uri === undefined ? undefined : folderOf(uri);
    if (folder === this.#folder) return;
    this.#folder = folder;
    this.#near.clear();
    this.#far.clear();
    for (const [name, { owner, from, to }] of this.#files) {
      this.#groups[owner] = this.#groupOf(name);
      const counts = this.#countsOf(owner);
      for (let position = from; position < to; position++) {
        if (this.#index.ownerAt(position) === owner) counts.add(this.#index.idAt(position));
      }
    }
  }

  /** The file that a token of the log is from, and the character at which it begins. */
  placeOf(position: number): { readonly uri: string; readonly offset: number } | undefined {
    const uri = this.#uris[this.#index.ownerAt(position)];
    const file = uri === undefined ? undefined : this.#files.get(uri);
    const part = file?.learned.filter((each) => each.position <= position).at(-1);
    if (uri === undefined || part === undefined) return undefined;
    const ids = Array.from({ length: position - part.position }, (_, i) => this.#index.idAt(part.position + i));
    return { uri, offset: part.offset + this.#tokenizer.decode(ids).length };
  }

  #read(file: Remembered, text: string, start: number): void {
    withoutSecrets(text).forEach((stretch, i) => {
      if (i > 0) this.#index.push(BREAK, NOBODY);
      file.learned.push({ position: this.#index.length, offset: start + stretch.offset });
      const counts = this.#countsOf(file.owner);
      const ids = this.#tokenizer.encode(unwrapped(stretch.text));
      for (const id of ids) {
        this.#index.push(id, file.owner);
        counts.add(id);
        this.#alive++;
      }
      // Counted as the tokens spell them: the text itself is not kept, so `remove` has only the tokens to count from.
      this.#words.add(this.#tokenizer.decode(ids));
    });
    file.to = this.#index.length;
  }

  /** The tokens of an owner in a part of the log. */
  #idsOf(owner: number, from: number, to: number): number[] {
    const ids: number[] = [];
    for (let position = from; position < to; position++) {
      if (this.#index.ownerAt(position) === owner) ids.push(this.#index.idAt(position));
    }
    return ids;
  }

  #groupOf(uri: string): number {
    return this.#folder === undefined || folderOf(uri) === this.#folder ? NEAR : FAR;
  }

  #countsOf(owner: number): TokenCounts {
    return this.#groups[owner] === NEAR ? this.#near : this.#far;
  }

  #compact(): void {
    const old = this.#index;
    const index = new TokenIndex();
    for (const file of this.#files.values()) {
      const from = index.length;
      for (let position = file.from; position < file.to; position++) {
        index.push(old.idAt(position), old.ownerAt(position));
      }
      file.learned = file.learned.map((part) => ({ ...part, position: part.position - file.from + from }));
      [file.from, file.to] = [from, index.length];
    }
    this.#index = index;
  }
}

/** A document that was never saved has no folder. */
function folderOf(uri: string): string | undefined {
  return uri.includes('/') ? uri.slice(0, uri.lastIndexOf('/')) : undefined;
}
