import { logSoftmax, type Scores } from '../../logits';
import { check, type LogitsProcessor } from './processor';

/**
 * Divides positive and multiplies negative scores of every token seen so far, prompt included, once per token.
 * Keskar et al. 2019, "CTRL", https://arxiv.org/abs/1909.05858
 * @param ignore how many ids at the start of the sequence do not count
 * @param normalize penalise log-probabilities instead of logits
 */
export function repetitionPenalty(penalty: number, { ignore = 0, normalize = false } = {}): LogitsProcessor {
  check('repetition_penalty', penalty, penalty > 0, 'greater than 0');
  return ({ ids }, scores) => {
    if (normalize) logSoftmax(scores, scores);
    penalise(scores, ids.slice(ignore), penalty);
  };
}

/** The inverse for tokens of the prompt: above 1, they become more likely. */
export function promptRepetitionPenalty(penalty: number, promptIds?: readonly number[]): LogitsProcessor {
  check('encoder_repetition_penalty', penalty, penalty > 0, 'greater than 0');
  return ({ ids, promptLength }, scores) => penalise(scores, promptIds ?? ids.slice(0, promptLength), 1 / penalty);
}

/**
 * Lowers each token's score by `frequency` times its count in the generated text, and by `presence` if it occurs there
 * at all. The prompt does not count. OpenAI API reference, `frequency_penalty` and `presence_penalty`.
 */
export function countPenalty(frequency: number, presence: number): LogitsProcessor {
  return ({ ids, promptLength }, scores) => {
    for (const [id, count] of countTokens(ids.slice(promptLength))) lower(scores, id, frequency * count + presence);
  };
}

/**
 * Lowers each token's score by `penalty` for every beam of an earlier group that chose it at this step.
 * Vijayakumar et al. 2018, "Diverse Beam Search", https://arxiv.org/abs/1610.02424
 */
export function hammingDiversity(penalty: number): LogitsProcessor {
  return ({ peers = [] }, scores) => {
    for (const [id, count] of countTokens(peers)) lower(scores, id, penalty * count);
  };
}

/** A masked token stays so, whatever is taken off. */
function lower(scores: Scores, id: number, by: number): void {
  if (scores[id] !== -Infinity) scores[id] -= by;
}

function penalise(scores: Scores, ids: readonly number[], penalty: number): void {
  for (const id of new Set(ids)) scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
}

function countTokens(ids: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
