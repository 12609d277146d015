import assert from 'node:assert/strict';
import { decode, generate } from '../../../../src/core/decoding/decode';
import type { BeamNode, BeamStep, GenerationResult } from '../../../../src/core/decoding/steps';
import { chiSquared } from './chiSquared';
import { FakeModel, randomLogits } from './fakeModel';
import { everyText, logProbabilities, type ReferenceText, slowBeams } from './reference';

const prompt = [3, 1];
const seeds = Array.from({ length: 40 }, (_, seed) => seed);

function assertTexts({ sequences }: GenerationResult, expected: readonly ReferenceText[]): void {
  assert.deepEqual(
    sequences.map(({ ids }) => ids),
    expected.map(({ ids }) => ids),
  );
  for (const [i, { score }] of sequences.entries()) {
    assert.ok(Math.abs(score - expected[i].score) < 1e-5, `score ${score} instead of ${expected[i].score}`);
  }
}

describe('beam search', () => {
  for (const lengthPenalty of [0, 1, 2]) {
    it(`with room for everything finds what an exhaustive search finds, length penalty ${lengthPenalty}`, async () => {
      for (const seed of seeds.slice(0, 6)) {
        const vocabSize = 4 + (seed % 2);
        const logits = randomLogits(seed, vocabSize);
        const options = { vocabSize, eos: 0, length: 4, beams: vocabSize ** 4, lengthPenalty };
        const result = await decode(new FakeModel(vocabSize, logits, 0), prompt, {
          maxNewTokens: 4,
          numBeams: options.beams,
          numReturnSequences: 12,
          lengthPenalty,
        });
        assertTexts(result, everyText(logits, prompt, options).slice(0, 12));
      }
    });
  }

  for (const earlyStopping of [true, false, 'never'] as const) {
    it(`matches a slow reference, earlyStopping ${earlyStopping}`, async () => {
      for (const seed of seeds) {
        const vocabSize = 5 + (seed % 4);
        const logits = randomLogits(seed, vocabSize, 1 + (seed % 3));
        const beams = 2 + (seed % 3);
        const lengthPenalty = [1, 0.5, 2, -1][seed % 4];
        const model = new FakeModel(vocabSize, logits, 2);
        const result = await decode(model, prompt, {
          maxNewTokens: 7,
          numBeams: beams,
          numReturnSequences: beams,
          lengthPenalty,
          earlyStopping,
        });
        const options = { vocabSize, eos: 2, length: 7, beams, lengthPenalty, earlyStopping };
        assertTexts(result, slowBeams(logits, prompt, options));
      }
    });
  }

  it('looks at the present length with never, where longer texts score worse', async () => {
    const runs = async (earlyStopping: false | 'never') => {
      const model = new FakeModel(6, randomLogits(7, 6), 2);
      await decode(model, prompt, { maxNewTokens: 12, numBeams: 3, earlyStopping, lengthPenalty: -1 });
      return model.runs;
    };
    assert.equal(await runs('never'), await runs(false));
    assert.ok((await runs('never')) < 12);
  });

  it('stops sooner with earlyStopping, and later with never', async () => {
    const runs = async (earlyStopping: boolean | 'never') => {
      let total = 0;
      for (const seed of seeds) {
        const model = new FakeModel(6, randomLogits(seed, 6), 2);
        await decode(model, prompt, { maxNewTokens: 12, numBeams: 3, earlyStopping });
        total += model.runs;
      }
      return total;
    };
    const [soon, normal, late] = [await runs(true), await runs(false), await runs('never')];
    assert.ok(soon < normal && normal < late, `${soon}, ${normal}, ${late} runs`);
  });

  it('runs all beams as one batch, the prompt once', async () => {
    const model = new FakeModel(8, randomLogits(4, 8));
    await decode(model, prompt, { maxNewTokens: 5, numBeams: 4 });
    assert.deepEqual([model.runs, model.rows], [5, 1 + 4 * 4]);
  });

  it('applies processors to log-probabilities', async () => {
    const logits = randomLogits(9, 6);
    const banned = (ids: readonly number[]) => logits(ids).map((x, id) => (id === 4 ? -Infinity : x));
    const result = await decode(new FakeModel(6, logits), prompt, {
      maxNewTokens: 3,
      numBeams: 3,
      numReturnSequences: 3,
      suppressTokens: [4],
      renormalizeLogits: true,
    });
    assertTexts(result, slowBeams(banned, prompt, { vocabSize: 6, length: 3, beams: 3 }));
  });

  it('adds up guided scores as they are, as Hugging Face does', async () => {
    const logits = randomLogits(4, 6);
    const negativePromptIds = [5];
    const guided = (ids: readonly number[]) => {
      const base = logProbabilities(logits([...negativePromptIds, ...ids.slice(prompt.length)]));
      return logProbabilities(logits(ids)).map((x, id) => 2 * (x - base[id]) + base[id]);
    };
    const result = await decode(new FakeModel(6, logits), prompt, {
      maxNewTokens: 1,
      numBeams: 3,
      numReturnSequences: 3,
      guidanceScale: 2,
      negativePromptIds,
    });
    const best = guided(prompt).map((score, id) => ({ ids: [id], score }));
    assertTexts(result, best.sort((a, b) => b.score - a.score).slice(0, 3));
  });

  it('ends every text when its time is up', async () => {
    let clock = 0;
    const now = () => {
      clock += 400;
      return clock;
    };
    const config = { maxNewTokens: 50, numBeams: 2, maxTime: 1 };
    const result = await decode(new FakeModel(6, randomLogits(1, 6)), prompt, config, { now });
    assert.deepEqual([result.finish, result.ids.length], ['time', 3]);
  });
});

