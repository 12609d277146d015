import { logSoftmax, topIndices } from '../scores';
import type { Session } from '../session';
import type { ContrastiveCandidate, Hypothesis, TokenStep } from '../steps';
import { append, grow, harvest } from './tokens';

/**
 * Contrastive search: of the `topK` most probable tokens takes the one with the best balance of probability and
 * novelty, which is how little its hidden state resembles that of any earlier token. The candidates of a step run as
 * one batch, whose logits are those of the next step.
 * Su et al. 2022, "A Contrastive Framework for Neural Text Generation", https://arxiv.org/abs/2202.06417
 */
export async function* contrastiveSearch(session: Session): AsyncGenerator<TokenStep, Hypothesis[]> {
  const { config, model, options } = session;
  const forward = (sequences: readonly (readonly number[])[]) => {
    options.signal?.throwIfAborted();
    return model.forward(sequences, { hidden: true }, options.signal);
  };
  const text = grow(session);
  let [current] = await forward([text.ids]);
  const width = statesOf(current).length / text.ids.length;
  const context = text.ids.map((_, i) => unit(statesOf(current).subarray(i * width, (i + 1) * width)));
  while (!text.finish) {
    const scores = current.logits.slice();
    session.process(text.ids, scores);
    const logprobs = logSoftmax(scores);
    const top = topIndices(logprobs, config.topK).filter((id) => logprobs[id] !== -Infinity);
    if (top.length === 0) throw new Error('No token is possible: the options forbid every one.');
    const answers = await forward(top.map((id) => [...text.ids, id]));
    const states = answers.map((answer) => unit(statesOf(answer).subarray(-width)));
    const candidates = top.map((id, i) =>
      rate(id, Math.exp(logprobs[id]), similarity(states[i], context), config.penaltyAlpha),
    );
    const chosen = candidates.reduce((best, candidate, i) => (candidate.score > candidates[best].score ? i : best), 0);
    const { id } = candidates[chosen];
    const logprob = append(session, text, id, current.logits);
    const trace = session.trace(current.logits, scores);
    yield { kind: 'token', sequence: 0, id, logprob, trace: trace && { ...trace, contrastive: candidates } };
    context.push(states[chosen]);
    current = answers[chosen];
  }
  return [harvest(session, text)];
}

function rate(id: number, probability: number, likeness: number, alpha: number): ContrastiveCandidate {
  return { id, probability, similarity: likeness, score: (1 - alpha) * probability - alpha * likeness };
}

function statesOf({ hidden }: { readonly hidden?: Float32Array }): Float32Array {
  if (!hidden) throw new Error('penaltyAlpha needs hidden states, and this model does not give them.');
  return hidden;
}

/** The vector scaled to length 1, so that products are cosines. */
function unit(vector: Float32Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return Float64Array.from(vector, (x) => x / length);
}

function similarity(state: Float64Array, context: readonly Float64Array[]): number {
  let greatest = -1;
  for (const other of context) {
    let product = 0;
    for (let i = 0; i < state.length; i++) product += state[i] * other[i];
    greatest = Math.max(greatest, product);
  }
  return greatest;
}
