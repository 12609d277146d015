import { normaliser } from '../core/logits';
import { topIndices } from '../core/logits/ranking';
import { type Mixed, ReadingMemory } from '../core/memory';
import type { CachedModel } from '../engine/cachedModel';
import { forEachToken } from '../engine/score';
import type { WritersText } from './cases';

/** Prediction quality: mean surprisal in nats per token, and the share of tokens predicted as most probable. */
export interface Predicted {
  readonly nats: number;
  readonly top1: number;
}

export interface MemoryPerplexity {
  /** If 0, the means are NaN. */
  readonly tokens: number;
  readonly model: Predicted;
  readonly memory: Predicted;
}

export interface MemoryOptions {
  /** Texts in the memory before the first document. */
  readonly remembered: readonly WritersText[];
  readonly maxTokens?: number;
  /** Start each document with an empty memory. */
  readonly forget?: boolean;
}

/**
 * Scores one writer's texts in order, each after `<|endoftext|>`, with the model alone and with a memory of the texts
 * so far. The memory predicts each token before it learns it.
 */
export async function measureWithMemory(
  model: CachedModel,
  documents: readonly WritersText[],
  { remembered, maxTokens = Number.POSITIVE_INFINITY, forget = false }: MemoryOptions,
): Promise<MemoryPerplexity> {
  const { tokenizer } = model;
  const separator = tokenizer.start[tokenizer.start.length - 1];
  const memory = new ReadingMemory(tokenizer);
  for (const { text } of remembered) memory.remember(tokenizer.encode(text), separator);
  const alone = { nats: 0, right: 0 };
  const mixed = { nats: 0, right: 0 };
  const addends = new Float64Array(model.vocabSize);
  let tokens = 0;
  for (const { text } of documents) {
    const ids = tokenizer.encode(text).slice(0, maxTokens - tokens);
    if (ids.length === 0) continue;
    memory.begin(separator, forget);
    await forEachToken(model, ids, (id, logits) => {
      const [first] = topIndices(logits, 1);
      const total = normaliser(logits);
      const probability = Math.exp(logits[id] - total);
      alone.nats += total - logits[id];
      if (id === first) alone.right++;
      const expected = memory.expect(Math.exp(logits[first] - total));
      mixed.nats -= Math.log(expected.probability(id, probability));
      if (id === mostProbable(expected, first, (other) => Math.exp(logits[other] - total), addends)) mixed.right++;
      memory.read(id, expected, probability);
    });
    tokens += ids.length;
  }
  const mean = ({ nats, right }: typeof alone): Predicted => ({ nats: nats / tokens, top1: right / tokens });
  return { tokens, model: mean(alone), memory: mean(mixed) };
}

/**
 * The mixture's most probable token: the model's, or one of those that the memory adds to.
 * @param addends scratch array of zeros, one per token; all zeros again on return
 */
function mostProbable(mixed: Mixed, first: number, model: (id: number) => number, addends: Float64Array): number {
  const touched: number[] = [first];
  mixed.forEachAddend((id, addend) => {
    if (addends[id] === 0) touched.push(id);
    addends[id] += addend;
  });
  let best = first;
  let most = 0;
  for (const id of touched) {
    const probability = mixed.modelShare * model(id) + addends[id];
    if (probability > most || (probability === most && id < best)) [best, most] = [id, probability];
  }
  for (const id of touched) addends[id] = 0;
  return best;
}
