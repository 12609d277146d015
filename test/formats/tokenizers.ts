import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTokenizer, type Token, type Tokenizer, TokenizerError } from '../../src/core/tokenizer';
import { readTokenizerFiles } from '../../src/gpt2/files/tokenizerFiles';
import type { Outcome } from './outcome';

/** What Hugging Face's libraries make of one text. Offsets are UTF-16 units, or code points where those are the same. */
interface Vector {
  readonly text: string;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly offsets: readonly (readonly [number, number])[];
  readonly offsets_utf16?: readonly (readonly [number, number])[];
  readonly ids_without_special?: readonly number[];
  readonly decoded: string;
  readonly decoded_skip?: string;
  readonly prefixes?: readonly (readonly [number, string])[];
  readonly hf_ids?: readonly number[];
}

interface Vectors {
  readonly tokenizer: string;
  readonly vectors: readonly Vector[];
}

/** Reads every tokenizer of a folder, and compares it with its vectors or sees it refused. */
export async function* tryTokenizers(folder: string): AsyncGenerator<Outcome> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (existsSync(join(path, 'vectors.json'))) yield { name, ...(await tryOne(path)) };
    else if (existsSync(join(path, 'expected.json'))) yield { name, ...(await tryRefusal(path)) };
  }
}

async function open(folder: string): Promise<Tokenizer> {
  const files = await readTokenizerFiles(folder);
  if (!files) throw new TokenizerError('The folder has no tokenizer.');
  return readTokenizer(files);
}

async function tryRefusal(folder: string): Promise<Omit<Outcome, 'name'>> {
  const { because } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  try {
    await open(folder);
    return { problem: `loads, and should be refused: ${because}` };
  } catch (error) {
    const refusal = (error as Error).message;
    return error instanceof TokenizerError ? { refusal } : { refusal, problem: 'fails without being refused by name' };
  }
}

async function tryOne(folder: string): Promise<Omit<Outcome, 'name'>> {
  const head = JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8')) as Vectors;
  let tokenizer: Tokenizer;
  try {
    tokenizer = await open(join(folder, head.tokenizer));
  } catch (error) {
    return { refusal: (error as Error).message, problem: 'is refused, and should load' };
  }
  const trim = trimOf(join(folder, head.tokenizer));
  const problems = head.vectors.flatMap((vector) => {
    const problem = compare(tokenizer, vector, trim);
    return problem === undefined ? [] : [`${JSON.stringify(vector.text.slice(0, 40))}: ${problem}`];
  });
  return problems.length === 0
    ? {}
    : {
        problem: `${problems.length} of ${head.vectors.length} texts differ:\n    ${problems.slice(0, 4).join('\n    ')}`,
      };
}

function compare(tokenizer: Tokenizer, vector: Vector, trim: Trim): string | undefined {
  const { text } = vector;
  const differs = (what: string, found: unknown, expected: unknown) =>
    JSON.stringify(found) === JSON.stringify(expected)
      ? undefined
      : `${what} ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`;
  const ids = tokenizer.encode(text, { template: true });
  // Where tokenizer_config.json overrules tokenizer.json, the reader follows transformers.
  if (vector.hf_ids && `${ids}` === `${vector.hf_ids}`) return undefined;
  const tokens = tokenizer.tokenize(text, { template: true });
  const kept = vector.ids.filter((id) => !tokenizer.isSpecial(id));
  return (
    differs('ids', ids, vector.ids) ??
    differs(
      'ids of tokens',
      tokens.map(({ id }) => id),
      vector.ids,
    ) ??
    differs(
      'names',
      tokens.map(({ display }) => display),
      vector.tokens,
    ) ??
    differs('ids without the template', tokenizer.encode(text), vector.ids_without_special ?? vector.ids) ??
    differs('text', tokenizer.decode(vector.ids), vector.decoded) ??
    differs('text without special tokens', tokenizer.decode(kept), vector.decoded_skip ?? vector.decoded) ??
    differs('streamed text', streamed(tokenizer, vector.ids), vector.decoded) ??
    comparePrefixes(tokenizer, vector) ??
    differs('spans', trimmed(text, tokens, tokenizer, trim), vector.offsets_utf16 ?? vector.offsets) ??
    compareBytes(text, tokens)
  );
}

