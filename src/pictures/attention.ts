/** Attention weights of the last token. */
export interface Attention {
  readonly layers: number;
  readonly heads: number;
  /** Number of tokens attended to, oldest first. */
  readonly tokens: number;
  /** Float32 `[layers, heads, tokens]`; each row sums to 1. */
  readonly attention: Float32Array;
}

/**
 * Attention of the last token to each of `seen.tokens` tokens, averaged over the layers and heads where `null` is
 * given. Sums to 1, as each row of the model does.
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

/** The attention that each head pays to one token, `[layers][heads]`. */
export function headsLookingAt(seen: Attention, token: number): number[][] {
  return range(seen.layers).map((l) =>
    range(seen.heads).map((h) => seen.attention[(l * seen.heads + h) * seen.tokens + token]),
  );
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
