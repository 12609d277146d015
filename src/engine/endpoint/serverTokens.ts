import * as v from 'valibot';
import { unspell } from '../../core/tokenizer/bytes';

/** A candidate token, identified by its text: tokens with equal text cannot be distinguished. */
export interface ServerCandidate {
  readonly text: string;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}

/** A token of a server's answer, or several that cannot be separated. Its text consists of whole characters. */
export interface ServerToken {
  readonly text: string;
  /** From the model, before sampling; null where the server does not report it. */
  readonly logprob: number | null;
  /** The most probable tokens at this place; they need not include the token itself. */
  readonly top: readonly ServerCandidate[];
}

/** How a server writes token names: as text, in GPT-2's byte alphabet (`Ġdoor`), or in SentencePiece's (`▁door`). */
export type Spelling = 'text' | 'bytes' | 'pieces';

const number = v.number();
const texts = v.string();

/** OpenAI's legacy completions format: llama-cpp-python, vLLM, Text Generation Inference. */
const legacy = v.object({
  tokens: v.array(texts),
  token_logprobs: v.array(v.nullable(number)),
  top_logprobs: v.nullish(v.array(v.nullable(v.record(texts, number)))),
});

const named = {
  token: texts,
  /** The token's bytes, where the server sends them. */
  bytes: v.nullish(v.array(number)),
  logprob: number,
};
const entry = v.object({ ...named, top_logprobs: v.nullish(v.array(v.object(named)), []) });
type Named = Omit<v.InferOutput<typeof entry>, 'top_logprobs'>;

/** The chat format: llama.cpp, mlx-lm. */
const chat = v.object({ content: v.array(entry) });
/** llama.cpp's own endpoint sends the same list under another name. */
const entries = v.array(entry);

/** One token as the server describes it. */
interface Entry {
  readonly text: string;
  readonly logprob: number | null;
  readonly top: readonly ServerCandidate[];
}

/** Converts stream events to tokens, in any of the formats for log-probabilities. */
export class TokenReader {
  readonly #spelling: Spelling;
  /** Joins characters whose bytes are split over tokens, where token names are bytes. */
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Summed log-probability of tokens whose text comes with a later one. */
  #pending: number | null = 0;
  #pendingTop: readonly ServerCandidate[] | undefined;
  /** Whether some of the answer has been read. */
  #begun = false;

  constructor(spelling: Spelling) {
    this.#spelling = spelling;
  }

