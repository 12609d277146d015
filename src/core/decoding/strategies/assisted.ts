import type { Session } from '../session';
import type { Hypothesis, TokenStep } from '../steps';
import { append, grow, harvest } from './tokens';

/** Guesses what comes next, and learns how many of its tokens were right. */
export interface Drafter {
  /** At most `most` tokens, perhaps none. */
  guess(ids: readonly number[], most: number): Promise<readonly number[]>;
  learn(guessed: number, accepted: number): void;
}

/**
 * Greedy decoding or sampling that lets a drafter guess several tokens and checks them in one run of the model. Each
 * token is still chosen from the model's own processed scores with the same random numbers; a guess only saves the run
 * that would have asked for it. So the text is the same as without drafting, token for token, sampled or not.
 * Leviathan, Kalman and Matias 2023, "Fast Inference from Transformers via Speculative Decoding",
 * https://arxiv.org/abs/2211.17192, without its resampling, which would make the text depend on the draft.
 */
export async function* assistedDecoding(session: Session, drafter: Drafter): AsyncGenerator<TokenStep, Hypothesis[]> {
  const { config, model, options } = session;
  const text = grow(session);
  const rng = session.rng(0);
  while (!text.finish) {
    options.signal?.throwIfAborted();
    // Past the context length the window would slide with the guess, and the model would see less than without it.
    const room = Math.min(config.endLength, model.contextLength) - text.ids.length - 1;
    const guess = room > 0 ? await drafter.guess(text.ids, room) : [];
    const lastN = guess.length + 1;
    const [{ logits }] = await model.forward([[...text.ids, ...guess]], { lastN }, options.signal);
    let accepted = 0;
    for (let at = 0; at < lastN && accepted === at && !text.finish; at++) {
      const row = logits.subarray(at * model.vocabSize, (at + 1) * model.vocabSize);
      const scores = row.slice();
      session.process(text.ids, scores);
      const id = session.choose(scores, rng);
      const drafted = id === guess[at];
      if (drafted) accepted++;
      const logprob = append(session, text, id, row);
      yield { kind: 'token', sequence: 0, id, logprob, drafted, trace: session.trace(row, scores) };
    }
    drafter.learn(guess.length, accepted);
  }
  return [harvest(session, text)];
}
