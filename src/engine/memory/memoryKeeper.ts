import {
  type MemoryFile,
  type MemoryStatus,
  type OpenOptions,
  type TextTokenizer,
  WriterMemory,
} from '../../core/memory';
import type { TextEdit } from '../../core/text/edits';
import { normaliseLineBreaks } from '../../core/text/lines';
import type { Lesson } from './memoryReader';

/** A change of the texts in the memory. Documents and files are identified by their URIs. */
export type MemoryUpdate =
  /** The writer switched to a document, see `WriterMemory.open`. */
  | ({ readonly kind: 'open'; readonly uri: string; readonly text: string } & OpenOptions)
  /**
   * Edits of the open document, each relative to the result of the one before; edits of other documents are ignored.
   */
  | { readonly kind: 'edit'; readonly uri: string; readonly edits: readonly TextEdit[] }
  /** Other files as UTF-8, replacing their earlier content. */
  | { readonly kind: 'files'; readonly files: readonly FileBytes[] }
  | { readonly kind: 'remove'; readonly uris: readonly string[] }
  /** Empties the memory. */
  | { readonly kind: 'forget' }
  /** Changes nothing; requests the status. */
  | { readonly kind: 'status' }
  /** Changes nothing; answered once everything sent before has been read. */
  | { readonly kind: 'settle' };

/**
 * A cursor: the document's URI and the UTF-16 units before it; no offset for a text that is not in the document yet.
 */
export interface MemoryPlace {
  readonly document: string;
  readonly offset?: number;
}

/** The memory's expectation of the next token, to be mixed with the model's distribution. */
export interface Recollection {
  /** Weight of the model's own distribution. */
  readonly modelShare: number;
  /** The tokens that the memory expects, and the probability that it adds to each. */
  readonly ids: Int32Array;
  readonly addends: Float64Array;
}

interface FileBytes {
  readonly uri: string;
  readonly bytes: Uint8Array;
  readonly markdown: boolean;
}

/** Tokens that identify the end of a text. */
const END = 12;
/** How many tokens back from the end it is searched, as the writer has typed a few words since. */
const REACH = 64;

/** Tokens read before yielding to the event loop: a few milliseconds. */
const TOKENS_AT_A_TIME = 1024;

/** Keeps the memory up to date: reads what it receives piece by piece, and pauses while the model is needed. */
export class MemoryKeeper {
  readonly #tokenizer: TextTokenizer;
  #memory: WriterMemory;
  /** Files to read by URI, in order. */
  readonly #waiting = new Map<string, FileBytes>();
  #wanted = 0;
  #lesson: Lesson | undefined;
  /** Settles when everything has been read; undefined when there is nothing to read. */
  #reading: Promise<void> | undefined;
  #resume: () => void = () => {};

  constructor(tokenizer: TextTokenizer) {
    this.#tokenizer = tokenizer;
    this.#memory = new WriterMemory(tokenizer);
  }

  get memory(): WriterMemory {
    return this.#memory;
  }

  update(update: MemoryUpdate): MemoryStatus {
    switch (update.kind) {
      case 'open':
        this.#waiting.delete(update.uri);
        this.#lesson = undefined;
        this.#memory.open(update.uri, update.text, update);
        break;
      case 'edit':
        if (update.uri !== this.#memory.document) break;
        for (const { offset, removed, text } of update.edits) this.#memory.edit(offset, removed, text);
        break;
      case 'files':
        for (const file of update.files) {
          this.#waiting.delete(file.uri);
          this.#waiting.set(file.uri, file);
        }
        break;
      case 'remove':
        for (const uri of update.uris) {
          this.#waiting.delete(uri);
          this.#memory.removeFile(uri);
        }
        break;
      case 'forget':
        this.#waiting.clear();
        this.#lesson = undefined;
        this.#memory = new WriterMemory(this.#tokenizer);
        break;
      case 'status':
      case 'settle':
        break;
    }
    this.#reading ??= this.#read();
    return this.#memory.status(this.#waiting.size);
  }

  /** Like `update`, except that 'settle' waits. */
  async remember(update: MemoryUpdate): Promise<MemoryStatus> {
    const status = this.update(update);
    if (update.kind !== 'settle') return status;
    while (this.#reading) await this.#reading;
    return this.#memory.status();
  }

  /**
   * Sets the writer's cursor.
   * @returns whether the place is known in the open document
   */
  turnTo({ document, offset }: MemoryPlace): boolean {
    if (document !== this.#memory.document || offset === undefined) return false;
    this.#memory.turnTo(offset);
    return true;
  }

  /**
   * The memory's expectation after these tokens; null if it has none.
   * @param confidence the probability of the model's most probable token
   */
  recall(ids: readonly number[], place: MemoryPlace, confidence: number): Recollection | null {
    this.turnTo(place);
    const { modelShare, addends } = this.#memory.expect(ids, confidence);
    if (addends.size === 0) return null;
    return {
      modelShare,
      ids: Int32Array.from(addends.keys()),
      addends: Float64Array.from(addends.values()),
    };
  }

  /**
   * Learns from what the writer wrote after a place with an expectation: this adjusts the weights of the mixture, and
   * needs no model run.
   */
  learnFrom(lesson: Lesson | undefined): void {
    if (lesson === undefined) return;
    const before = this.#lesson;
    const next = before && tokenAfter(before.text, lesson.text);
    if (before && next !== undefined) {
      this.#memory.learn(before.mixed, next, Math.exp(before.own.logprob(next)));
    }
    this.#lesson = lesson;
  }

  /** Runs a task that the writer waits for; reading pauses until it ends. */
  async pauseDuring<T>(task: () => Promise<T>): Promise<T> {
    this.#wanted++;
    try {
      return await task();
    } finally {
      this.#wanted--;
      this.#resume();
    }
  }

  async #read(): Promise<void> {
    try {
      for (const _ of this.#pieces()) {
        await new Promise((heard) => setImmediate(heard));
        if (this.#wanted === 0) continue;
        // One piece is read after each task even if the next task has started: otherwise nothing would be learned while
        // a writer types without pause.
        await new Promise<void>((resume) => {
          this.#resume = resume;
        });
      }
    } finally {
      this.#reading = undefined;
    }
  }

  /** Reads everything that is queued; yields after each piece. */
  *#pieces(): Generator<void> {
    for (;;) {
      yield;
      const memory = this.#memory;
      if (memory.readOn(TOKENS_AT_A_TIME)) continue;
      const [next] = this.#waiting.values();
      if (next === undefined) return;
      this.#waiting.delete(next.uri);
      let read = 0;
      for (const tokens of memory.addFile(decoded(next))) {
        if (memory !== this.#memory) break;
        if (tokens - read < TOKENS_AT_A_TIME) continue;
        read = tokens;
        yield;
        if (memory !== this.#memory) break;
      }
    }
  }
}

/** A file that is not UTF-8 counts as empty, as its words could only be read in part. */
function decoded({ uri, bytes, markdown }: FileBytes): MemoryFile {
  try {
    return { uri, text: normaliseLineBreaks(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), markdown };
  } catch {
    return { uri, text: '', markdown };
  }
}

/** The token in a later text at which an earlier one ended; undefined where that place is not found. */
function tokenAfter(earlier: readonly number[], later: readonly number[]): number | undefined {
  const end = earlier.slice(-END);
  for (let at = later.length - 1; at >= Math.max(end.length, later.length - REACH); at--) {
    if (end.every((id, i) => later[at - end.length + i] === id)) return later[at];
  }
  return undefined;
}
