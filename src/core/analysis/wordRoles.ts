import type { Tokenizer } from '../tokenizer';

/** The effect of a token on the current word: continues it, completes it, or shows that it was complete. */
export type Role =
  | { readonly kind: 'continues'; readonly text: string; readonly rest: readonly number[] }
  | { readonly kind: 'completes'; readonly text: string }
  | { readonly kind: 'ends' }
  /** The bytes are not valid UTF-8. */
  | { readonly kind: 'breaks' };

/** The most bytes that the beginning of an unfinished character can have. */
export const LONGEST_BEGINNING = 3;

/** The state of the current word. */
export type WordStage = 'nothing' | 'word' | 'apostrophe';

const ENDS: Role = { kind: 'ends' };
const BREAKS: Role = { kind: 'breaks' };
const APOSTROPHE_LAST = /['’]$/;
const WORD = /^(?:['’]\p{L}|[\p{L}\p{M}\p{N}])[\p{L}\p{M}\p{N}]*(?:['’]\p{L}[\p{L}\p{M}\p{N}]*)*/u;
const FIRST_WORD = /^(?: ?(?:['’]\p{L}|[\p{L}\p{M}\p{N}])[\p{L}\p{M}\p{N}]*(?:['’]\p{L}[\p{L}\p{M}\p{N}]*)*| $)/u;

/** @param text the text spelled so far */
export function wordStageOf(text: string): WordStage {
  if (text === '') return 'nothing';
  return APOSTROPHE_LAST.test(text) ? 'apostrophe' : 'word';
}

/**
 * Assigns tokens to words. A character may be split over several tokens: it is classified with the last of them. An
 * apostrophe belongs to a word if a letter follows.
 */
export class WordRoles {
  readonly #tokenizer: Tokenizer;
  readonly #roles: Readonly<Record<WordStage, Role[]>> = { nothing: [], word: [], apostrophe: [] };
  #inner: readonly number[] | undefined;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** The effect of a token after whole characters. */
  roleOf(id: number, stage: WordStage): Role {
    const roles = this.#roles[stage];
    roles[id] ??= this.#read(id, [], stage);
    return roles[id];
  }

  /** The effect of a token after the first bytes of a character. */
  roleAfter(id: number, rest: readonly number[], stage: WordStage): Role {
    return this.#read(id, rest, stage);
  }

  /** The tokens that can follow the first bytes of a character. */
  get inner(): readonly number[] {
    this.#inner ??= Array.from({ length: this.#tokenizer.size }, (_, id) => id).filter(
      (id) => this.#tokenizer.has(id) && isInner(this.#tokenizer.tokenBytes(id)[0]),
    );
    return this.#inner;
  }

  #read(id: number, before: readonly number[], stage: WordStage): Role {
    if (!this.#tokenizer.has(id)) return BREAKS;
    if (this.#tokenizer.isSpecial(id)) return roleOfText(this.#tokenizer.tokenText(id), [], stage);
    const bytes = [...before, ...this.#tokenizer.tokenBytes(id)];
    const rest = unfinished(bytes);
    const text = decoded(bytes.slice(0, bytes.length - rest.length));
    if (text === undefined) return BREAKS;
    // Only the character after the space shows whether it begins a word.
    if (stage === 'nothing' && text === ' ' && rest.length > 0) return { kind: 'continues', text: '', rest: bytes };
    return roleOfText(text, rest, stage);
  }
}

function roleOfText(text: string, rest: readonly number[], stage: WordStage): Role {
  if (text === '') return rest.length > 0 ? { kind: 'continues', text, rest } : BREAKS;
  if (stage === 'apostrophe' && !/^\p{L}/u.test(text)) return ENDS;
  const word = (stage === 'nothing' ? FIRST_WORD : WORD).exec(text)?.[0] ?? '';
  const after = text.slice(word.length);
  const isOpen = after === '' || (rest.length === 0 && /^['’]$/.test(after));
  if (isOpen) return { kind: 'continues', text, rest };
  if (word !== '') return { kind: 'completes', text: word };
  return stage === 'nothing' ? { kind: 'completes', text } : ENDS;
}

const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

function decoded(bytes: readonly number[]): string | undefined {
  try {
    return strict.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

function isInner(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The first bytes of a character at the end of these, if it is not whole. */
export function unfinished(bytes: readonly number[]): readonly number[] {
  for (let length = 1; length <= Math.min(LONGEST_BEGINNING, bytes.length); length++) {
    const first = bytes[bytes.length - length];
    if (isInner(first)) continue;
    const wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    return length < wanted ? bytes.slice(bytes.length - length) : [];
  }
  return [];
}
