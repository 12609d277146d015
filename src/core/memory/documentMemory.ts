import { cutIntoBlocks, LONGEST_SECRET, mayNameSecret, secretBehind } from './blocks';
import { DOCUMENT, NOBODY, type Source } from './evidence';
import { unwrapped } from './prose';
import { type Stretch, withoutSecrets } from './secrets';
import { TokenCounts } from './tokenCounts';
import { BREAK, TokenIndex } from './tokenIndex';
import type { WordCounts } from './wordCounts';
import type { TextTokenizer } from './wordParts';

interface Block {
  readonly text: string;
  /** Its text was there when the writer asked to forget: it is never read. */
  readonly forgotten: boolean;
  /** Positions in the log: where its context begins, and where its own tokens begin and end; all 0 until it is read. */
  context: number;
  from: number;
  to: number;
  /** The stretches that were learned, and where the tokens of each begin in the log. */
  learned: { readonly position: number; readonly stretch: Stretch }[];
  /** Where the cursor stood when it was read, if it stood in it. */
  cursor?: number;
}

const GROUP_OF_OWNER = [NOBODY, DOCUMENT];
/** How many tokens of the block before are put before a block in the log, as its context. */
const CONTEXT = 4;
/** The log is compacted when it holds this many tokens more than twice the live ones. */
const SLACK = 8192;
/** How many tokens are read while a suggestion waits; the rest is read in the background. */
const AT_ONCE = 1024;

/**
 * The open document as a memory, on both sides of the cursor. It is divided into blocks; an edit costs reading one
 * block, however long the document. Text at the cursor is not learned: neither the word being written, nor that the
 * text after the cursor follows the text before it.
 */
export class DocumentMemory {
  readonly #tokenizer: TextTokenizer;
  readonly #words: WordCounts;
  #blocks: Block[];
  #unread: Set<Block>;
  #index = new TokenIndex();
  #alive = 0;
  /** The block in which the cursor stood last. */
  #cut: Block | undefined;
  readonly #counts: TokenCounts;

  /** @param learned whether what is there already may be learned, or only what is typed from now on */
  constructor(text: string, tokenizer: TextTokenizer, words: WordCounts, learned = true) {
    this.#tokenizer = tokenizer;
    this.#words = words;
    this.#counts = new TokenCounts(tokenizer.size);
    this.#blocks = learned ? cutIntoBlocks(text).map(unread) : text === '' ? [] : [forgotten(text)];
    this.#unread = new Set(learned ? this.#blocks : []);
  }

