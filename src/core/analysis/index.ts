/** What a model's logits and log-probabilities say: about the next token, a text, its sentences and words. */
export { type Block, BlockCutter } from './blocks';
export { entropy, type Logits, logSoftmax, logSumExp, type RankedToken, rankOf, softmax, topK } from './distribution';
export { bitsPerCharacter, meanLogprob, perplexity, sumLogprobs, surprisal } from './likelihood';
export { type Passage, type PlacedToken, type Span, scorePassages, sentenceSpans, wordSpans } from './passages';
export { type NextWord, type NextWords, type NextWordsOptions, nextWords } from './words';
