import type { WhyMessage } from '../protocol';

/**
 * What the last token attends to: one weight for each of `why.tokens` tokens, averaged over the layers and heads that
 * are not named. Rows of the model sum to 1, and so does their mean.
 */
export function attentionWeights(why: WhyMessage, layer: number | null, head: number | null): Float64Array {
  const weights = new Float64Array(why.tokens);
  const layers = layer === null ? range(why.layers) : [layer];
  const heads = head === null ? range(why.heads) : [head];
  for (const l of layers) {
    for (const h of heads) {
      const row = (l * why.heads + h) * why.tokens;
      for (let t = 0; t < why.tokens; t++) weights[t] += why.attention[row + t];
    }
  }
  return weights.map((weight) => weight / (layers.length * heads.length));
}

/** How much of one token's weight each head gives: `[layers][heads]`. */
export function headsLookingAt(why: WhyMessage, token: number): number[][] {
  return range(why.layers).map((l) =>
    range(why.heads).map((h) => why.attention[(l * why.heads + h) * why.tokens + token]),
  );
}

/** The first layer from which the candidate stays the favourite to the end, or null when it is not the favourite. */
export function favouriteFrom(why: WhyMessage): number | null {
  let from: number | null = null;
  for (const { layer, candidateRank } of [...why.lens].reverse()) {
    if (candidateRank !== 0) break;
    from = layer;
  }
  return from;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
