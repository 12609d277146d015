import assert from 'node:assert/strict';
import { decode, generate } from '../../../../src/core/decoding/decode';
import type { GenerationConfig } from '../../../../src/core/decoding/options';
import type { Step } from '../../../../src/core/decoding/steps';
import { chiSquared } from './chiSquared';
import { FakeModel, randomLogits } from './fakeModel';

const model = () => new FakeModel(7, randomLogits(1, 7), 6);
const fixed = (...logits: number[]) => new FakeModel(logits.length, () => logits);

async function collect(steps: AsyncGenerator<Step, unknown>): Promise<Step[]> {
  const all: Step[] = [];
  for await (const step of steps) all.push(step);
  return all;
}

describe('greedy decoding', () => {
  it('takes the best token of each step', async () => {
    const logits = randomLogits(1, 7);
    const expected = [1, 2];
    while (expected.length < 10) {
      const row = logits(expected);
      expected.push(row.indexOf(Math.max(...row)));
      if (expected.at(-1) === 6) break;
    }
    assert.deepEqual((await decode(model(), [1, 2], { maxNewTokens: 8 })).ids, expected.slice(2));
  });

  it('is what a temperature of 0 means', async () => {
    const cold = await decode(model(), [1, 2], { maxNewTokens: 8, doSample: true, temperature: 0, topP: 0.9 });
    assert.deepEqual(cold, await decode(model(), [1, 2], { maxNewTokens: 8 }));
  });

  it('takes the lowest id among equals', async () => {
    assert.deepEqual((await decode(fixed(0, 3, 3), [0], { maxNewTokens: 2 })).ids, [1, 1]);
  });

  it('runs the model once for each token and reports its own log-probabilities', async () => {
    const fake = fixed(Math.log(0.1), Math.log(0.7), Math.log(0.2));
    const steps = await collect(generate(fake, [0], { maxNewTokens: 3, suppressTokens: [1] }, { trace: 2 }));
    assert.equal(fake.runs, 3);
    assert.deepEqual(
      steps.map((step) => step.kind === 'token' && [step.id, Number(step.logprob.toFixed(4))]),
      [2, 2, 2].map((id) => [id, Number(Math.log(0.2).toFixed(4))]),
    );
    const trace = steps[0].kind === 'token' ? steps[0].trace : undefined;
    assert.deepEqual(
      trace?.raw.map(({ id }) => id),
      [1, 2],
    );
    assert.deepEqual(
      trace?.processed.map(({ id }) => id),
      [2, 0],
    );
    assert.ok(Math.abs(Math.exp(trace?.processed[0].logprob ?? 0) - 2 / 3) < 1e-6);
  });

  const strategies: Record<string, GenerationConfig> = {
    greedy: {},
    sampling: { doSample: true, seed: 1 },
    'prompt lookup': { promptLookupNumTokens: 2 },
    'contrastive search': { penaltyAlpha: 0.5, topK: 2 },
    beams: { numBeams: 2 },
    'beam sampling': { numBeams: 2, doSample: true, seed: 1 },
  };
  for (const [name, config] of Object.entries(strategies)) {
    it(`throws when the options leave no token: ${name}`, async () => {
      const forbidden = { ...config, suppressTokens: [0, 1] };
      await assert.rejects(decode(fixed(1, 2), [0], forbidden), /No token is possible/);
      const normalised = { ...config, forcedStartIds: [1], suppressTokens: [1], renormalizeLogits: true };
      await assert.rejects(decode(fixed(1, 2), [0], normalised), /No token is possible/);
    });

    for (const broken of [
      [Number.NaN, Number.NaN],
      [0, Number.NaN],
      [Infinity, 0],
      [-Infinity, -Infinity],
    ]) {
      it(`throws when the model's logits are ${broken}: ${name}`, async () => {
        await assert.rejects(decode(fixed(...broken), [0, 0], config), /not a distribution/);
      });
    }
  }

  it("throws when a caller's processor makes a score that is not a number", async () => {
    const processor = (_context: unknown, scores: Float32Array | Float64Array) => scores.fill(Number.NaN, 0, 1);
    await assert.rejects(decode(fixed(1, 2), [0], {}, { logitsProcessors: [processor] }), /not a number/);
  });
});

