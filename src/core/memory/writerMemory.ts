import { WORD_OF_LETTERS } from '../text/words';
import { DocumentMemory } from './documentMemory';
import { cellOf, DOCUMENT, Evidence, GROUPS } from './evidence';
import { type Mixed, Mixture, type Shares } from './mixture';
import { TokenCounts } from './tokenCounts';
import { LONGEST_MATCH, type TokenIndex } from './tokenIndex';
import { WordCounts } from './wordCounts';
import type { TextTokenizer } from './wordParts';
import { WordParts } from './wordParts';
import { type MemoryFile, WorkspaceMemory } from './workspaceMemory';

/** A passage of the writer's texts: in this document, or in the file named by `uri`. `offset` counts characters. */
export interface Passage {
  readonly uri: string;
  readonly offset: number;
}

/** Where the probability of a token came from. */
export interface TokenOrigin extends Shares {
  /** A passage that says the same, where one does. */
  readonly passage?: Passage;
}

/** How a document is taken up as the one that is being written. */
export interface OpenOptions {
  /** Whether its text may be learned (true by default), or only what is typed from now on. */
  readonly learned?: boolean;
  /** Whether other files have no say in it (false by default). */
  readonly alone?: boolean;
}

/** What the memory holds. */
export interface MemoryStatus {
  readonly files: number;
  /** Words of the document and of the files. */
  readonly words: number;
  /** Tokens of the document and of the files. */
  readonly tokens: number;
  readonly bytes: number;
  /** Files that wait to be read. */
  readonly waiting: number;
}

export const NOTHING_REMEMBERED: MemoryStatus = { files: 0, words: 0, tokens: 0, bytes: 0, waiting: 0 };

