import { createRng } from '../../core/decoding/random';
import { sample } from '../../core/decoding/sampling';
import { entropy, type KnownTokens, logSoftmax, type Scores, topTokens } from '../../core/logits';
import type { ShownStage } from './stages';

/** One row of the table of candidates. */
export interface Row {
  readonly id: number;
  /** Probability at the selected stage. */
  readonly probability: number;
  /** Sum of the probabilities down to this row. */
  readonly cumulative: number;
  /** Probability in the model's own distribution. */
  readonly raw: number;
  /** The model's raw output. */
  readonly logit: number;
}

/** The distribution after one stage, ready to be drawn. */
export interface Distribution {
  readonly rows: readonly Row[];
  readonly entropyBits: number;
  readonly perplexity: number;
}

/** The `count` most probable tokens of a stage, with their probabilities in the raw distribution for comparison. */
export function distributionOf(
  stage: ShownStage,
  logits: Float32Array,
  count: number,
  vocabulary: KnownTokens,
): Distribution {
  const raw = logSoftmax(logits);
  let cumulative = 0;
  const rows = topTokens(stage.scores, count, vocabulary)
    .filter(({ logprob }) => logprob > -Infinity)
    .map(({ id, logprob }) => {
      const probability = Math.exp(logprob);
      cumulative += probability;
      return { id, probability, cumulative, raw: Math.exp(raw[id]), logit: logits[id] };
    });
  const nats = entropy(stage.scores);
  return { rows, entropyBits: nats / Math.LN2, perplexity: Math.exp(nats) };
}

/** Tokens drawn from one distribution with one random stream. */
export interface Draws {
  readonly seed: number;
  readonly ids: readonly number[];
  /** How often each id was drawn. */
  readonly counts: ReadonlyMap<number, number>;
}

/** The scores without the vocabulary's padding rows, which must never be drawn. */
export function drawable(scores: Scores, { gaps }: KnownTokens): Scores {
  if (gaps.length === 0) return scores;
  const masked = scores.slice();
  for (const id of gaps) masked[id] = Number.NEGATIVE_INFINITY;
  return masked;
}

/**
 * Draws `count` more tokens with the engine's sampling: equal seeds give equal sequences.
 * @param before what was drawn so far from these scores with this seed
 */
export function drawOn(before: Draws | null, scores: Scores, seed: number, count: number): Draws {
  const rng = createRng(seed);
  const drawn = before?.ids ?? [];
  // Each draw took one number of the stream.
  for (let i = 0; i < drawn.length; i++) rng();
  const more = Array.from({ length: count }, () => sample(scores, rng));
  const counts = new Map(before?.counts);
  for (const id of more) counts.set(id, (counts.get(id) ?? 0) + 1);
  return { seed, ids: [...drawn, ...more], counts };
}
