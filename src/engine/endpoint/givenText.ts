import * as v from 'valibot';

/* What servers say of a text that is there: the log-probabilities of its tokens, and where it is cut. */

/** The first choice of an answer, or of one event of a stream: some servers write several though one was asked for. */
export function choicesOf(event: Record<string, unknown>): Record<string, unknown>[] {
  const { choices } = event;
  if (!Array.isArray(choices)) return [];
  return choices.filter((choice) => typeof choice === 'object' && choice && (choice.index ?? 0) === 0);
}

/** Whether a choice is a turn in a chat, which has no text that goes on from a prompt. */
export function isOfChat({ text, content, delta, message }: Record<string, unknown>): boolean {
  return text === undefined && content === undefined && (delta ?? message) != null;
}

/** A token of a text that is there. */
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

/** vLLM's log-probabilities of the prompt: for each token those of the likeliest and its own, which comes first. */
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

/** The tokens of an echoed prompt, and of what was written after it. */
export function echoed(choices: readonly Record<string, unknown>[]): readonly ScoredText[] {
  return choices.flatMap(({ logprobs }) => {
    const parsed = v.safeParse(legacyEcho, logprobs);
    if (!parsed.success) return [];
    const { tokens, token_logprobs: own } = parsed.output;
    return tokens.map((text, i) => ({ text, logprob: own[i] ?? null, rank: null }));
  });
}

/**
 * Whether a server echoes a prompt with its log-probabilities. Those of llama-cpp-python stand at the wrong tokens: its
 * list lacks the token that was generated, so that it does not spell the text.
 */
export function echoes(choices: readonly Record<string, unknown>[], prompt: string): boolean {
  const text = choices.map((choice) => (typeof choice.text === 'string' ? choice.text : '')).join('');
  const told = echoed(choices);
  return text.startsWith(prompt) && told.map((token) => token.text).join('') === text;
}

/** Characters that a token may be looked for ahead, over those whose tokens have no text of their own. */
const LOOK_AHEAD = 16;

/**
 * Puts tokens to their places in a text. Halves of characters have no text of their own, and vLLM does not name the first
 * token: what stands between the others is theirs.
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

/** What llama.cpp (`content`) and vLLM (`prompt`) are sent to cut a text. */
export function tokenizeBody(way: 'content' | 'prompt', text: string, model?: string): Record<string, unknown> {
  if (way === 'content') return { content: text, with_pieces: true };
  return { ...(model !== undefined && { model }), prompt: text, add_special_tokens: false, return_token_strs: true };
}

const tokenized = v.object({
  tokens: v.array(v.union([v.number(), v.object({ id: v.number(), piece: v.unknown() })])),
  token_strs: v.nullish(v.array(v.string())),
});

/** The ids of a text's tokens. */
export function idsIn(answer: unknown): number[] | undefined {
  const parsed = v.safeParse(tokenized, answer);
  if (!parsed.success || parsed.output.tokens.length === 0) return undefined;
  return parsed.output.tokens.map((token) => (typeof token === 'number' ? token : token.id));
}

/** The texts of a text's tokens; undefined where some are only parts of characters, or do not spell it. */
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