/** A token is checked for being part of a slip of the hand where the memory alone gives it this probability or more. */
const NOTICEABLE = 0.02;
/** Tokens of a word at most: a letter that is no English one may be two. */
const LONGEST_WORD = 48;
/** A token that goes on with a word, or with a letter of which it is a part only. */
const GOES_ON = /^[\p{L}\p{M}'’\ufffd-]/u;

/**
 * What the writer's own texts say comes next: those of the open document and of the workspace's other files. Nothing
 * is stored: it is built from the texts, and what is deleted there is forgotten here.
 */
export class WriterMemory {
  readonly #tokenizer: TextTokenizer;
  readonly #mixture: Mixture;
  readonly #words: WordCounts;
  readonly #noWords: TokenCounts;
  readonly #workspace: WorkspaceMemory;
  #document: { readonly uri: string; readonly memory: DocumentMemory; readonly alone: boolean } | undefined;
  readonly #slips = new Map<string, boolean>();

  constructor(tokenizer: TextTokenizer) {
    this.#tokenizer = tokenizer;
    this.#words = new WordCounts((word) => tokenizer.encode(` ${word}`).length === 1);
    this.#mixture = new Mixture(new WordParts(tokenizer));
    this.#noWords = new TokenCounts(tokenizer.size);
    this.#workspace = new WorkspaceMemory(tokenizer, this.#words);
  }

  /**
   * Learns from a token that came next how far each opinion can be trusted.
   * @param probability what the model alone gave it
   */
  learn(mixed: Mixed, id: number, probability: number): void {
    this.#mixture.learn(mixed, id, probability);
  }

  /** The document that is being written. */
  get document(): string | undefined {
    return this.#document?.uri;
  }

  status(waiting = 0): MemoryStatus {
    const document = this.#document?.memory;
    return {
      files: this.#workspace.files,
      words: this.#words.total,
      tokens: this.#workspace.tokens + (document?.tokens ?? 0),
      bytes: this.#workspace.bytes + (document?.bytes ?? 0),
      waiting,
    };
  }

  /** Turns to another document, or to another text of this one. It is no longer one of the other files. */
  open(uri: string, text: string, { learned = true, alone = false }: OpenOptions = {}): void {
    this.#document?.memory.release();
    this.#workspace.remove(uri);
    this.#workspace.turnTo(uri);
    this.#document = { uri, alone, memory: new DocumentMemory(text, this.#tokenizer, this.#words, learned) };
  }

  edit(offset: number, removed: number, inserted: string): void {
    this.#document?.memory.edit(offset, removed, inserted);
  }

  /** Reads a file piece by piece, see `WorkspaceMemory.add`; the open document is not read again. */
  *addFile(file: MemoryFile): Generator<number, void> {
    if (file.uri !== this.#document?.uri) yield* this.#workspace.add(file);
  }

  removeFile(uri: string): void {
    this.#workspace.remove(uri);
  }

  /** Reads more of the document, in the background; false when all of it has been read. */
  readOn(tokens: number): boolean {
    const memory = this.#document?.memory;
    if (!memory || memory.settled) return false;
    memory.work(tokens);
    return true;
  }

  /** Sets the cursor's offset in the document: text being written there is not learned. */
  turnTo(offset: number): void {
    this.#slips.clear();
    this.#document?.memory.turnTo(offset);
  }

  /**
   * What is expected after these tokens.
   * @param confidence the probability of the model's first choice
   */
  expect(history: readonly number[], confidence: number): Mixed {
    const { memory: document, alone = false } = this.#document ?? {};
    const { source, near, far } = this.#workspace;
    const sources = [...(document ? [document.source] : []), ...(alone ? [] : [source])];
    const words = [document?.counts, ...(alone ? [] : [near, far])];
    const evidence = new Evidence(
      history.slice(-LONGEST_MATCH),
      sources,
      GROUPS.map((_, i) => words[i] ?? this.#noWords),
    );
    const mixed = this.#mixture.weigh(evidence, confidence);
    const slips = this.#slipsIn(mixed);
    if (slips.length === 0) return mixed;
    for (const id of slips) evidence.remove(id);
    return this.#mixture.weigh(evidence, confidence);
  }

  /**
   * Where a token's probability comes from.
   * @param probability what the mixture gives it
   */
  origin(mixed: Mixed, id: number, probability: number): TokenOrigin {
    const own = Math.max(0, probability - mixed.probability(id, 0)) / mixed.modelShare;
    return { ...mixed.shares(id, own), passage: this.passage(mixed, id) };
  }

  /** Where the writer's texts say what this token says; undefined where no passage does. */
  passage({ evidence }: Mixed, id: number): Passage | undefined {
    const slot = evidence.slotOf(id);
    if (slot === undefined) return undefined;
    const { position, group } = evidence.places[slot];
    if (group !== DOCUMENT) return this.#workspace.placeOf(position);
    const offset = this.#document?.memory.offsetOf(position);
    return offset === undefined || !this.#document ? undefined : { uri: this.#document.uri, offset };
  }

  /** Tokens that were seen once, and then in a word that is probably a slip of the hand. */
  #slipsIn(mixed: Mixed): number[] {
    const { evidence } = mixed;
    return evidence.tokens.filter((_, slot) => {
      if (mixed.matched(slot) < NOTICEABLE) return false;
      const times = GROUPS.reduce((sum, group) => sum + evidence.count(slot, cellOf(group, 0)), 0);
      if (times !== 1) return false;
      const { index, position } = evidence.places[slot];
      const word = this.#wordAt(index, position);
      return word !== undefined && this.#isSlip(word);
    });
  }

  #isSlip(word: string): boolean {
    let slip = this.#slips.get(word);
    if (slip === undefined) {
      slip = this.#words.isSlip(word);
      this.#slips.set(word, slip);
    }
    return slip;
  }

  /** The word of which the token at `position` is a part. */
  #wordAt(index: TokenIndex, position: number): string | undefined {
    const textAt = (at: number) => (index.idAt(at) < 0 ? '' : this.#tokenizer.decode([index.idAt(at)]));
    let from = position;
    while (from > 0 && position - from < LONGEST_WORD && GOES_ON.test(textAt(from))) from--;
    let to = position + 1;
    while (to < index.length && to - from < LONGEST_WORD && GOES_ON.test(textAt(to))) to++;
    const ids = Array.from({ length: to - from }, (_, i) => index.idAt(from + i)).filter((id) => id >= 0);
    return this.#tokenizer.decode(ids).match(WORD_OF_LETTERS)?.at(-1);
  }
}
