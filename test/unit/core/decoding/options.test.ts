import assert from 'node:assert/strict';
import { decode } from '../../../../src/core/decoding/decode';
import { OptionError } from '../../../../src/core/decoding/optionError';
import { type GenerationConfig, OPTIONS } from '../../../../src/core/decoding/options';
import type { GenerateOptions } from '../../../../src/core/decoding/run';
import { validate } from '../../../../src/core/decoding/validate';
import { FakeModel, randomLogits } from './fakeModel';

const EOS = 11;
const prompt = [1, 2, 3, 1, 2];
const sampling = { doSample: true, seed: 1, topK: 0, maxNewTokens: 30, eosTokenId: [] } as const;
const beams = { numBeams: 4, numReturnSequences: 4, maxNewTokens: 12 } as const;
const groups = { ...beams, numBeamGroups: 2, diversityPenalty: 1 } as const;

/** Goes round in circles, and offers end-of-text ever more. */
const logits = (ids: readonly number[]) => {
  const row = randomLogits(3, 12, 3)(ids.slice(-2));
  row[EOS] = (ids.length - prompt.length) / 4;
  return row;
};

/** What can be seen of a generation: texts, reasons, and the work of the models. */
async function outcome(config: GenerationConfig, options: GenerateOptions = {}): Promise<unknown> {
  const model = new FakeModel(12, logits, EOS);
  const assistantModel = options.assistantModel && new FakeModel(12, randomLogits(8, 12, 3), EOS);
  let seconds = 0;
  const now = () => seconds++ * 1000;
  const tokenBytes = (id: number) => Uint8Array.of(97 + id);
  const result = await decode(model, prompt, config, { now, tokenBytes, ...options, assistantModel });
  return [result.sequences.map(({ ids, finish }) => [ids, finish]), model.runs, model.rows, assistantModel?.runs];
}

const draft = { assistantModel: new FakeModel(12, logits, EOS) };

/** For each option a value and the other options beside which it must change the outcome. */
const ACTS: Record<keyof GenerationConfig, [value: unknown, beside: GenerationConfig, options?: GenerateOptions]> = {
  maxNewTokens: [3, {}],
  maxLength: [7, {}],
  minLength: [19, {}],
  minNewTokens: [15, {}],
  maxTime: [2, { eosTokenId: [] }],
  stopStrings: [['b', 'c', 'd', 'e', 'f', 'g', 'h'], {}],
  eosTokenId: [[0, 1, 2, 3, 4, 5, 6], {}],
  doSample: [true, {}],
  seed: [7, { ...sampling, seed: undefined }],
  temperature: [3, sampling],
  topK: [2, { ...sampling, topK: undefined }],
  topP: [0.3, sampling],
  minP: [0.5, sampling],
  topH: [0.2, sampling],
  typicalP: [0.2, sampling],
  epsilonCutoff: [0.3, sampling],
  etaCutoff: [0.9, sampling],
  topNSigma: [0.5, sampling],
  repetitionPenalty: [3, {}],
  encoderRepetitionPenalty: [9, {}],
  frequencyPenalty: [4, { eosTokenId: [], maxNewTokens: 60 }],
  presencePenalty: [4, { eosTokenId: [], maxNewTokens: 60 }],
  noRepeatNgramSize: [1, {}],
  encoderNoRepeatNgramSize: [1, { maxNewTokens: 60, eosTokenId: [] }],
  badWordsIds: [[[4], [5], [6], [7]], {}],
  sequenceBias: [[[[4], 20]], {}],
  exponentialDecayLengthPenalty: [[0, 5], { eosTokenId: 0 }],
  suppressTokens: [[0, 4, 5, 6, 7, 8], {}],
  beginSuppressTokens: [[1], {}],
  forcedBosTokenId: [10, {}],
  forcedEosTokenId: [4, { eosTokenId: [] }],
  forcedStartIds: [[10, 9], {}],
  removeInvalidValues: [true, {}],
  renormalizeLogits: [true, { ...beams, suppressTokens: [0, 4, 5, 6, 7, 8] }],
  guidanceScale: [4, {}],
  negativePromptIds: [[9, 8], { guidanceScale: 4 }],
  numReturnSequences: [2, sampling],
  numBeams: [3, {}],
  numBeamGroups: [4, groups],
  diversityPenalty: [9, groups],
  lengthPenalty: [-3, beams],
  earlyStopping: [true, { ...beams, maxNewTokens: 30 }],
  penaltyAlpha: [0.8, {}],
  promptLookupNumTokens: [5, { eosTokenId: [] }],
  maxMatchingNgramSize: [1, { eosTokenId: [], promptLookupNumTokens: 5 }],
  numAssistantTokens: [1, { eosTokenId: [] }, draft],
  numAssistantTokensSchedule: ['heuristic_transient', { eosTokenId: [], numAssistantTokens: 3 }, draft],
  assistantConfidenceThreshold: [0.95, { eosTokenId: [] }, draft],
};

