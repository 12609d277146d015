import assert from 'node:assert/strict';
import { decode } from '../../../../src/core/decoding/decode';
import { buildProcessors } from '../../../../src/core/decoding/pipeline';
import { resolve } from '../../../../src/core/decoding/validate';
import { FakeModel, randomLogits } from './fakeModel';

const at = (promptLength: number) => ({ promptLength, vocabSize: 9, eosTokenId: 8 });
const model = () => new FakeModel(9, randomLogits(4, 9), 8);

describe('the order of the processors', () => {
  it('is that of Hugging Face, whatever the order of the options', () => {
    const config = {
      renormalizeLogits: true,
      etaCutoff: 0.1,
      epsilonCutoff: 0.1,
      typicalP: 0.9,
      minP: 0.1,
      topP: 0.9,
      topK: 5,
      topNSigma: 2,
      topH: 0.5,
      temperature: 0.5,
      doSample: true,
      beginSuppressTokens: [1],
      suppressTokens: [1],
      exponentialDecayLengthPenalty: [1, 2] as const,
      removeInvalidValues: true,
      forcedEosTokenId: 1,
      forcedBosTokenId: 1,
      minNewTokens: 1,
      minLength: 1,
      badWordsIds: [[1]],
      encoderNoRepeatNgramSize: 2,
      noRepeatNgramSize: 2,
      presencePenalty: 1,
      frequencyPenalty: 1,
      repetitionPenalty: 2,
      encoderRepetitionPenalty: 2,
      diversityPenalty: 1,
      sequenceBias: [[[1], 2]] as const,
    };
    const custom = { prefixAllowedTokensFn: () => [1], logitsProcessors: [() => {}] };
    const names = buildProcessors(resolve(config, at(3)), 3, custom).map(({ name }) => name);
    assert.deepEqual(names, [
      'sequenceBias',
      'diversityPenalty',
      'encoderRepetitionPenalty',
      'repetitionPenalty',
      'frequencyPenalty',
      'presencePenalty',
      'noRepeatNgramSize',
      'encoderNoRepeatNgramSize',
      'badWordsIds',
      'minLength',
      'minNewTokens',
      'prefixAllowedTokensFn',
      'forcedBosTokenId',
      'forcedEosTokenId',
      'removeInvalidValues',
      'exponentialDecayLengthPenalty',
      'suppressTokens',
      'beginSuppressTokens',
      'logitsProcessors',
      'temperature',
      'topH',
      'topNSigma',
      'topK',
      'topP',
      'minP',
      'typicalP',
      'epsilonCutoff',
      'etaCutoff',
      'renormalizeLogits',
    ]);
  });

  it('has nothing to do for an empty config but to keep 50 tokens when sampling', () => {
    assert.deepEqual(buildProcessors(resolve({}, at(1)), 1), []);
    assert.deepEqual(
      buildProcessors(resolve({ doSample: true }, at(1)), 1).map(({ name }) => name),
      ['topK'],
    );
  });
});

describe('a constrained prefix', () => {
  const word = [5, 6, 2];
  const prefixAllowedTokensFn = (_batch: number, ids: readonly number[]) =>
    ids.length < 2 + word.length ? [word[ids.length - 2]] : [0, 1, 2, 3];

  for (const config of [{}, { numBeams: 3 }, { doSample: true, seed: 1 }, { penaltyAlpha: 0.5, topK: 3 }]) {
    it(`holds with ${JSON.stringify(config)}`, async () => {
      const { ids } = await decode(model(), [1, 2], { maxNewTokens: 6, ...config }, { prefixAllowedTokensFn });
      assert.deepEqual(ids.slice(0, 3), word);
      assert.ok(ids.slice(3).every((id) => id <= 3));
    });
  }
});

describe("a caller's own processor", () => {
  it('is applied to the scores', async () => {
    const only = (_context: unknown, scores: Float32Array | Float64Array) => scores.fill(-1, 0, 8).fill(5, 3, 4);
    const { ids } = await decode(model(), [1], { maxNewTokens: 2 }, { logitsProcessors: [only] });
    assert.deepEqual(ids, [3, 3]);
  });
});
