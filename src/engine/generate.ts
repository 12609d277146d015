import { generate } from '../core/decoding/generate';
import type { LanguageModel } from '../core/decoding/model';
import type { TokenStep } from '../core/decoding/steps';
import { decode, END_OF_TEXT, StreamDecoder, tokenBytes } from '../core/tokenizer';
import type { GenerateRequest, Generation, GenerationEvent } from './api';

/**
 * Runs a generation and tells of each step as it is settled. The end-of-text token ends a text and is not part of it.
 * When the signal fires the generation ends where it is and says so.
 */
export async function generateText(
  model: LanguageModel,
  prompt: readonly number[],
  { config, trace }: Omit<GenerateRequest, 'text'>,
  onEvent: (event: GenerationEvent) => void = () => {},
  signal?: AbortSignal,
): Promise<Generation> {
  const decoder = new StreamDecoder();
  const written: TokenStep[] = [];
  const steps = generate(model, prompt, config, { signal, trace, tokenBytes });
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) {
        const { ids, logprobs, finish, sequences, seed } = value;
        const rest = sequences.map((each) => ({
          text: decode(withoutEnd(each.ids)),
          ids: each.ids,
          score: each.score,
          finish: each.finish,
        }));
        return { text: decode(withoutEnd(ids)), ids, logprobs, finish, sequences: rest, seed };
      }
      if (value.kind === 'beams') {
        onEvent(value);
        continue;
      }
      if (value.sequence > 0) continue;
      written.push(value);
      onEvent({ ...value, text: value.id === END_OF_TEXT ? decoder.end() : decoder.push(value.id) });
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
    const ids = written.map(({ id }) => id);
    const logprobs = written.map(({ logprob }) => logprob);
    return { text: decode(withoutEnd(ids)), ids, logprobs, finish: 'cancelled', sequences: [] };
  }
}

function withoutEnd(ids: readonly number[]): readonly number[] {
  return ids.at(-1) === END_OF_TEXT ? ids.slice(0, -1) : ids;
}
