import { argmax, logSumExp } from '../../logits';
import type { LanguageModel } from '../model';
import type { DecodingRun } from '../run';
import type { Hypothesis, TokenStep } from '../steps';
import { append, grow, harvest } from './tokenByToken';

/** Guesses what comes next, and learns how many of its tokens were right. */
interface Drafter {
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
export async function* speculativeDecoding(
  run: DecodingRun,
  drafter: Drafter,
): AsyncGenerator<TokenStep, Hypothesis[]> {
  const { config, model, options } = run;
  const text = grow(run);
  run.unfinished = () => [harvest(run, text)];
  const rng = run.rng(0);
  while (!text.finish) {
    options.signal?.throwIfAborted();
    // Past the context length the window would slide with the guess, and the model would see less than without it.
    const room = Math.min(config.endLength, model.contextLength) - text.ids.length - 1;
    const guess = room > 0 ? await drafter.guess(text.ids, room) : [];
    const lastN = guess.length + 1;
    const [{ logits }] = await model.forward([[...text.ids, ...guess]], { lastN }, options.signal);
    let accepted = 0;
    for (let at = 0; at < lastN && accepted === at && !text.finish; at++) {
      const row = run.row(logits.subarray(at * model.vocabSize, (at + 1) * model.vocabSize));
      run.process(text.ids, row.scores);
      const id = run.choose(row.scores, rng);
      const drafted = id === guess[at];
      if (drafted) accepted++;
      const logprob = append(run, text, id, row);
      yield { kind: 'token', sequence: 0, id, logprob, drafted, trace: run.trace(row) };
    }
    drafter.learn(guess.length, accepted);
  }
  return [harvest(run, text)];
}

/**
 * Guesses that a text goes on as it did where its last few tokens stood before: looks for the longest n-gram first and
 * for its earliest occurrence. Saxena 2023, "Prompt Lookup Decoding", https://github.com/apoorvumang/prompt-lookup-decoding
 */
export function promptLookup(count: number, longestNgram: number): Drafter {
  return {
    async guess(ids, most) {
      for (let size = Math.min(longestNgram, ids.length - 1); size > 0; size--) {
        const ngram = ids.slice(-size);
        for (let at = 0; at + size < ids.length; at++) {
          if (ngram.every((id, i) => ids[at + i] === id)) {
            return ids.slice(at + size, at + size + Math.min(count, most));
          }
        }
      }
      return [];
    },
    learn() {},
  };
}

/**
 * Lets a smaller model decode greedily until it is unsure, with the processors of the run so that it does not guess
 * what they forbid. Where it has nothing to say it guesses nothing.
 * @throws an Error when the vocabularies differ
 */
export function draftModel(run: DecodingRun, model: LanguageModel): Drafter {
  const { config, options } = run;
  if (model.vocabSize !== run.model.vocabSize) {
    throw new Error(`assistantModel has ${model.vocabSize} tokens and the model ${run.model.vocabSize}.`);
  }
  let count = config.numAssistantTokens;
  return {
    async guess(ids, most) {
      const text = [...ids];
      while (text.length < ids.length + Math.min(count, most)) {
        const [{ logits }] = await model.forward([text], {}, options.signal);
        const { scores } = run.row(logits);
        run.process(text, scores);
        const id = argmax(scores);
        if (scores[id] === -Infinity) break;
        text.push(id);
        const sure = Math.exp(scores[id] - logSumExp(scores)) >= config.assistantConfidenceThreshold;
        if (!sure || config.eosIds.includes(id)) break;
      }
      return text.slice(ids.length);
    },
    learn(guessed, accepted) {
      if (config.numAssistantTokensSchedule === 'constant') return;
      count = accepted === guessed ? count + 2 : Math.max(1, count - 1);
    },
  };
}
