/** What can be said of one row of logits: ranks, probabilities, and how to write those down. */
export { type RankedToken, topK } from './distribution';
export { percent } from './percent';
export { argmax, rankOf, type Scores } from './ranking';
export { entropy, logSoftmax, logSumExp, normaliser, softmax } from './softmax';
