import type { AddedToken } from '../addedTokens';
import { flagOf, idOf, type JsonObject, objectOf, textOf } from './json';

type Wanted = Omit<AddedToken, 'id'> & { readonly id?: number };

/**
 * The added tokens of a tokenizer. A token of the vocabulary keeps its id; another gets the next one that is free, as
 * Hugging Face gives it, or where it only has a name and an id, that.
 */
export class AddedTokenList {
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #tokens = new Map<string, AddedToken>();
  #next: number;

  constructor(vocabulary: ReadonlyMap<string, number>) {
    this.#vocabulary = vocabulary;
    this.#next = vocabulary.size;
  }

  get tokens(): readonly AddedToken[] {
    return [...this.#tokens.values()];
  }

  /** Adds a token. Of one that is there the flags are changed, but what was special stays so. */
  add(token: Wanted): void {
    if (token.content === '') return;
    const known = this.#tokens.get(token.content);
    const id = known?.id ?? this.#vocabulary.get(token.content) ?? this.#next;
    this.#next = Math.max(this.#next, id + 1);
    const special = token.special || known?.special === true;
    this.#tokens.set(token.content, { ...token, id, special });
  }

  /** Those of `added_tokens_decoder`, by id, in the order of the ids. */
  addAll(decoder: unknown): void {
    const entries = Object.entries(objectOf('added_tokens_decoder', decoder));
    const tokens = entries.map(([id, value]) => addedTokenOf({ id: Number(id), ...objectOf('added_tokens', value) }));
    for (const token of tokens.sort((a, b) => (a.id ?? 0) - (b.id ?? 0))) this.add(token);
  }

  /** Those of an `added_tokens.json`, by name; `special` are the names of special ones. */
  addByName(ids: JsonObject, special: ReadonlySet<string>): void {
    const entries = Object.entries(ids).map(([token, id]) => [token, idOf(token, id)] as const);
    for (const [content, id] of entries.sort(([, a], [, b]) => a - b)) {
      if (this.#tokens.get(content)?.id === id) continue;
      const isSpecial = special.has(content);
      this.add({ ...PLAIN, content, special: isSpecial, normalized: !isSpecial });
    }
  }

  /** One that the files name for a purpose: added where it is not there, and special in any case. */
  addNamed(token: Wanted): void {
    this.add({ ...(this.#tokens.get(token.content) ?? token), special: true });
  }

  /** Makes a token special, if it is there or in the vocabulary. */
  addMark(content: string): void {
    const isThere = this.#tokens.has(content) || this.#vocabulary.has(content);
    if (isThere) this.addNamed({ ...PLAIN, content, special: true, normalized: false });
  }
}

const PLAIN = { lstrip: false, rstrip: false, singleWord: false };

/** @throws TokenizerError that names what of it is wrong */
export function addedTokenOf(value: unknown): Wanted {
  const json = objectOf('added_tokens', value);
  const content = textOf('added_tokens.content', json.content);
  const what = (name: string) => `added_tokens[${JSON.stringify(content)}].${name}`;
  const special = flagOf(what('special'), json.special, false);
  return {
    id: idOf(content, json.id),
    content,
    special,
    normalized: flagOf(what('normalized'), json.normalized, !special),
    lstrip: flagOf(what('lstrip'), json.lstrip, false),
    rstrip: flagOf(what('rstrip'), json.rstrip, false),
    singleWord: flagOf(what('single_word'), json.single_word, false),
  };
}

const NAMES = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

/** The special tokens that files name, by what they are for; what an earlier one says counts. */
export function specialTokensOf(...files: readonly JsonObject[]): ReadonlyMap<string, Wanted> {
  const tokens = new Map<string, Wanted>();
  const take = (name: string, value: unknown) => {
    const content = typeof value === 'string' ? value : (value as { content?: unknown } | null)?.content;
    if (typeof content !== 'string' || tokens.has(name)) return;
    const flags = typeof value === 'string' ? {} : (value as JsonObject);
    tokens.set(name, {
      content,
      special: true,
      normalized: flags.normalized === true,
      lstrip: flags.lstrip === true,
      rstrip: flags.rstrip === true,
      singleWord: flags.single_word === true,
    });
  };
  for (const file of files) for (const name of NAMES) take(name, file[name]);
  for (const { additional_special_tokens: others } of files) {
    if (Array.isArray(others)) for (const value of others) take(`additional ${tokens.size}`, value);
  }
  return tokens;
}
