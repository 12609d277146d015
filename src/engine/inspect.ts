import { normaliser, rankOf, topK } from '../core/logits';
import type { Inspection, LensLayer } from './api';
import type { CachedModel } from './cachedModel';
import { candidates } from './score';

/** Alternatives shown for each layer of the lens. */
const LENS_TOP = 5;

/** Attention and logit lens for the token after `ids`, of which there may be at most `contextLength`. */
export async function inspect(
  model: CachedModel,
  ids: readonly number[],
  candidate?: number,
  signal?: AbortSignal,
): Promise<Inspection> {
  const { result, capacity } = await model.inspect(ids, signal);
  const { attention, residual } = result;
  const logits = await model.exclusively(1, signal, (session) => session.lens(concatenate(residual)));
  const perLayer = residual.map((_, layer) => logits.subarray(layer * model.vocabSize, (layer + 1) * model.vocabSize));
  const chosen = candidate ?? topK(result.logits, 1)[0].id;
  const heads = attention[0].length / (capacity + 1);
  return {
    layers: attention.length,
    heads,
    tokens: ids.length,
    attention: lastRow(attention, heads, capacity, ids.length),
    candidate: chosen,
    lens: perLayer.map(
      (layerLogits, layer): LensLayer => ({
        layer,
        top: candidates(layerLogits, LENS_TOP, model.tokenizer),
        candidateLogprob: layerLogits[chosen] - normaliser(layerLogits),
        candidateRank: rankOf(layerLogits, chosen),
      }),
    ),
  };
}

/**
 * Converts each layer's `[heads, capacity + 1]`, of which `tokens - 1` cache positions are used, to `[layers, heads,
 * tokens]`.
 */
function lastRow(attention: readonly Float32Array[], heads: number, capacity: number, tokens: number): Float32Array {
  const rows = new Float32Array(attention.length * heads * tokens);
  attention.forEach((weights, layer) => {
    for (let head = 0; head < heads; head++) {
      const from = head * (capacity + 1);
      const to = (layer * heads + head) * tokens;
      rows.set(weights.subarray(from, from + tokens - 1), to);
      rows[to + tokens - 1] = weights[from + capacity];
    }
  });
  return rows;
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
