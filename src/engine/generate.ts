import { generate } from '../core/decoding/decode';
import type { TextModel } from '../core/decoding/model';
import type { GenerationConfig } from '../core/decoding/options';
import type { StreamDecoder, Tokenizer } from '../core/tokenizer';
import type { GenerateRequest, Generation, GenerationEvent } from './api';
import { idsOf } from './request';

/**
 * Runs a generation and reports each step. The end-of-text token ends a text and is not part of it. When the signal
 * fires, resolves with the text so far and the finish `cancelled`.
 */
export async function generateText(
  model: TextModel,
  request: GenerateRequest,
  onEvent: (event: GenerationEvent) => void = () => {},
  signal?: AbortSignal,
): Promise<Generation> {
  const { tokenizer } = model;
  const { prompt, config, skip } = healed(model, request);
  const decoder = tokenizer.streamDecoder();
  const tokenBytes = (id: number) => tokenizer.tokenBytes(id);
  const textOf = (ids: readonly number[]) => {
    const ending = tokenizer.streamDecoder();
    const text = ids.map((id) => textWith(tokenizer, ending, id)).join('');
    return (request.wholeCharacters ? text : text + ending.end()).slice(skip);
  };
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
      const text = textWith(tokenizer, decoder, value.id);
      onEvent({ ...value, text: first ? text.slice(skip) : text });
      first = false;
    }
  }
}

/** The text that a token completes; empty for special tokens, which are not part of the text. */
function textWith(tokenizer: Tokenizer, decoder: StreamDecoder, id: number): string {
  return id === tokenizer.endOfText || tokenizer.isSpecial(id) ? '' : decoder.push(id);
}

const SPACE = new TextEncoder().encode(' ');

/** The request to run, and the number of characters that are already in the text. */
function healed(
  { tokenizer, vocabSize }: TextModel,
  request: GenerateRequest,
): { prompt: readonly number[]; config: GenerationConfig; skip: number } {
  const { text, appended } = request;
  const config = withoutGaps(tokenizer, vocabSize, request.config);
  if (!request.healSpace || appended?.length || !/\S $/.test(text)) {
    return { prompt: idsOf(tokenizer, request), config, skip: 0 };
  }
  const spaced = new Set(tokenizer.tokensWithPrefix(SPACE));
  const others = Array.from({ length: vocabSize }, (_, id) => id).filter((id) => !spaced.has(id));
  const beginSuppressTokens = [...(config.beginSuppressTokens ?? []), ...others];
  return {
    prompt: idsOf(tokenizer, { ...request, text: text.slice(0, -1) }),
    config: { ...config, beginSuppressTokens },
    skip: 1,
  };
}

/** Rows of the model without a token in its tokenizer, such as padding, are masked. */
function withoutGaps(tokenizer: Tokenizer, vocabSize: number, config: GenerationConfig): GenerationConfig {
  const padding = Array.from({ length: Math.max(0, vocabSize - tokenizer.size) }, (_, i) => tokenizer.size + i);
  const gaps = [...tokenizer.gaps.filter((id) => id < vocabSize), ...padding];
  return gaps.length === 0 ? config : { ...config, suppressTokens: [...(config.suppressTokens ?? []), ...gaps] };
}
