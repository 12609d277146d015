import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { measurePerplexity, type Perplexity } from '../../../src/cli/commands/perplexity';
import { logSoftmax } from '../../../src/core/logits';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { CachedModel } from '../../../src/engine/cachedModel';
import { Session } from '../../../src/engine/session';
import { DATA_FILE } from '../../../src/gpt2/compiledModel';
import { compileModel } from '../../../src/gpt2/compileModel';
import { PRECISIONS, type Precision } from '../../../src/gpt2/quantise';
import { encode } from '../../support/gpt2';
import { random, randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../support/randomModel';
import { referenceForward } from '../../support/reference';

const DEFAULT_MODEL = join(__dirname, '../../../models/default');
const TEXT = readFileSync(join(__dirname, '../../data/golden-road.txt'), 'utf8');

describe('what fewer bits cost', () => {
  let folder: string;
  const measured = new Map<Precision, Perplexity>();
  const bytes = new Map<Precision, number>();
  const divergence = new Map<Precision, number>();
  before(async function () {
    this.timeout(300_000);
    folder = await temporaryFolder();
    for (const precision of PRECISIONS) {
      const compiled = join(folder, precision);
      const { config } = await compileModel(DEFAULT_MODEL, compiled, precision);
      const session = await Session.open(compiled, config, { threads: 2 });
      measured.set(precision, await measurePerplexity(new CachedModel(session, gpt2Tokenizer()), encode(TEXT)));
      if (session.canRead) divergence.set(precision, await betweenReadingAndStepping(session));
      bytes.set(precision, (await stat(join(compiled, DATA_FILE))).size);
      await session.close();
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const loss = (precision: Precision) => {
    const [exact, rounded] = [measured.get('fp32'), measured.get(precision)];
    return rounded && exact ? rounded.perplexity / exact.perplexity - 1 : Number.NaN;
  };

  it('at most 0.5 % of perplexity at 8 bits', () => {
    assert.ok(loss('q8') < 0.005, `q8 loses ${(100 * loss('q8')).toFixed(2)} %`);
  });

  it('at most 4 % of perplexity at 4 bits', () => {
    assert.ok(loss('q4') < 0.04, `q4 loses ${(100 * loss('q4')).toFixed(2)} %`);
  });

  it('next to nothing to how a text was read', () => {
    for (const precision of ['q8', 'q4'] as const) {
      const found = divergence.get(precision) ?? Number.NaN;
      assert.ok(found < 0.004, `${precision} differs by ${found} nats`);
    }
  });

  it('and saves bytes for it', () => {
    const size = (precision: Precision) => bytes.get(precision) ?? Number.NaN;
    assert.ok(size('q8') < 0.3 * size('fp32'));
    assert.ok(size('q4') < 0.9 * size('q8'));
  });
});

/** How far what comes next is from what it is without the graph that reads, at the mean, in nats. */
async function betweenReadingAndStepping(session: Session): Promise<number> {
  const ids = encode(TEXT);
  const [read, stepped] = [session.newCache(), session.newCache()];
  const size = session.config.vocab_size;
  const predicted = 8;
  let sum = 0;
  const cuts = [100, 200, 300];
  for (const cut of cuts) {
    const next = ids.slice(cut, cut + predicted);
    read.truncate(0);
    await session.read(read, ids.slice(0, cut));
    await session.step(stepped, [ids.slice(stepped.length, cut)], 1);
    const [a, b] = [await session.step(stepped, [next], predicted), await session.step(read, [next], predicted)];
    for (let i = 0; i < predicted; i++) {
      const [p, q] = [a, b].map((each) => logSoftmax(each.subarray(i * size, (i + 1) * size)));
      sum += p.reduce((divergence, logprob, id) => divergence + Math.exp(logprob) * (logprob - q[id]), 0);
    }
  }
  return sum / (cuts.length * predicted);
}

describe('perplexity', () => {
  it('is that of the float64 reference, in windows that overlap by half', async () => {
    const folder = await temporaryFolder();
    try {
      const config = tinyConfig({ n_positions: 16 });
      const weights = randomWeights(config, 5);
      await writeModel(join(folder, 'source'), config, weights);
      await compileModel(join(folder, 'source'), join(folder, 'compiled'), 'fp32');
      const session = await Session.open(join(folder, 'compiled'), config, { threads: 1 });
      const next = random(6);
      const ids = Array.from({ length: 40 }, () => Math.floor(next() * 50256));
      const measured = await measurePerplexity(new CachedModel(session, gpt2Tokenizer()), ids);
      await session.close();

      const text = [50256, ...ids];
      let nats = 0;
      // Each window scores what the one before has not: the first one all of its tokens, the others their second half.
      for (const [start, from, to] of [
        [0, 1, 17],
        [8, 17, 25],
        [16, 25, 33],
        [24, 33, 41],
      ]) {
        const { logits } = referenceForward(weights, config, text.slice(start, to - 1));
        for (let place = from; place < to; place++) {
          nats -= logSoftmax(logits[place - 1 - start])[text[place]];
        }
      }
      assert.ok(Math.abs(measured.natsPerToken - nats / ids.length) < 1e-4);
      assert.equal(measured.tokens, 40);
      assert.equal(measured.perplexity, Math.exp(measured.natsPerToken));
      const bits = (measured.natsPerToken * 40) / Math.LN2;
      assert.ok(Math.abs(measured.bitsPerByte - bits / measured.bytes) < 1e-9);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
