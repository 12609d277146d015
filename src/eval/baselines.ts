import type { WordEnd } from '../core/completion/types';
import { type NextWord, splitWords, type TrigramModel } from './ngram';
import type { Prediction, Predictor } from './predictor';

/** Limit of words in a baseline's suggestion, which also ends with the sentence. */
const MOST_WORDS = 6;
const REACH = 400;
const ENDS = /^[.!?]$/;
const IS_WORD = /[\p{L}\p{N}]/u;

/** Kneser-Ney trigrams, greedily word by word. */
export function trigramBaseline(model: TrigramModel): Predictor {
  return baseline('Kneser-Ney trigram', MOST_WORDS, (previous, typed) => model.next(previous, typed)[0]);
}

/** The word that most often followed the last one. */
export function frequentBaseline(model: TrigramModel): Predictor {
  return baseline('most frequent next word', 1, (previous, typed) => model.mostFrequent(previous.at(-1), typed));
}

function baseline(
  name: string,
  most: number,
  next: (previous: readonly string[], typed: string) => NextWord | undefined,
): Predictor {
  return {
    name,
    async predict({ prefix }) {
      const near = prefix.slice(-REACH);
      const words = splitWords(near);
      const typed = IS_WORD.test(near.slice(-1)) ? (words.pop() ?? '') : '';
      return write(next, words, typed, near === '' || /\s$/.test(near), most);
    },
  };
}

/** Predicts word after word; the first may complete a partial word. Punctuation ends a word without counting as one. */
function write(
  next: (previous: readonly string[], typed: string) => NextWord | undefined,
  previous: readonly string[],
  typed: string,
  spaced: boolean,
  most: number,
): Prediction {
  const said = [...previous];
  const ends: WordEnd[] = [];
  let text = '';
  let logprob = 0;
  for (let steps = 1; ends.length < most; steps++) {
    const found = next(said, steps === 1 ? typed : '');
    if (found === undefined) break;
    said.push(found.word);
    logprob += found.logprob;
    if (steps === 1 && typed !== '') text += found.word.slice(typed.length);
    else text += IS_WORD.test(found.word) && !(text === '' && spaced) ? ` ${found.word}` : found.word;
    if (text !== '') ends.push({ length: text.length, confidence: logprob / steps, logprob });
    if (ENDS.test(found.word)) break;
  }
  return { text, words: ends };
}
