import type { DecodingRun, Row } from '../run';
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
export async function* tokenByToken(run: DecodingRun): AsyncGenerator<TokenStep, Hypothesis[]> {
  const texts = Array.from({ length: run.config.numReturnSequences }, (_, sequence) => ({
    ...grow(run),
    sequence,
    rng: run.rng(sequence),
  }));
  run.unfinished = () => texts.map((text) => harvest(run, text));
  for (let open = texts; open.length > 0; open = texts.filter((text) => !text.finish)) {
    const rows = await run.next(open.map((text) => text.ids));
    for (const [i, text] of open.entries()) {
      const row = rows[i];
      run.process(text.ids, row.scores);
      const id = run.choose(row.scores, text.rng);
      const logprob = append(run, text, id, row);
      yield { kind: 'token', sequence: text.sequence, id, logprob, trace: run.trace(row) };
    }
  }
  return texts.map((text) => harvest(run, text));
}

/** A text that is only the prompt. */
export function grow(run: DecodingRun): Growing {
  return { ids: [...run.prompt], logprobs: [] };
}

/** Adds a token with the model's own log-probability, and notes whether the text has ended. */
export function append(run: DecodingRun, text: Growing, id: number, { logits, normaliser }: Row): number {
  const logprob = logits[id] - normaliser;
  text.ids.push(id);
  text.logprobs.push(logprob);
  text.finish = run.finish(text.ids) ?? (run.timeIsUp() ? 'time' : undefined);
  return logprob;
}

/** The text as a result; one that has not ended was cancelled. */
export function harvest(run: DecodingRun, { ids, logprobs, finish = 'cancelled' }: Growing): Hypothesis {
  const score = logprobs.reduce((sum, logprob) => sum + logprob, 0);
  return { ids: ids.slice(run.prompt.length), logprobs, score, finish };
}
