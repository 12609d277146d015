import { generate } from '../core/decoding/decode';
import type { LanguageModel } from '../core/decoding/model';
import type { GenerationConfig } from '../core/decoding/options';
import { decode, END_OF_TEXT, StreamDecoder, tokenBytes, tokensWithPrefix, VOCAB_SIZE } from '../core/tokenizer';
import type { GenerateRequest, Generation, GenerationEvent } from './api';
import { idsOf } from './request';

/**
 * Runs a generation and tells of each step as it is settled. The end-of-text token ends a text and is not part of it.
 * When the signal fires the generation ends where it is and says so.
 */
export async function generateText(
  model: LanguageModel,
  request: GenerateRequest,
  onEvent: (event: GenerationEvent) => void = () => {},
  signal?: AbortSignal,
): Promise<Generation> {
  const { prompt, config, skip } = healed(request);
  const decoder = new StreamDecoder();
  const textOf = (ids: readonly number[]) => decode(withoutEnd(ids)).slice(skip);
  const steps = generate(model, prompt, config, { signal, trace: request.trace, tokenBytes });
  let first = true;
  for (;;) {
    const { done, value } = await steps.next();
    if (done) {
      const { ids, logprobs, finish, seed } = value;
      const sequences = value.sequences.map(({ ids, score, finish }) => ({ text: textOf(ids), ids, score, finish }));
      return { text: textOf(ids), ids, logprobs, finish, sequences, seed };
    }
    if (value.kind === 'beams') onEvent(value);
    else if (value.sequence === 0) {
      const text = value.id === END_OF_TEXT ? decoder.end() : decoder.push(value.id);
      onEvent({ ...value, text: first ? text.slice(skip) : text });
      first = false;
    }
  }
}

function withoutEnd(ids: readonly number[]): readonly number[] {
  return ids.at(-1) === END_OF_TEXT ? ids.slice(0, -1) : ids;
}

const SPACE = new TextEncoder().encode(' ');

/** What to run for a request, and how many characters of the answer are there already. */
function healed(request: GenerateRequest): { prompt: readonly number[]; config: GenerationConfig; skip: number } {
  const { text, appended, config } = request;
  if (!request.healSpace || appended?.length || !/\S $/.test(text)) return { prompt: idsOf(request), config, skip: 0 };
  const spaced = new Set(tokensWithPrefix(SPACE));
  const others = Array.from({ length: VOCAB_SIZE }, (_, id) => id).filter((id) => !spaced.has(id));
  const beginSuppressTokens = [...(config.beginSuppressTokens ?? []), ...others];
  return {
    prompt: idsOf({ ...request, text: text.slice(0, -1) }),
    config: { ...config, beginSuppressTokens },
    skip: 1,
  };
}