  /**
   * Reads one event.
   * @param choice a choice of the event, or an event of llama.cpp's own endpoint
   * @returns the tokens that it completes
   */
  read(choice: Record<string, unknown>): ServerToken[] {
    const text = textOf(choice);
    const found = this.#entries(choice);
    if (found.length === 0) return pieces(text).map((piece) => this.#token({ text: piece, logprob: null, top: [] }));
    const joined = found.map((each) => each.text).join('');
    const lacksSpace = !this.#begun && joined === ` ${text}`;
    if (joined === text || lacksSpace) return this.#whole(found);
    if (text === '') return this.#whole(found.map((each) => ({ ...each, text: '' })));
    const named = this.#spelling === 'text' ? undefined : this.#named(found, text);
    if (named) return this.#whole(named);
    // Text whose tokens have no entry of their own, or entries of text removed by a stop string.
    const logprobs = found.map((each) => each.logprob);
    return [this.#token({ text, logprob: sum(logprobs), top: found[0].top })];
  }

  /**
   * mlx-lm cuts the first space of its text, and reports as chosen one of the most probable tokens, not necessarily the
   * sampled one: that is the one that spells the text. Undefined where none does.
   */
  #named(found: readonly Entry[], text: string): Entry[] | undefined {
    let rest = text;
    const named: Entry[] = [];
    for (const { text: own, logprob, top } of found) {
      const isFirst = !this.#begun && named.length === 0;
      const spelled = (name: string) => (isFirst && !rest.startsWith(name) ? name.trimStart() : name);
      const [best] = [{ text: own, logprob: logprob ?? Number.NEGATIVE_INFINITY }, ...top]
        .filter((token) => spelled(token.text) !== '' && rest.startsWith(spelled(token.text)))
        .sort((a, b) => spelled(b.text).length - spelled(a.text).length || b.logprob - a.logprob);
      if (best === undefined) return undefined;
      rest = rest.slice(spelled(best.text).length);
      named.push({ ...best, top });
    }
    return rest === '' ? named : undefined;
  }

  #whole(found: readonly Entry[]): ServerToken[] {
    const tokens: ServerToken[] = [];
    for (const each of found) {
      if (each.text !== '') {
        tokens.push(this.#token(each));
        continue;
      }
      this.#pending = sum([this.#pending, each.logprob]);
      this.#pendingTop ??= each.top;
    }
    return tokens;
  }

  /** Combines the pending token parts with this one. */
  #token({ text, logprob, top }: Entry): ServerToken {
    const token = { text, logprob: atMostCertain(sum([this.#pending, logprob])), top: this.#pendingTop ?? top };
    this.#begun = true;
    this.#pending = 0;
    this.#pendingTop = undefined;
    return token;
  }

  #entries(choice: Record<string, unknown>): Entry[] {
    const { logprobs, completion_probabilities: native } = choice;
    if (v.is(legacy, logprobs)) {
      return logprobs.tokens.map((token, i) => ({
        text: legacyName(token),
        logprob: logprobs.token_logprobs[i] ?? null,
        top: candidates(
          Object.entries(logprobs.top_logprobs?.[i] ?? {}).map(([name, logprob]) => [legacyName(name), logprob]),
        ),
      }));
    }
    const listed = v.safeParse(entries, v.is(chat, logprobs) ? logprobs.content : native);
    return (listed.success ? listed.output : []).map((each) => ({
      text: this.#streamed(each),
      logprob: each.logprob,
      top: candidates((each.top_logprobs ?? []).map((other) => [nameOf(other, this.#spelling), other.logprob])),
    }));
  }

  #streamed(each: Named): string {
    if (each.bytes || this.#spelling !== 'bytes') return nameOf(each, this.#spelling);
    return this.#decoder.decode(bytesOf(each.token), { stream: true });
  }
}

/** The text of an event of `/v1/completions` or of llama.cpp's own endpoint. */
function textOf({ text, content }: Record<string, unknown>): string {
  const given = text ?? content;
  return typeof given === 'string' ? given : '';
}

/** Guesses the spelling of token names from tokens that begin a word. */
export function spellingOf(choice: Record<string, unknown>): Spelling {
  const parsed = v.safeParse(chat, choice.logprobs);
  const names = parsed.success ? parsed.output.content.flatMap((each) => [each, ...(each.top_logprobs ?? [])]) : [];
  const unspelt = names.filter(({ bytes }) => !bytes).map(({ token }) => token);
  if (unspelt.some((name) => name.startsWith('Ġ'))) return 'bytes';
  return unspelt.some((name) => name.startsWith('▁')) ? 'pieces' : 'text';
}

/**
 * Splits a text where it may end: servers without log-probabilities may send many words at once, with an end-of-text
 * marker among them.
 */
function pieces(text: string): string[] {
  return text.match(/<\|[\w-]+\|>|\s*(?:(?!<\|[\w-]+\|>)\S)+|\s+/g) ?? [];
}

/** OpenAI escapes parts of characters as bytes; vLLM can be set to name tokens by ids, which are unknown here. */
function legacyName(name: string): string {
  if (/^token_id:\d+$/.test(name)) return '';
  if (!/^bytes:(?:\\x[\da-f]{2}|[^\\])+$/i.test(name)) return name;
  const spelt = name.slice('bytes:'.length).replace(/\\x([\da-f]{2})|[^\\]/gi, (sign, hex?: string) => {
    return hex ?? Buffer.from(sign).toString('hex');
  });
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(spelt, 'hex'));
}

function nameOf({ token, bytes }: Named, spelling: Spelling): string {
  if (bytes) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  if (spelling === 'pieces') return token.replaceAll('▁', ' ');
  return spelling === 'bytes' ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(token)) : token;
}

function bytesOf(name: string): Uint8Array {
  const bytes = unspell(name);
  return bytes === undefined ? new TextEncoder().encode(name) : Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}

/** Without tokens that have no text: parts of characters, the end of a text. */
function candidates(pairs: readonly (readonly [string, number])[]): ServerCandidate[] {
  return pairs
    .filter(([text]) => text !== '' && !text.includes('\ufffd'))
    .map(([text, logprob]) => ({ text, logprob: Math.min(0, logprob) }))
    .sort((a, b) => b.logprob - a.logprob);
}

/** Some servers round a probability to more than 1. */
function atMostCertain(logprob: number | null): number | null {
  return logprob === null ? null : Math.min(0, logprob);
}

function sum(logprobs: readonly (number | null)[]): number | null {
  let total: number | null = 0;
  for (const logprob of logprobs) total = total === null || logprob === null ? null : total + logprob;
  return total;
}
