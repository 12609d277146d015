import assert from 'node:assert/strict';
import { decode } from '../../../../src/core/decoding/decode';
import { applyNamedProcessor } from '../../../../src/core/decoding/namedProcessors';
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

describe('processors beside each other', () => {
  it('leave a masked end masked while the decay grows', async () => {
    const flat = () => new FakeModel(4, () => [1, 0, -1, 2], 3);
    const config = { minNewTokens: 6, exponentialDecayLengthPenalty: [1, 1.1] as const, maxNewTokens: 12 };
    for (const strategy of [{}, { doSample: true, seed: 1, topK: 0 }, { numBeams: 2 }]) {
      const { ids, finish } = await decode(flat(), [0], { ...config, ...strategy });
      assert.ok(!ids.slice(0, 6).includes(3));
      assert.equal(finish, 'end-of-text');
    }
  });

  it('end a text whose decay has outgrown every number', async () => {
    const { ids } = await decode(new FakeModel(3, () => [5, 0, -4], 2), [0], {
      exponentialDecayLengthPenalty: [0, 1e39],
      maxNewTokens: 20,
    });
    assert.deepEqual(ids, [0, 2]);
    for (const [score, expected] of [
      [0, 0],
      [1, 3.4028234663852886e38],
    ]) {
      const { output } = applyNamedProcessor({
        processor: 'exponential_decay',
        params: { start: 0, factor: 1e300, eos_token_id: 0, input_ids: [1, 1, 1] },
        input: [score],
      });
      assert.deepEqual(output, [expected]);
    }
  });

  it('draw the best token at a temperature that would overflow', async () => {
    const { ids } = await decode(new FakeModel(3, () => [-9, -5, -7]), [0], {
      doSample: true,
      temperature: 1e-44,
      seed: 1,
      maxNewTokens: 3,
    });
    assert.deepEqual(ids, [1, 1, 1]);
  });

  it('suppress tokens at the beginning after a forced first one', async () => {
    // Of Hugging Face: after a prompt of one token with a forced first one, begin_index is one further.
    const { ids } = await decode(new FakeModel(9, () => [0, 0, 0, 0, 0, 0, 1, 9, 0]), [2], {
      forcedBosTokenId: 7,
      beginSuppressTokens: [7],
      maxNewTokens: 3,
    });
    assert.deepEqual(ids, [7, 6, 7]);
  });

  it('keep a token masked that guidance meets masked', () => {
    const params = { guidance_scale: 2, unconditional: [0, '-inf', 0] };
    const { output } = applyNamedProcessor({ processor: 'cfg', params, input: ['-inf', 0, 0] });
    assert.deepEqual(output.slice(0, 2), ['-inf', '-inf']);
    assert.equal(typeof output[2], 'number');
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