describe('every option', () => {
  it('is among those tested here', () => {
    assert.deepEqual(Object.keys(ACTS).sort(), Object.keys(OPTIONS).sort());
  });

  for (const [option, [value, beside, options]] of Object.entries(ACTS)) {
    if (option === 'removeInvalidValues' || option === 'seed' || option === 'doSample') continue;
    it(`acts: ${option}`, async () => {
      const without = await outcome(beside, options);
      assert.deepEqual(await outcome(beside, options), without);
      assert.notDeepEqual(await outcome({ ...beside, [option]: value }, options), without);
    });
  }

  it('acts: doSample', async () => {
    assert.notDeepEqual(await outcome({ doSample: true, seed: 2 }), await outcome({}));
  });

  it('acts: seed', async () => {
    const texts = await Promise.all([1, 2, 1].map((seed) => outcome({ ...sampling, seed })));
    assert.deepEqual(texts[0], texts[2]);
    assert.notDeepEqual(texts[0], texts[1]);
  });

  it('acts: removeInvalidValues', async () => {
    const broken = () => new FakeModel(3, () => [Number.NaN, -1, -2]);
    const { ids } = await decode(broken(), [0], { maxNewTokens: 1, removeInvalidValues: true, suppressTokens: [0] });
    assert.deepEqual(ids, [1]);
  });

  it('has only values it knows', () => {
    const wrong: [keyof GenerationConfig, unknown][] = [
      ['maxNewTokens', 0],
      ['temperature', -1],
      ['temperature', '0.7'],
      ['topK', 1.5],
      ['topP', 1.1],
      ['seed', 0.5],
      ['repetitionPenalty', 0],
      ['badWordsIds', [[]]],
      ['sequenceBias', [[[1], 'x']]],
      ['earlyStopping', 'always'],
      ['stopStrings', ['']],
      ['maxTime', 0],
      ['exponentialDecayLengthPenalty', [1]],
      ['numBeams', 0],
    ];
    for (const [option, value] of wrong) {
      assert.throws(() => validate({ [option]: value }), new RegExp(`^OptionError: ${option} must be .*but is`));
    }
  });
});

