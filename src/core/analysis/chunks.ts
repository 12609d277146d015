import type { Tokenizer } from '../tokenizer';

/** A range of a text that is scored in one call. Half-open, in UTF-16 units of the text. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
}

/** Longest piece that is not cut further, in characters: no word and few lines are longer. */
const LONGEST_PIECE = 400;
/** On average one in this many pieces may end a chunk that is large enough. */
const ENDS = 4;

/**
 * Cuts texts into chunks of a quarter to a half of the context, so that a chunk and the one before it fit together.
 * Where a chunk ends depends on the text near its end alone (content-defined chunking, as in rsync): an edit moves the
 * ends near it, and further on the chunks are the same as before. Cuts lie where the tokenizer never joins characters.
 */
export class ChunkCutter {
  readonly #contextLength: number;
  readonly #tokenizer: Tokenizer;
  readonly #lengths = new Map<string, number>();

  constructor(contextLength: number, tokenizer: Tokenizer) {
    this.#contextLength = contextLength;
    this.#tokenizer = tokenizer;
  }

  cut(text: string): Chunk[] {
    const most = Math.max(1, Math.floor((this.#contextLength - 1) / 2));
    const least = Math.ceil(most / 2);
    const chunks: Chunk[] = [];
    let from = 0;
    let size = 0;
    let at = 0;
    for (const piece of pieces(text)) {
      const length = this.#lengthOf(piece);
      if (size > 0 && size + length > most) {
        chunks.push({ from, to: at });
        [from, size] = [at, 0];
      }
      size += length;
      at += piece.length;
      if (size >= least && endsChunk(piece)) {
        chunks.push({ from, to: at });
        [from, size] = [at, 0];
      }
    }
    if (at > from) chunks.push({ from, to: at });
    return chunks;
  }

  #lengthOf(piece: string): number {
    let length = this.#lengths.get(piece);
    if (length === undefined) {
      length = this.#tokenizer.encode(piece).length;
      if (this.#lengths.size > 50_000) this.#lengths.clear();
      this.#lengths.set(piece, length);
    }
    return length;
  }
}

/** Lines with the preceding line break; long ones are cut before a word. */
function* pieces(text: string): Generator<string> {
  // The tokenizer joins white space, except for the last character before a word, so cutting there is safe.
  for (const line of text.split(/(?=\n\S)/)) {
    let rest = line;
    while (rest.length > LONGEST_PIECE) {
      const end = cutBeforeWord(rest);
      yield rest.slice(0, end);
      rest = rest.slice(end);
    }
    if (rest !== '') yield rest;
  }
}

/** The last place in the first 400 characters where a space begins a word; the 400th character if there is none. */
function cutBeforeWord(line: string): number {
  const near = line.slice(0, LONGEST_PIECE);
  const space = near.search(/ \S*$/);
  if (space > 0 && near[space + 1] !== undefined) return space;
  const splitsPair = /[\ud800-\udbff]$/.test(near);
  return splitsPair ? LONGEST_PIECE - 1 : LONGEST_PIECE;
}

/** Depends on the piece's own characters only (FNV-1a), so that a piece ends a chunk wherever it occurs. */
function endsChunk(piece: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < piece.length; i++) hash = Math.imul(hash ^ piece.charCodeAt(i), 0x01000193);
  return (hash >>> 8) % ENDS === 0;
}
