import * as v from 'valibot';

/* Readers of what servers return about a given text: log-probabilities of its tokens and token boundaries. */

/** The choices with index 0 of an answer or stream event: some servers send several although one was requested. */
export function choicesOf(event: Record<string, unknown>): Record<string, unknown>[] {
  const { choices } = event;
  if (!Array.isArray(choices)) return [];
  return choices.filter((choice) => typeof choice === 'object' && choice && (choice.index ?? 0) === 0);
}

/** Whether a choice is a chat message, which does not continue a prompt. */
export function isOfChat({ text, content, delta, message }: Record<string, unknown>): boolean {
  return text === undefined && content === undefined && (delta ?? message) != null;
}

/** A token of a given text. */
export interface ScoredText {
  readonly text: string;
  readonly logprob: number | null;
  readonly rank: number | null;
}

const promptLogprobs = v.array(
  v.nullable(
    v.record(
      v.string(),
      v.object({ logprob: v.number(), rank: v.nullish(v.number()), decoded_token: v.nullish(v.string()) }),
    ),
  ),
);

/** vLLM's `prompt_logprobs`: for each token a map of candidates, its own first. */
export function scoresOfPrompt(answer: unknown): readonly ScoredText[] | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const [choice] = choicesOf(answer as Record<string, unknown>);
  const parsed = v.safeParse(promptLogprobs, choice?.prompt_logprobs);
  if (!parsed.success || parsed.output.length < 2) return undefined;
  return parsed.output.map((row) => {
    const [own] = Object.values(row ?? {});
    const rank = own?.rank ?? null;
    return { text: own?.decoded_token ?? '', logprob: own?.logprob ?? null, rank: rank === null ? null : rank - 1 };
  });
}

const legacyEcho = v.object({ tokens: v.array(v.string()), token_logprobs: v.array(v.nullable(v.number())) });

/** The tokens of an echoed prompt and of its continuation. */
export function echoed(choices: readonly Record<string, unknown>[]): readonly ScoredText[] {
  return choices.flatMap(({ logprobs }) => {
    const parsed = v.safeParse(legacyEcho, logprobs);
    if (!parsed.success) return [];
    const { tokens, token_logprobs: own } = parsed.output;
    return tokens.map((text, i) => ({ text, logprob: own[i] ?? null, rank: null }));
  });
}

/**
 * Whether the server echoes a prompt with correct log-probabilities. llama-cpp-python assigns them to the wrong tokens:
 * its list lacks the generated token, and thus does not spell the text.
 */
export function echoes(choices: readonly Record<string, unknown>[], prompt: string): boolean {
  const text = choices.map((choice) => (typeof choice.text === 'string' ? choice.text : '')).join('');
  const told = echoed(choices);
  return text.startsWith(prompt) && told.map((token) => token.text).join('') === text;
}

/** How many characters to skip when looking for a token, for tokens without text of their own. */
const LOOK_AHEAD = 16;

/**
 * Aligns tokens with a text. Parts of characters have no text, and vLLM does not name the first token: text between the
 * aligned tokens belongs to those.
 */
export function aligned(tokens: readonly ScoredText[], text: string): ScoredText[] {
  const placed: ScoredText[] = [];
  let at = 0;
  let nameless: ScoredText[] = [];
  const fill = (to: number): void => {
    if (to > at) {
      const unknown = nameless.length === 0 || nameless.some(({ logprob }) => logprob === null);
      const logprob = unknown ? null : nameless.reduce((sum, token) => sum + (token.logprob ?? 0), 0);
      placed.push({ text: text.slice(at, to), logprob, rank: null });
    }
    nameless = [];
    at = to;
  };
  for (const token of tokens) {
    const found = token.text === '' || token.text.includes('\ufffd') ? -1 : text.indexOf(token.text, at);
    if (found < 0 || found - at > LOOK_AHEAD) {
      nameless.push(token);
      continue;
    }
    fill(found);
    placed.push(token);
    at += token.text.length;
    if (at === text.length) break;
  }
  fill(text.length);
  return placed;
}

/** Body of a request to tokenize: llama.cpp reads `content`, vLLM `prompt`. */
export function tokenizeBody(way: 'content' | 'prompt', text: string, model?: string): Record<string, unknown> {
  if (way === 'content') return { content: text, with_pieces: true };
  return { ...(model !== undefined && { model }), prompt: text, add_special_tokens: false, return_token_strs: true };
}

const tokenized = v.object({
  tokens: v.array(v.union([v.number(), v.object({ id: v.number(), piece: v.unknown() })])),
  token_strs: v.nullish(v.array(v.string())),
});

/** The ids in the answer to a request to tokenize. */
export function idsIn(answer: unknown): number[] | undefined {
  const parsed = v.safeParse(tokenized, answer);
  if (!parsed.success || parsed.output.tokens.length === 0) return undefined;
  return parsed.output.tokens.map((token) => (typeof token === 'number' ? token : token.id));
}

/**
 * The texts of the tokens in such an answer; undefined where some are parts of characters or they do not spell the
 * text.
 */
export function piecesIn(answer: unknown, text: string): string[] | undefined {
  const parsed = v.safeParse(tokenized, answer);
  if (!parsed.success) return undefined;
  const { tokens, token_strs: names } = parsed.output;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const bytes = tokens.map((token) => (typeof token === 'number' ? undefined : bytesOf(token.piece)));
  const pieces = bytes.every((each) => each !== undefined)
    ? bytes.map((each) => decoder.decode(each, { stream: true })).filter((piece) => piece !== '')
    : names?.map((name) => name.replaceAll('Ġ', ' ').replaceAll('Ċ', '\n').replaceAll('▁', ' '));
  return pieces?.join('') === text ? pieces : undefined;
}

function bytesOf(piece: unknown): Uint8Array | undefined {
  if (typeof piece === 'string') return new TextEncoder().encode(piece);
  return Array.isArray(piece) ? Uint8Array.from(piece) : undefined;
}