describe('options that do not fit', () => {
  const cases: [config: object, message: RegExp][] = [
    [{ topp: 0.9 }, /^OptionError: Unknown option topp\.$/],
    [{ toString: 1 }, /Unknown option toString/],
    [{ forceWordsIds: [[1]] }, /forceWordsIds is not supported: .*prefixAllowedTokensFn/],
    [{ dolaLayers: 'high' }, /dolaLayers is not supported/],
    [{ temperature: 0.5 }, /temperature acts only with doSample/],
    [{ topP: 0.5 }, /topP acts only with doSample/],
    [{ topK: 4 }, /topK acts only with doSample/],
    [{ maxLength: 9, maxNewTokens: 3 }, /maxNewTokens and maxLength contradict/],
    [{ minNewTokens: 9, maxNewTokens: 3 }, /minNewTokens of 9 is greater than maxNewTokens of 3/],
    [{ minLength: 9, maxLength: 8 }, /minLength of 9 is greater than maxLength of 8/],
    [{ lengthPenalty: 2 }, /lengthPenalty acts only with numBeams/],
    [{ earlyStopping: true }, /earlyStopping acts only with numBeams/],
    [{ numBeams: 5, numBeamGroups: 2, diversityPenalty: 1 }, /numBeams must be a multiple of numBeamGroups/],
    [{ numBeams: 4, numBeamGroups: 2 }, /diversityPenalty above 0 go together/],
    [{ numBeams: 4, diversityPenalty: 1 }, /go together/],
    [{ numBeams: 4, numBeamGroups: 2, diversityPenalty: 1, doSample: true }, /doSample and numBeamGroups contradict/],
    [{ numBeams: 2, numReturnSequences: 3 }, /numReturnSequences of 3 is greater than numBeams of 2/],
    [{ numReturnSequences: 2 }, /numReturnSequences above 1 needs/],
    [{ doSample: true, numReturnSequences: 1e10 }, /numReturnSequences of 10000000000 is more than the 1024 texts/],
    [{ numBeams: 1025 }, /numBeams of 1025 is more than the 1024 texts/],
    [{ penaltyAlpha: 0.5, topK: 5000 }, /topK of 5000 is more than the 1024 texts/],
    [{ penaltyAlpha: 0.5, doSample: true }, /doSample and penaltyAlpha contradict/],
    [{ penaltyAlpha: 0.5, numBeams: 2 }, /penaltyAlpha and numBeams contradict/],
    [{ penaltyAlpha: 0.5, topK: 1 }, /penaltyAlpha needs a topK/],
    [{ penaltyAlpha: 0.5, guidanceScale: 2 }, /guidanceScale and penaltyAlpha contradict/],
    [{ promptLookupNumTokens: 3, numBeams: 2 }, /promptLookupNumTokens and numBeams contradict/],
    [
      { promptLookupNumTokens: 3, doSample: true, numReturnSequences: 2 },
      /promptLookupNumTokens and numReturnSequences contradict/,
    ],
    [{ maxMatchingNgramSize: 3 }, /maxMatchingNgramSize acts only with promptLookupNumTokens/],
    [{ numAssistantTokens: 3 }, /numAssistantTokens acts only with assistantModel/],
    [{ negativePromptIds: [1] }, /negativePromptIds acts only with guidanceScale above 1/],
    [{ seed: 3 }, /seed acts only with doSample/],
    [{ seed: 3, numBeams: 2 }, /seed acts only with doSample/],
    [{ seed: 3, penaltyAlpha: 0.5 }, /seed acts only with doSample/],
    [{ minLength: 9, minNewTokens: 1 }, /minLength and minNewTokens contradict/],
    [{ minNewTokens: 6, maxLength: 6 }, /minNewTokens of 6 is more than maxLength of 6 leaves/],
    [{ maxTime: Infinity }, /maxTime must be a number greater than 0, but is Infinity/],
    [{ sequenceBias: [[[1], Infinity]] }, /sequenceBias must be .*but is \[\[\[1\],"Infinity"\]\]/],
    [{ temperature: Number.NaN, doSample: true }, /temperature must be .*but is NaN/],
    [{ forcedBosTokenId: 1, forcedStartIds: [2] }, /forcedBosTokenId and forcedStartIds contradict/],
  ];
  for (const [config, message] of cases) {
    it(`throw: ${JSON.stringify(config)}`, () => assert.throws(() => validate(config), message));
  }

  it('throw where end-of-text is missing', async () => {
    const model = () => new FakeModel(12, logits);
    for (const option of ['minLength', 'minNewTokens'] as const) {
      await assert.rejects(
        decode(model(), prompt, { [option]: 9 }),
        new RegExp(`${option} needs an end-of-text token`),
      );
    }
    const decay = { exponentialDecayLengthPenalty: [1, 2] } as const;
    await assert.rejects(decode(model(), prompt, decay), /exponentialDecayLengthPenalty needs an end-of-text token/);
  });

  it('throw where a token is not of the vocabulary', async () => {
    for (const config of [{ suppressTokens: [12] }, { badWordsIds: [[1, 12]] }, { forcedStartIds: [99] }]) {
      const [option] = Object.keys(config);
      await assert.rejects(decode(new FakeModel(12, logits), prompt, config), new RegExp(`${option} names token`));
    }
  });

  const beside: [config: GenerationConfig, message: RegExp][] = [
    [{ maxLength: 9, minNewTokens: 5 }, /minNewTokens of 5 is more than maxLength of 9 allows after a prompt of 5/],
    [{ maxNewTokens: 3, minLength: 9 }, /minLength of 9 is more than maxNewTokens of 3 allows after a prompt of 5/],
    [{ minNewTokens: 21 }, /minNewTokens of 21 is more than maxNewTokens of 20 allows/],
    [{ maxLength: 5 }, /maxLength of 5 leaves no room after a prompt of 5 tokens/],
    [{ maxNewTokens: 1, forcedStartIds: [1, 2] }, /forcedStartIds is 2 tokens, more than maxNewTokens of 1 allows/],
    [{ numBeams: 2, lengthPenalty: -1e4 }, /lengthPenalty of -10000 is too great for texts of 20 tokens/],
    [{ exponentialDecayLengthPenalty: [20, 2] }, /starts at 20 new tokens, which maxNewTokens of 20 never reaches/],
  ];
  for (const [config, message] of beside) {
    it(`throw beside a prompt of 5 tokens: ${JSON.stringify(config)}`, async () => {
      await assert.rejects(decode(new FakeModel(12, logits, EOS), prompt, config), message);
    });
  }

  it('say so in the names of whoever gave them', () => {
    const flags = (name: string) => `--${name.toLowerCase()}`;
    try {
      validate({ minNewTokens: 9, maxNewTokens: 3 });
      assert.fail();
    } catch (error) {
      assert.ok(error instanceof OptionError);
      assert.equal(error.spelled(flags), '--minnewtokens of 9 is greater than --maxnewtokens of 3.');
    }
  });

  it('may have their neutral values', () => {
    validate({ temperature: 1, topK: 50, topP: 1, numBeams: 1, lengthPenalty: 1, penaltyAlpha: 0, guidanceScale: 1 });
    validate({ temperature: 0 });
  });

  it('may be given as undefined', () => validate({ topP: undefined, maxLength: undefined, maxNewTokens: 3 }));
});
