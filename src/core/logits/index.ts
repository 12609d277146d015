/** Functions on a row of logits: ranks, probabilities, and their display. */
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