describe('the steps of beam search', () => {
  async function trace(config: object): Promise<{ steps: BeamStep[]; result: GenerationResult; tokens: number[] }> {
    const steps: BeamStep[] = [];
    const tokens: number[] = [];
    const run = generate(new FakeModel(7, randomLogits(12, 7), 2), prompt, { maxNewTokens: 6, ...config });
    for (;;) {
      const { done, value } = await run.next();
      if (done) return { steps, result: value, tokens };
      if (value.kind === 'beams') steps.push(value);
      else tokens.push(value.id);
    }
  }

  it('are a tree whose paths spell the returned texts', async () => {
    const { steps, result, tokens } = await trace({ numBeams: 3, numReturnSequences: 3 });
    const nodes = new Map<number, BeamNode>(steps.flatMap((step) => step.nodes.map((node) => [node.node, node])));
    const path = (node: number | null): number[] => {
      const at = node === null ? undefined : nodes.get(node);
      return at ? [...path(at.parent), at.id] : [];
    };
    for (const text of result.sequences) {
      assert.deepEqual(path(text.node ?? null), text.ids);
      assert.equal(nodes.get(text.node ?? -1)?.state, 'finished');
    }
    assert.deepEqual(tokens, result.ids);
  });

  it('tell which hypotheses go on, and grow only those', async () => {
    const { steps } = await trace({ numBeams: 3 });
    for (const [i, step] of steps.entries()) {
      const running = step.nodes.filter((node) => node.state === 'running').map((node) => node.node);
      assert.ok(running.length <= 3);
      for (const node of steps[i + 1]?.nodes ?? []) assert.ok(running.includes(node.parent ?? -1));
    }
    assert.ok(steps.some((step) => step.nodes.some((node) => node.state === 'pruned')));
  });

  it('tell which finished texts were pushed out', async () => {
    const { steps, result } = await trace({ numBeams: 2, numReturnSequences: 2, earlyStopping: 'never' });
    const finished = steps.flatMap((step) => step.nodes).filter((node) => node.state === 'finished');
    const displaced = steps.flatMap((step) => step.displaced);
    const left = finished.map(({ node }) => node).filter((node) => !displaced.includes(node));
    assert.deepEqual(left.sort(), result.sequences.map(({ node }) => node).sort());
  });
});

