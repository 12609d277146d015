import * as v from 'valibot';
import { unspell } from '../../core/tokenizer/bytes';

/** A token that could have stood at a place, by its text: two of the same text cannot be told apart. */
export interface ServerCandidate {
  readonly text: string;
  /** Natural logarithm. */
  readonly logprob: number;
}

/** A piece of a server's answer: a token, or what of several cannot be told apart. Its characters are whole. */
export interface ServerToken {
  readonly text: string;
  /** The model's own, before the sampler; null where the server does not say. */
  readonly logprob: number | null;
  /** The likeliest at its place; the token itself need not be among them. */
  readonly top: readonly ServerCandidate[];
}

/** How a server spells the names of tokens: as they are, in GPT-2's byte alphabet (`Ġdoor`), or SentencePiece's (`▁door`). */
export type Spelling = 'text' | 'bytes' | 'pieces';

const number = v.number();
const texts = v.string();

/** OpenAI's legacy shape: llama-cpp-python, vLLM, Text Generation Inference. */
const legacy = v.object({
  tokens: v.array(texts),
  token_logprobs: v.array(v.nullable(number)),
  top_logprobs: v.nullish(v.array(v.nullable(v.record(texts, number)))),
});

const named = {
  token: texts,
  /** The bytes of the token, where the server gives them. */
  bytes: v.nullish(v.array(number)),
  logprob: number,
};
const entry = v.object({ ...named, top_logprobs: v.nullish(v.array(v.object(named)), []) });
type Named = Omit<v.InferOutput<typeof entry>, 'top_logprobs'>;

/** That of chats: llama.cpp, mlx-lm. */
const chat = v.object({ content: v.array(entry) });
/** llama.cpp's own endpoint has the same list under another name. */
const entries = v.array(entry);

/** An entry for a token, as a server gives it. */
interface Entry {
  readonly text: string;
  readonly logprob: number | null;
  readonly top: readonly ServerCandidate[];
}

/** Reads the tokens of a stream's events, whatever shape their log-probabilities have. */
export class TokenReader {
  readonly #spelling: Spelling;
  /** The bytes of a character that came in parts, where tokens are named by their bytes. */
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Of tokens whose characters come with a later one. */
  #pending: number | null = 0;
  #pendingTop: readonly ServerCandidate[] | undefined;
  /** Some of the answer has been read. */
  #begun = false;

  constructor(spelling: Spelling) {
    this.#spelling = spelling;
  }

  /**
   * @param choice an event's choice, or an event of llama.cpp's own endpoint
   * @returns the tokens whose characters are complete with it
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
    // Characters whose tokens have no entry of their own, or entries for what a stop string cut off.
    const logprobs = found.map((each) => each.logprob);
    return [this.#token({ text, logprob: sum(logprobs), top: found[0].top })];
  }

  /**
   * mlx-lm cuts the first space of its text, and names as chosen one of the likeliest tokens, which need not be the one
   * that it writes: that is the one that spells the text. Undefined where none does.
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

  /** Completes what is pending with a token. */
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

/** The text of an event, be it of `/v1/completions` or of llama.cpp's own endpoint. */
function textOf({ text, content }: Record<string, unknown>): string {
  const given = text ?? content;
  return typeof given === 'string' ? given : '';
}

/** How the tokens of an answer are named, told from those that could begin a word. */
export function spellingOf(choice: Record<string, unknown>): Spelling {
  const parsed = v.safeParse(chat, choice.logprobs);
  const names = parsed.success ? parsed.output.content.flatMap((each) => [each, ...(each.top_logprobs ?? [])]) : [];
  const unspelt = names.filter(({ bytes }) => !bytes).map(({ token }) => token);
  if (unspelt.some((name) => name.startsWith('Ġ'))) return 'bytes';
  return unspelt.some((name) => name.startsWith('▁')) ? 'pieces' : 'text';
}

/**
 * A text in pieces at which it may end: servers that give no log-probabilities may send many words at once, with the
 * end of the text as the model writes it among them.
 */
function pieces(text: string): string[] {
  return text.match(/<\|[\w-]+\|>|\s*(?:(?!<\|[\w-]+\|>)\S)+|\s+/g) ?? [];
}

/** OpenAI spells parts of characters by their bytes; vLLM, started so, names tokens by ids that are not known here. */
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

/** Without tokens that have no text of their own: halves of characters, the end of a text. */
function candidates(pairs: readonly (readonly [string, number])[]): ServerCandidate[] {
  return pairs
    .filter(([text]) => text !== '' && !text.includes('\ufffd'))
    .map(([text, logprob]) => ({ text, logprob: Math.min(0, logprob) }))
    .sort((a, b) => b.logprob - a.logprob);
}

/** Some servers round to more than certain. */
function atMostCertain(logprob: number | null): number | null {
  return logprob === null ? null : Math.min(0, logprob);
}

function sum(logprobs: readonly (number | null)[]): number | null {
  let total: number | null = 0;
  for (const logprob of logprobs) total = total === null || logprob === null ? null : total + logprob;
  return total;
}
