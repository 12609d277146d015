/** An engine under measurement, fed with token ids. It chooses the most probable token each time. */
export interface Contender {
  /** Reads a text from nothing; done when the next token is known. */
  prefill(ids: readonly number[]): Promise<void>;
  /** Makes the cache hold exactly this text. */
  remember(ids: readonly number[]): Promise<void>;
  /** Goes on from the remembered text: reads `ids`, then makes `count` tokens, telling when each is known. */
  proceed(ids: readonly number[], count: number, onToken: () => void): Promise<void>;
  /** As `remember` and `proceed`, the way the library's users do it, where that is another way. */
  generate?(ids: readonly number[], count: number, onToken: () => void): Promise<void>;
}

export type Opener = (path: string, threads: number) => Promise<Contender>;

/** The id of the largest logit. */
export function argmax(logits: ArrayLike<number>): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}
