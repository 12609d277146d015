/** Statistics of log-probabilities: of a text, its sentences and words, and of possible next words. */
export { type Chunk, ChunkCutter } from './chunks';
export { type Levels, levelOf, levelsFor, USUAL_LEVELS } from './levels';
export { bitsPerCharacter, meanLogprob, perplexity, sumLogprobs, surprisal } from './likelihood';
export { isWord, type Passage, scorePassages, WORD_OR_PUNCTUATION, wordSpans } from './passages';
export { type NextWords, type NextWordsOptions, nextWords } from './words';
