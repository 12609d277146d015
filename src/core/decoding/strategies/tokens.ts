import { logSumExp } from '../scores';
import type { Session } from '../session';
import type { Finish, Hypothesis, TokenStep } from '../steps';

/** A text while it grows. */
export interface Growing {
  readonly ids: number[];
  readonly logprobs: number[];
  finish?: Finish;
}

/**
 * Greedy decoding and multinomial sampling: one token at a time, several samples as one batch. Each sample draws from
 * a stream of its own, so that what one does changes no other.
 */
export async function* tokenByToken(session: Session): AsyncGenerator<TokenStep, Hypothesis[]> {
  const texts = Array.from({ length: session.config.numReturnSequences }, (_, sequence) => ({
    ...grow(session),
    sequence,
    rng: session.rng(sequence),
  }));
  for (let open = texts; open.length > 0; open = texts.filter((text) => !text.finish)) {
    const rows = await session.next(open.map((text) => text.ids));
    for (const [i, text] of open.entries()) {
      const { logits, scores } = rows[i];
      session.process(text.ids, scores);
      const id = session.choose(scores, text.rng);
      const logprob = append(session, text, id, logits);
      yield { kind: 'token', sequence: text.sequence, id, logprob, trace: session.trace(logits, scores) };
    }
  }
  return texts.map((text) => harvest(session, text));
}

/** A text that is only the prompt. */
export function grow(session: Session): Growing {
  return { ids: [...session.prompt], logprobs: [] };
}

/** Adds a token with the model's own log-probability, and notes whether the text has ended. */
export function append(session: Session, text: Growing, id: number, logits: Float32Array): number {
  const logprob = logits[id] - logSumExp(logits);
  text.ids.push(id);
  text.logprobs.push(logprob);
  text.finish = session.finish(text.ids) ?? (session.timeIsUp() ? 'time' : undefined);
  return logprob;
}

/** The finished text as a result. */
export function harvest(session: Session, { ids, logprobs, finish = 'length' }: Growing): Hypothesis {
  const score = logprobs.reduce((sum, logprob) => sum + logprob, 0);
  return { ids: ids.slice(session.prompt.length), logprobs, score, finish };
}