describe('diverse beam search', () => {
  it('matches a slow reference', async () => {
    for (const seed of Array.from({ length: 200 }, (_, i) => i)) {
      const vocabSize = 6 + (seed % 3);
      const logits = randomLogits(seed, vocabSize);
      const groups = 2 + (seed % 2);
      const earlyStopping = ([false, true, 'never'] as const)[seed % 3];
      const options = {
        vocabSize,
        eos: 1,
        length: 6,
        beams: groups * 2,
        groups,
        diversity: 0.5 + (seed % 4),
        earlyStopping,
      };
      const result = await decode(new FakeModel(vocabSize, logits, 1), prompt, {
        maxNewTokens: 6,
        numBeams: options.beams,
        numBeamGroups: groups,
        diversityPenalty: options.diversity,
        earlyStopping,
        numReturnSequences: options.beams,
      });
      assertTexts(result, slowBeams(logits, prompt, options));
    }
  });

  it('holds the groups apart on the last token too', async () => {
    const config = { maxNewTokens: 1, numBeams: 2, numBeamGroups: 2, diversityPenalty: 50, numReturnSequences: 2 };
    const { sequences } = await decode(new FakeModel(4, () => [0, 3, 2, 1]), prompt, config);
    assert.deepEqual(sequences.map(({ ids }) => ids).sort(), [[1], [2]]);
  });

  it('makes the groups start with different tokens when the penalty is great', async () => {
    const result = await decode(new FakeModel(8, randomLogits(2, 8)), prompt, {
      maxNewTokens: 3,
      numBeams: 4,
      numBeamGroups: 4,
      diversityPenalty: 100,
      numReturnSequences: 4,
    });
    assert.equal(new Set(result.sequences.map(({ ids }) => ids[0])).size, 4);
  });
});

describe('beam sampling', () => {
  it('draws the beams without replacement as often as it should', async () => {
    const logits = () => [1, 0, 2, -1];
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 20_000; seed++) {
      const config = { doSample: true, seed, topK: 0, numBeams: 2, numReturnSequences: 2, maxNewTokens: 1 };
      const { sequences } = await decode(new FakeModel(4, logits), [0], config);
      const key = sequences.map(({ ids }) => ids[0]).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const p = logProbabilities(logits()).map((x) => Math.exp(x));
    const pairs = ['2,0', '2,1', '2,3', '0,1', '0,3', '1,3'];
    const shares = pairs.map((pair) => {
      const [a, b] = pair.split(',').map(Number);
      return (p[a] * p[b]) / (1 - p[a]) + (p[a] * p[b]) / (1 - p[b]);
    });
    assert.ok(
      chiSquared(
        pairs.map((pair) => counts.get(pair) ?? 0),
        shares,
      ) < 20.52,
      'beyond the 0.1 % point',
    );
  });

  it('keeps a token besides end-of-text however few are asked for', async () => {
    const model = new FakeModel(4, () => [1, 0, -1, 9], 3);
    const config = { doSample: true, seed: 1, topK: 1, numBeams: 2, numReturnSequences: 2, maxNewTokens: 3 };
    const { sequences } = await decode(model, [0], config);
    assert.deepEqual(
      sequences.map(({ ids }) => ids),
      [[3], [0, 3]],
    );
  });

  it('gives the same texts for the same seed, and is beam search at temperature 0', async () => {
    const run = (config: object) =>
      decode(new FakeModel(8, randomLogits(5, 8), 0), prompt, { maxNewTokens: 6, numBeams: 3, ...config });
    assert.deepEqual(await run({ doSample: true, seed: 8 }), await run({ doSample: true, seed: 8 }));
    assert.deepEqual(await run({ doSample: true, temperature: 0 }), await run({}));
  });
});
