import { logSoftmax } from '../../logits';
import { topIndices } from '../../logits/ranking';
import type { Forward, HiddenStates } from '../model';
import type { DecodingRun } from '../run';
import type { ContrastiveCandidate, Hypothesis, TokenStep } from '../steps';
import { append, grow, harvest } from './tokenByToken';

/**
 * Contrastive search: of the `topK` most probable tokens takes the one with the best balance of probability and
 * novelty, which is how little its hidden state resembles that of any earlier token that the model sees. The candidates
 * of a step run as one batch, whose logits are those of the next step.
 * Su et al. 2022, "A Contrastive Framework for Neural Text Generation", https://arxiv.org/abs/2202.06417
 */
export async function* contrastiveSearch(run: DecodingRun): AsyncGenerator<TokenStep, Hypothesis[]> {
  const { config, model, options } = run;
  const forward = (sequences: readonly (readonly number[])[]) => {
    options.signal?.throwIfAborted();
    return model.forward(sequences, { hidden: true }, options.signal);
  };
  const text = grow(run);
  run.unfinished = () => [harvest(run, text)];
  let [current] = await forward([text.ids]);
  let context = directions(statesOf(current));
  while (!text.finish) {
    const row = run.row(current.logits);
    run.process(text.ids, row.scores);
    const logprobs = logSoftmax(row.scores, new Float32Array(row.scores.length));
    const top = topIndices(logprobs, config.topK).filter((id) => logprobs[id] !== -Infinity);
    if (top.length === 0) throw new Error('No token is possible: the options forbid every one.');
    const answers = await forward(top.map((id) => [...text.ids, id]));
    const seen = statesOf(answers[0]);
    // After the window slides, the context's tokens have other positions and thus other hidden states.
    if (seen.count !== context.length + 1) context = directions(seen, seen.count - 1);
    const states = answers.map((answer) => direction(statesOf(answer), seen.count - 1));
    const candidates = top.map((id, i) =>
      rate(id, Math.exp(logprobs[id]), similarity(states[i], context), config.penaltyAlpha),
    );
    const chosen = candidates.reduce((best, candidate, i) => (candidate.score > candidates[best].score ? i : best), 0);
    const { id } = candidates[chosen];
    const trace = run.trace(row);
    const logprob = append(run, text, id, row);
    yield { kind: 'token', sequence: 0, id, logprob, trace: trace && { ...trace, contrastive: candidates } };
    context.push(states[chosen]);
    current = answers[chosen];
  }
  return [harvest(run, text)];
}

function rate(id: number, probability: number, likeness: number, alpha: number): ContrastiveCandidate {
  return { id, probability, similarity: likeness, score: (1 - alpha) * probability - alpha * likeness };
}

function statesOf({ hidden }: Forward): HiddenStates {
  if (!hidden) throw new Error('penaltyAlpha needs hidden states, and this model does not give them.');
  return hidden;
}

/** The first `count` states scaled to length 1, so that products are cosines. */
function directions(states: HiddenStates, count = states.count): Float64Array[] {
  return Array.from({ length: count }, (_, at) => direction(states, at));
}

/** A state scaled to length 1; one without length has no direction and resembles nothing. */
function direction({ values, count }: HiddenStates, at: number): Float64Array {
  const width = values.length / count;
  const state = values.subarray(at * width, (at + 1) * width);
  const length = Math.sqrt(state.reduce((sum, x) => sum + x * x, 0)) || 1;
  return Float64Array.from(state, (x) => x / length);
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
