/** The attention of the last token. */
export interface Attention {
  readonly layers: number;
  readonly heads: number;
  /** Tokens attended to, oldest first. */
  readonly tokens: number;
  /** Float32 `[layers, heads, tokens]`; each row sums to 1. */
  readonly attention: Float32Array;
}

/**
 * What the last token attends to: one weight for each of `seen.tokens` tokens, averaged over the layers and heads that
 * are not named. Rows of the model sum to 1, and so does their mean.
 */
export function attentionWeights(seen: Attention, layer: number | null, head: number | null): Float64Array {
  const weights = new Float64Array(seen.tokens);
  const layers = layer === null ? range(seen.layers) : [layer];
  const heads = head === null ? range(seen.heads) : [head];
  for (const l of layers) {
    for (const h of heads) {
      const row = (l * seen.heads + h) * seen.tokens;
      for (let t = 0; t < seen.tokens; t++) weights[t] += seen.attention[row + t];
    }
  }
  return weights.map((weight) => weight / (layers.length * heads.length));
}

/** How much of one token's weight each head gives: `[layers][heads]`. */
export function headsLookingAt(seen: Attention, token: number): number[][] {
  return range(seen.layers).map((l) =>
    range(seen.heads).map((h) => seen.attention[(l * seen.heads + h) * seen.tokens + token]),
  );
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
