import type { LanguageModel } from '../model';
import { argmax, logSumExp } from '../scores';
import type { Session } from '../session';
import type { Drafter } from './assisted';

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
 * Lets a smaller model decode greedily until it is unsure, with the processors of the session so that it does not
 * guess what they forbid.
 * @throws an Error when the vocabularies differ
 */
export function draftModel(session: Session, model: LanguageModel): Drafter {
  const { config, options } = session;
  if (model.vocabSize !== session.model.vocabSize) {
    throw new Error(`assistantModel has ${model.vocabSize} tokens and the model ${session.model.vocabSize}.`);
  }
  let count = config.numAssistantTokens;
  return {
    async guess(ids, most) {
      const text = [...ids];
      while (text.length < ids.length + Math.min(count, most)) {
        const [{ logits }] = await model.forward([text], {}, options.signal);
        const scores = logits.slice();
        session.process(text, scores);
        const id = argmax(scores);
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
