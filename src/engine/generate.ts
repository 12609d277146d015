import type { GenerationConfig } from '../core/decoding/config';
import { generate } from '../core/decoding/generate';
import type { LanguageModel } from '../core/decoding/model';
import type { TokenStep } from '../core/decoding/steps';
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
  const { trace } = request;
  const decoder = new StreamDecoder();
  const written: TokenStep[] = [];
  const steps = generate(model, prompt, config, { signal, trace, tokenBytes });
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) {
        const { ids, logprobs, finish, sequences, seed } = value;
        const rest = sequences.map((each) => ({
          text: decode(withoutEnd(each.ids)).slice(skip),
          ids: each.ids,
          score: each.score,
          finish: each.finish,
        }));
        return { text: decode(withoutEnd(ids)).slice(skip), ids, logprobs, finish, sequences: rest, seed };
      }
      if (value.kind === 'beams') {
        onEvent(value);
        continue;
      }
      if (value.sequence > 0) continue;
      written.push(value);
      const text = value.id === END_OF_TEXT ? decoder.end() : decoder.push(value.id);
      onEvent({ ...value, text: written.length === 1 ? text.slice(skip) : text });
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
    const ids = written.map(({ id }) => id);
    const logprobs = written.map(({ logprob }) => logprob);
    return { text: decode(withoutEnd(ids)).slice(skip), ids, logprobs, finish: 'cancelled', sequences: [] };
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