  get source(): Source {
    return { index: this.#index, groups: GROUP_OF_OWNER, holds: [DOCUMENT] };
  }

  get counts(): TokenCounts {
    return this.#counts;
  }

  /** Whether all of it has been read. */
  get settled(): boolean {
    return this.#unread.size === 0;
  }

  /** Tokens that can be found. */
  get tokens(): number {
    return this.#alive;
  }

  get bytes(): number {
    return this.#index.bytes + this.#blocks.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** Replaces `removed` characters at `offset` by others. */
  edit(offset: number, removed: number, inserted: string): void {
    let first = this.#blockAt(offset);
    const last = this.#blockAt(offset + removed);
    const before = this.#blocks[first.at - 1];
    // An edit at the end of a block may change its last word, and one soon after it what the block names a secret, so the
    // block is read again; a forgotten one never is.
    const own = this.#blocks[first.at];
    const begun = own?.text.slice(0, offset - first.start) ?? '';
    const takesBefore = before && !before.forgotten && (begun === '' || (!own.forgotten && mayNameSecret(before.text)));
    if (takesBefore) first = { at: first.at - 1, start: first.start - before.text.length };
    const touched = this.#blocks.slice(first.at, last.at + 1);
    const [head, tail] = [touched[0], touched.at(-1)];
    const stay = takesBefore ? before.text + begun : begun;
    const rest = tail?.text.slice(offset + removed - last.start) ?? '';
    const behind = tail?.forgotten ? [] : this.#inSecretBehind(stay + inserted + rest, last.at + 1);
    touched.push(...behind);
    const fresh = blocksOf([
      { text: stay, forgotten: head?.forgotten ?? false },
      { text: inserted, forgotten: false },
      { text: [rest, ...behind.map(({ text }) => text)].join(''), forgotten: tail?.forgotten ?? false },
    ]);
    this.#blocks.splice(first.at, touched.length, ...fresh);
    for (const block of touched) {
      this.#forget(block);
      this.#unread.delete(block);
      if (block === this.#cut) this.#cut = undefined;
    }
    for (const block of fresh) if (!block.forgotten) this.#unread.add(block);
  }

  /** Reads the block of the cursor, as far as it may be learned while the cursor is there, and a few edited blocks. */
  turnTo(offset: number): void {
    const { at, start } = this.#blockAt(offset);
    const block = this.#blocks[at];
    const cursor = offset - start;
    if (this.#cut && this.#cut !== block && !this.#cut.forgotten) {
      this.#forget(this.#cut);
      this.#unread.add(this.#cut);
    }
    this.#cut = block;
    if (block && !block.forgotten && (this.#unread.has(block) || block.cursor !== cursor)) {
      this.#forget(block);
      this.#read(at, cursor);
    }
    this.work(AT_ONCE);
  }

  /**
   * Reads about `tokens` more tokens, if there are that many.
   * @returns how many were read
   */
  work(tokens: number): number {
    let done = 0;
    for (const block of this.#unread) {
      if (done >= tokens) break;
      done += this.#read(this.#blocks.indexOf(block), block === this.#cut ? block.cursor : undefined);
    }
    if (this.#index.length > 2 * this.#alive + SLACK) this.#compact();
    return done;
  }

  /** Takes all words and tokens out of the counts that it shares with others. */
  release(): void {
    for (const block of this.#blocks) this.#forget(block);
  }

  /** The character of the document at which a token of the log begins; undefined when it is not there any more. */
  offsetOf(position: number): number | undefined {
    let start = 0;
    for (const { text, from, to, learned } of this.#blocks) {
      if (position >= from && position < to) {
        const { position: first, stretch } = learned.filter((part) => part.position <= position).at(-1) ?? learned[0];
        return start + stretch.offset + this.#tokenizer.decode(this.#ids(first, position)).length;
      }
      start += text.length;
    }
    return undefined;
  }

  #read(at: number, cursor?: number): number {
    const [block, next] = this.#blocks.slice(at, at + 2);
    const length = this.#index.length;
    const stretches = learnable(block.text, cursor);
    const follows = stretches[0]?.offset === 0 && cursor !== 0;
    block.context = length;
    for (const id of follows ? this.#endOf(this.#blocks[at - 1]) : [BREAK]) this.#index.push(id, NOBODY);
    block.from = this.#index.length;
    block.cursor = cursor;
    block.learned = [];
    for (const stretch of stretches) {
      if (block.learned.length > 0) this.#index.push(BREAK, NOBODY);
      block.learned.push({ position: this.#index.length, stretch });
      for (const id of this.#tokenizer.encode(stretch.text)) {
        this.#index.push(id, DOCUMENT);
        this.#counts.add(id);
        this.#alive++;
      }
      this.#words.add(stretch.text);
    }
    block.to = this.#index.length;
    this.#unread.delete(block);
    if (next?.to && this.#ids(next.context, next.from).join() !== this.#endOf(block).join()) {
      // It was read with the old end of this block as its context.
      this.#forget(next);
      this.#unread.add(next);
    }
    return this.#index.length - length;
  }

  /** What a block follows: the end of the one before, the beginning of the document, or nothing. */
  #endOf(before: Block | undefined): number[] {
    if (before === undefined) return [this.#tokenizer.endOfText ?? BREAK];
    const last = before.learned.at(-1)?.stretch;
    if (last === undefined || last.offset + last.text.length < before.text.length) return [BREAK];
    return this.#ids(Math.max(before.from, before.to - CONTEXT), before.to);
  }

  #ids(from: number, to: number): number[] {
    return Array.from({ length: to - from }, (_, i) => this.#index.idAt(from + i));
  }

  #forget(block: Block): void {
    for (let position = block.from; position < block.to; position++) {
      if (this.#index.ownerAt(position) === NOBODY) continue;
      this.#counts.add(this.#index.idAt(position), -1);
      this.#alive--;
    }
    for (const { stretch } of block.learned) this.#words.add(stretch.text, -1);
    this.#index.disown(block.from, block.to);
    block.learned = [];
    block.context = block.from = block.to = 0;
  }

  /** Rewrites the log with the live tokens in the order of the text. */
  #compact(): void {
    const index = new TokenIndex();
    for (const block of this.#blocks.filter(({ to }) => to > 0)) {
      const moved = index.length - block.context;
      for (let position = block.context; position < block.to; position++) {
        index.push(this.#index.idAt(position), this.#index.ownerAt(position));
      }
      block.learned = block.learned.map((part) => ({ ...part, position: part.position + moved }));
      block.context += moved;
      block.from += moved;
      block.to += moved;
    }
    this.#index = index;
  }

  /** The blocks from `next` on into which a secret reaches that begins in the text before them. */
  #inSecretBehind(before: string, next: number): Block[] {
    const following: Block[] = [];
    let length = 0;
    for (let at = next; at < this.#blocks.length && !this.#blocks[at].forgotten && length < LONGEST_SECRET; at++) {
      following.push(this.#blocks[at]);
      length += this.#blocks[at].text.length;
    }
    let left = secretBehind(before, following.map(({ text }) => text).join(''));
    return following.filter(({ text }) => {
      const isInside = left > 0;
      left -= text.length;
      return isInside;
    });
  }

  #blockAt(offset: number): { readonly at: number; readonly start: number } {
    let start = 0;
    for (let at = 0; at < this.#blocks.length; at++) {
      const end = start + this.#blocks[at].text.length;
      if (offset < end || at === this.#blocks.length - 1) return { at, start };
      start = end;
    }
    return { at: 0, start: 0 };
  }
}

function unread(text: string): Block {
  return { text, forgotten: false, context: 0, from: 0, to: 0, learned: [] };
}

function forgotten(text: string): Block {
  return { ...unread(text), forgotten: true };
}

/** The blocks of a few parts of a text; neighbours of one kind belong together. */
function blocksOf(parts: readonly Pick<Block, 'text' | 'forgotten'>[]): Block[] {
  const joined: { text: string; forgotten: boolean }[] = [];
  for (const part of parts) {
    if (part.text === '') continue;
    const last = joined.at(-1);
    if (last?.forgotten === part.forgotten) last.text += part.text;
    else joined.push({ ...part });
  }
  return joined.flatMap((part) => (part.forgotten ? [forgotten(part.text)] : cutIntoBlocks(part.text).map(unread)));
}

/** The parts of a block with the cursor that may be learned: before the word being written, and after the cursor. */
function learnable(text: string, cursor: number | undefined): Stretch[] {
  const stretches = withoutSecrets(text).map((part) => ({ ...part, text: unwrapped(part.text) }));
  if (cursor === undefined) return stretches;
  return [...between(stretches, 0, beginOfWord(text, cursor)), ...between(stretches, cursor, text.length)];
}

/** The parts of stretches between two offsets. */
function between(stretches: readonly Stretch[], from: number, to: number): Stretch[] {
  return stretches.flatMap(({ offset, text }) => {
    const start = Math.max(offset, from);
    const part = text.slice(start - offset, Math.max(0, to - offset));
    return part === '' ? [] : [{ offset: start, text: part }];
  });
}

/** Where the word that ends at `end` begins, with its space: it is still being written. */
function beginOfWord(text: string, end: number): number {
  let begin = end;
  while (begin > 0 && /\S/.test(text[begin - 1])) begin--;
  return text[begin - 1] === ' ' ? begin - 1 : begin;
}
