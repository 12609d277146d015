import { entropy, logSoftmax, topK } from '../../core/logits';
import type { ShownStage } from './stages';

/** One row of the table of candidates. */
export interface Row {
  readonly id: number;
  /** Probability at the stage on show. */
  readonly probability: number;
  /** Sum of the probabilities down to this row. */
  readonly cumulative: number;
  /** Probability before anything was reshaped. */
  readonly raw: number;
  /** The model's output, untouched. */
  readonly logit: number;
}

/** The distribution of one stage, ready to be drawn. */
export interface Distribution {
  readonly rows: readonly Row[];
  readonly entropyBits: number;
  readonly perplexity: number;
}

/** The `count` most probable tokens of a stage, beside their probabilities in the raw distribution. */
export function distributionOf(stage: ShownStage, logits: Float32Array, count: number): Distribution {
  const raw = logSoftmax(logits);
  let cumulative = 0;
  const rows = topK(stage.scores, count)
    .filter(({ logprob }) => logprob > -Infinity)
    .map(({ id, logprob }) => {
      const probability = Math.exp(logprob);
      cumulative += probability;
      return { id, probability, cumulative, raw: Math.exp(raw[id]), logit: logits[id] };
    });
  const nats = entropy(stage.scores);
  return { rows, entropyBits: nats / Math.LN2, perplexity: Math.exp(nats) };
}