describe('multinomial sampling', () => {
  it('gives the same text for the same seed, and others for others', async () => {
    const text = async (seed: number) =>
      (await decode(model(), [1], { doSample: true, seed, eosTokenId: [] })).ids.join();
    assert.equal(await text(5), await text(5));
    assert.ok(new Set(await Promise.all([1, 2, 3, 4, 5].map(text))).size > 3);
  });

  it('names the seed it took, which repeats the text', async () => {
    const first = await decode(model(), [1], { doSample: true });
    const again = await decode(model(), [1], { doSample: true, seed: first.seed });
    assert.deepEqual(again, first);
  });

  it('draws several samples as one batch, the first as if it were alone', async () => {
    const fake = model();
    const config = { doSample: true, seed: 3, maxNewTokens: 6, eosTokenId: [] };
    const many = await decode(fake, [1], { ...config, numReturnSequences: 4 });
    assert.equal(many.sequences.length, 4);
    assert.equal(fake.runs, 6);
    assert.equal(fake.rows, 1 + 5 * 4);
    assert.deepEqual(many.sequences[0], (await decode(model(), [1], config)).sequences[0]);
  });

  it('follows the processed distribution over 100,000 draws', async () => {
    const config = { doSample: true, topK: 3, temperature: 0.5, maxNewTokens: 1, numReturnSequences: 1000 };
    const counts = [0, 0, 0, 0, 0];
    for (let seed = 0; seed < 100; seed++) {
      const { sequences } = await decode(fixed(2, 1, 0, -1, 1.5), [0], { ...config, seed });
      for (const { ids } of sequences) counts[ids[0]]++;
    }
    const weights = [2, 1, -Infinity, -Infinity, 1.5].map((logit) => Math.exp(logit / 0.5));
    const mass = weights.reduce((a, b) => a + b);
    assert.deepEqual([counts[2], counts[3]], [0, 0]);
    assert.ok(
      chiSquared(
        counts,
        weights.map((w) => w / mass),
      ) < 13.82,
      'beyond the 0.1 % point of 2 degrees',
    );
  });

  it('keeps 50 tokens by default, as Hugging Face does', async () => {
    const flat = () => new FakeModel(200, () => Array.from({ length: 200 }, (_, i) => -i / 1000));
    const most = async (config: object) => {
      const { sequences } = await decode(flat(), [0], {
        doSample: true,
        seed: 1,
        maxNewTokens: 1,
        numReturnSequences: 1000,
        ...config,
      });
      return Math.max(...sequences.map(({ ids }) => ids[0]));
    };
    assert.equal(await most({}), 49);
    assert.ok((await most({ topK: 0 })) > 150);
  });
});

describe('an abort signal', () => {
  /** Ends a generation after so many steps; what it returns. */
  async function endedAfter(count: number, config: GenerationConfig) {
    const controller = new AbortController();
    const steps = generate(new FakeModel(7, randomLogits(1, 7)), [0], config, { signal: controller.signal });
    for (let step = 0; step < count; step++) await steps.next();
    controller.abort();
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return value;
    }
  }

  it('ends every text where it is, and names the seed', async () => {
    const config = { doSample: true, numReturnSequences: 2, maxNewTokens: 20 };
    const { seed, sequences, finish } = await endedAfter(6, config);
    assert.equal(finish, 'cancelled');
    assert.deepEqual(
      sequences.map(({ ids, finish }) => [ids.length, finish]),
      [
        [3, 'cancelled'],
        [3, 'cancelled'],
      ],
    );
    const whole = await decode(new FakeModel(7, randomLogits(1, 7)), [0], { ...config, seed });
    for (const [i, { ids }] of sequences.entries()) assert.deepEqual(whole.sequences[i].ids.slice(0, 3), ids);
  });

  it('ends beams where they are, best first', async () => {
    const { sequences } = await endedAfter(3, { numBeams: 3, numReturnSequences: 2 });
    assert.deepEqual(
      sequences.map(({ ids, finish }) => [ids.length, finish]),
      [
        [3, 'cancelled'],
        [3, 'cancelled'],
      ],
    );
    assert.ok(sequences[0].score >= sequences[1].score);
  });

  it('that has fired before leaves an empty text', async () => {
    const { ids, finish } = await endedAfter(0, {});
    assert.deepEqual([ids, finish], [[], 'cancelled']);
  });
});
