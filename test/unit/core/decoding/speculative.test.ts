import assert from 'node:assert/strict';
import { decode, generate } from '../../../../src/core/decoding/decode';
import type { GenerationConfig } from '../../../../src/core/decoding/options';
import { FakeModel, randomLogits } from './fakeModel';

const prompt = [1, 2, 3, 1, 2];
const configs: GenerationConfig[] = [
  {},
  { repetitionPenalty: 1.3, noRepeatNgramSize: 3 },
  { doSample: true, seed: 4, temperature: 0.8, topP: 0.9 },
  { doSample: true, seed: 9, topK: 3, minNewTokens: 5 },
];

/** Depends on the last two ids only, so that loops and good guesses occur. */
const loopy = (seed: number) => (ids: readonly number[]) => randomLogits(seed, 6, 4)(ids.slice(-2));

/** Agrees with the model most of the time. */
const nearly = (seed: number) => (ids: readonly number[]) =>
  ids.length % 4 === 0 ? randomLogits(99, 6)(ids) : loopy(seed)(ids);

describe('assisted decoding', () => {
  for (const config of configs) {
    it(`gives the same text as without, token for token: ${JSON.stringify(config)}`, async () => {
      for (let seed = 0; seed < 30; seed++) {
        const model = () => new FakeModel(6, loopy(seed), 0);
        const whole = { ...config, maxNewTokens: 20 };
        const plain = await decode(model(), prompt, whole);
        const looked = await decode(model(), prompt, { ...whole, promptLookupNumTokens: 4 });
        const assistantModel = new FakeModel(6, nearly(seed), 0);
        const drafted = await decode(model(), prompt, whole, { assistantModel });
        const transient = {
          ...whole,
          numAssistantTokens: 2,
          numAssistantTokensSchedule: 'heuristic_transient',
        } as const;
        const adaptive = await decode(model(), prompt, transient, { assistantModel });
        assert.deepEqual([looked, drafted, adaptive], [plain, plain, plain]);
      }
    });
  }

  it('needs fewer runs of the model', async () => {
    const runs = async (config: GenerationConfig, assistantModel?: FakeModel) => {
      let total = 0;
      for (let seed = 0; seed < 20; seed++) {
        const model = new FakeModel(6, loopy(seed));
        await decode(model, prompt, { maxNewTokens: 20, ...config }, { assistantModel });
        total += model.runs;
      }
      return total;
    };
    assert.equal(await runs({}), 400);
    assert.ok((await runs({ promptLookupNumTokens: 5 })) < 250);
    assert.ok((await runs({}, new FakeModel(6, loopy(3)))) < 400);
  });

  it('says which tokens were guessed', async () => {
    const model = new FakeModel(4, (ids) => [0, 1, 2, 3].map((id) => (id === (ids[ids.length - 1] + 1) % 4 ? 5 : 0)));
    const drafted: unknown[] = [];
    const start = [0, 1, 2, 3, 0, 1];
    for await (const step of generate(model, start, { maxNewTokens: 6, promptLookupNumTokens: 3 })) {
      drafted.push(step.kind === 'token' && step.drafted);
    }
    assert.deepEqual(drafted, [true, true, true, false, true, false]);
    assert.equal(model.runs, 2);
  });

  it('guesses nothing beyond the context length', async () => {
    const model = new FakeModel(6, loopy(2));
    const long = Array.from({ length: model.contextLength + 3 }, (_, i) => i % 3);
    await decode(model, long, { maxNewTokens: 4, promptLookupNumTokens: 4 });
    assert.equal(model.runs, 4);
  });

  it('stops guessing where the draft model is unsure', async () => {
    const model = new FakeModel(6, loopy(1));
    const assistantModel = new FakeModel(6, () => [0, 0, 0, 0, 0, 0]);
    await decode(model, prompt, { maxNewTokens: 5 }, { assistantModel });
    assert.ok(assistantModel.runs <= 5, `${assistantModel.runs} runs for guesses of one token`);
  });

  it('refuses a draft model with another vocabulary', async () => {
    const assistantModel = new FakeModel(7, randomLogits(1, 7));
    await assert.rejects(decode(new FakeModel(6, loopy(1)), prompt, {}, { assistantModel }), /assistantModel has 7/);
  });
});
