import type { CachedModel } from '../engine/cachedModel';
import { scoringWindows } from '../engine/score';

/** Calls for each token of a text in order, with the logits before it. */
export async function forEachToken(
  model: CachedModel,
  ids: readonly number[],
  visit: (id: number, logits: Float32Array) => void,
): Promise<void> {
  const before = model.tokenizer.start;
  const text = [...before, ...ids];
  for (const { start, first } of scoringWindows(text.length, model.contextLength)) {
    // The logits after the last token of the text score nothing.
    const window = text.slice(start, Math.min(start + model.contextLength, text.length - 1));
    await model.forEachPosition(window, Math.max(first, before.length) - start - 1, (position, logits) => {
      visit(text[start + position + 1], logits);
    });
  }
}