function streamed(tokenizer: Tokenizer, ids: readonly number[]): string {
  const decoder = tokenizer.streamDecoder();
  return ids.map((id) => decoder.push(id)).join('') + decoder.end();
}

function comparePrefixes(tokenizer: Tokenizer, { ids, prefixes }: Vector): string | undefined {
  let before: string[] = [];
  for (const [i, [shared, rest]] of (prefixes ?? []).entries()) {
    before = [...before.slice(0, shared), ...rest];
    const found = tokenizer.decode(ids.slice(0, i + 1));
    if (found !== before.join('')) return `text of ${i + 1} tokens ${JSON.stringify(found)}, not ${before.join('')}`;
  }
  return undefined;
}

/** Spans in bytes and in UTF-16 units speak of the same characters, or of parts of one. */
function compareBytes(text: string, tokens: readonly Token[]): string | undefined {
  for (const { utf16, bytes, display } of tokens) {
    const [from, to] = utf16.map((unit) => Buffer.byteLength(text.slice(0, unit)));
    if (bytes[0] < from || bytes[1] > to || bytes[0] > bytes[1]) {
      return `bytes ${bytes} of ${display} beyond ${from}, ${to}`;
    }
  }
  return undefined;
}

/** How a post-processor takes white space off the spans; ours keep it. */
interface Trim {
  readonly trims: boolean;
  readonly keepsFirstSpace: boolean;
}

function trimOf(folder: string): Trim {
  const file = join(folder, 'tokenizer.json');
  const none = { trims: false, keepsFirstSpace: false };
  if (!existsSync(file)) return none;
  const find = (json: { type?: string; trim_offsets?: boolean; add_prefix_space?: boolean; processors?: [] }): Trim => {
    if (json?.type === 'Sequence') return (json.processors ?? []).map(find).find(({ trims }) => trims) ?? none;
    return { trims: json?.trim_offsets === true, keepsFirstSpace: json?.add_prefix_space === true };
  };
  return find(JSON.parse(readFileSync(file, 'utf8')).post_processor);
}

/** `process_offsets` of tokenizers: leading and trailing spaces are no part of a span, but for one put first. */
function trimmed(
  text: string,
  tokens: readonly Token[],
  tokenizer: Tokenizer,
  { trims, keepsFirstSpace }: Trim,
): number[][] {
  const { length: before } = tokenizer.opening;
  const end = before + tokenizer.encode(text).length;
  return tokens.map(({ display, utf16 }, i) => {
    // Hugging Face gives what the template puts in the place 0.
    if (i < before || i >= end) return [0, 0];
    const isSpace = (character: string) => character === 'Ġ' || /\p{White_Space}/u.test(character);
    const characters = [...display];
    const first = characters.findIndex((character) => !isSpace(character));
    let leading = first < 0 ? characters.length : first;
    const last = characters.findLastIndex((character) => !isSpace(character));
    const trailing = characters.length - 1 - last;
    let [from, to] = utf16;
    // What is put in has the character after it for its place there, and an empty span here.
    if (from === to && display.length > 0) to = forward(text, from, 1);
    if (!trims) return [from, to];
    if (leading > 0) {
      const isFirst = i === before || from === 0;
      if (isFirst && keepsFirstSpace && leading === 1) leading = 0;
      from = Math.min(forward(text, from, leading), to);
    }
    if (trailing > 0 && to >= trailing) to = Math.max(backward(text, to, trailing), from);
    return [from, to];
  });
}

/** So many characters, not UTF-16 units, on from a place of a text; beyond its end they have one unit. */
function forward(text: string, from: number, characters: number): number {
  let at = from;
  for (let i = 0; i < characters; i++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

function backward(text: string, from: number, characters: number): number {
  let at = from;
  for (let i = 0; i < characters; i++) at -= (text.codePointAt(at - 2) ?? 0) > 0xffff ? 2 : 1;
  return at;
}
