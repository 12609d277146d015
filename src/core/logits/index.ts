/** What can be said of one row of logits: ranks, probabilities, and how to write those down. */
export {
  entropy,
  extent,
  type KnownTokens,
  logSoftmax,
  logSumExp,
  normaliser,
  percent,
  percentOf,
  type RankedToken,
  softmax,
  topK,
  topTokens,
} from './probabilities';
export { argmax, rankOf, type Scores } from './ranking';
