import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { CachedModel } from '../../../src/engine/cachedModel';
import { PriorityLock } from '../../../src/engine/priorityLock';
import { Scorer } from '../../../src/engine/score';
import type { Session } from '../../../src/engine/session';
import type { Gpt2Config } from '../../../src/gpt2/config';
import { openRandom, randomIds } from '../../support/models';
import { random, temporaryFolder } from '../../support/randomModel';
import { maxDifference } from '../../support/reference';

const TOLERANCE = 1e-4;
const ABORTED = { name: 'AbortError' };

describe('several readers of one model', () => {
  let folder: string;
  let session: Session;
  let config: Gpt2Config;
  before(async () => {
    folder = await temporaryFolder();
    ({ session, config } = await openRandom(folder, { vocab_size: 200, n_positions: 400 }, 80));
  });
  after(async () => {
    await session.close();
    await rm(folder, { recursive: true, force: true });
  });

  const fresh = async (ids: readonly number[]) =>
    (await new CachedModel(session, gpt2Tokenizer()).forward([ids]))[0].logits;
  const text = (length: number, seed: number) => randomIds(config, length, seed);
  /** Aborts when the session has begun so many more runs. */
  const abortAfter = (runs: number) => {
    const controller = new AbortController();
    const begun = session.work.runs;
    const look = () => {
      if (session.work.runs - begun >= runs) controller.abort();
      else setImmediate(look);
    };
    look();
    return controller.signal;
  };

  it('get their own logits, whatever runs beside them and is cut short', async () => {
    const model = new CachedModel(session, gpt2Tokenizer());
    const scorer = new Scorer(model);
    const next = random(81);
    const base = text(60, 82);
    const pick = (below: number) => Math.floor(next() * below);
    const related = () => [...base.slice(0, 1 + pick(base.length)), ...text(1 + pick(6), pick(1000))];
    for (let round = 0; round < 6; round++) {
      const wanted: { ids: readonly number[]; logits: Float32Array }[] = [];
      const readers = Array.from({ length: 12 }, async () => {
        const signal = next() < 0.3 ? abortAfter(pick(12)) : undefined;
        const kind = pick(3);
        const one = related();
        const rows = kind === 1 ? [one, ...[1, 2].map((id) => [...one.slice(0, -1), id])] : [one];
        try {
          if (kind === 2) await scorer.score(one, 0, signal);
          const forward = await model.forward(rows, {}, signal);
          rows.forEach((ids, i) => {
            wanted.push({ ids, logits: forward[i].logits });
          });
        } catch (error) {
          if (!signal?.aborted) throw error;
        }
      });
      await Promise.all(readers);
      assert.ok(wanted.length > 6);
      for (const { ids, logits } of wanted) assert.ok(maxDifference(logits, await fresh(ids)) < TOLERANCE);
    }
  });

  it('get their own logits in batches that wait for each other', async () => {
    const model = new CachedModel(session, gpt2Tokenizer());
    const rows = (prefix: readonly number[]) => [1, 2].map((id) => [...prefix, id]);
    const [one, two] = [text(20, 83), text(20, 84)];
    const first = model.forward(rows(one));
    const second = model.forward(rows(two));
    await first;
    // The second batch still waits for its turn; this one begins like it and needs less of it.
    const third = model.forward(rows(two.slice(0, 5)));
    const logits = (await second).map((each) => each.logits);
    await third;
    for (const [i, ids] of rows(two).entries()) assert.ok(maxDifference(logits[i], await fresh(ids)) < TOLERANCE);
  });

  it('get the logits of their text after another reading of it was cut short', async () => {
    const ids = text(300, 85);
    const readings: ((model: CachedModel, signal: AbortSignal) => Promise<unknown>)[] = [
      (model, signal) => model.forEachPosition([...ids, 1], 1, () => {}, { signal }),
      (model, signal) => model.forEachPosition(ids, 100, () => {}, { signal }),
      (model, signal) => model.inspect(ids, signal),
      (model, signal) => model.forward([[...ids.slice(0, 150), 9, ...ids.slice(150)]], {}, signal),
    ];
    for (const reading of readings) {
      for (const runs of [0, 1, 2]) {
        const model = new CachedModel(session, gpt2Tokenizer());
        await model.forward([ids]);
        await reading(model, abortAfter(runs)).catch((error) => assert.equal(error.name, ABORTED.name));
        for (const length of [1, 100, 128, 150, ids.length - 1, ids.length]) {
          const [{ logits }] = await model.forward([ids.slice(0, length)]);
          assert.ok(maxDifference(logits, await fresh(ids.slice(0, length))) < TOLERANCE, `${length} tokens`);
        }
      }
    }
  });

  it('cannot change what the next one gets', async () => {
    const model = new CachedModel(session, gpt2Tokenizer());
    const ids = text(10, 86);
    const expected = await fresh(ids);
    for (let i = 0; i < 3; i++) {
      const [{ logits }] = await model.forward([ids]);
      assert.ok(maxDifference(logits, expected) < TOLERANCE);
      logits.fill(0);
    }
  });

  it('read in chunks, between which they can be cut short, and do not read twice what was read', async () => {
    const model = new CachedModel(session, gpt2Tokenizer());
    const ids = text(390, 87);
    const { runs, tokensFed } = session.work;
    await assert.rejects(model.forward([ids], {}, abortAfter(2)), ABORTED);
    assert.equal(session.work.runs - runs, 2);
    await model.forward([ids]);
    assert.equal(session.work.tokensFed - tokensFed, ids.length);
  });

  it('read a batch in chunks too, of as many tokens in all', async () => {
    const model = new CachedModel(session, gpt2Tokenizer());
    const rows = [text(200, 88), text(200, 89), text(200, 90)];
    const { runs, tokensFed } = session.work;
    const forward = await model.forward(rows, { lastN: 2 });
    assert.equal(session.work.tokensFed - tokensFed, 600);
    assert.ok(session.work.runs - runs >= 5);
    for (const [i, ids] of rows.entries()) {
      assert.ok(maxDifference(forward[i].logits.subarray(-config.vocab_size), await fresh(ids)) < TOLERANCE);
      assert.ok(
        maxDifference(forward[i].logits.subarray(0, config.vocab_size), await fresh(ids.slice(0, -1))) < TOLERANCE,
      );
    }
  });

  it('leave no more than a few texts behind, those of the most urgent among them', async () => {
    const model = new CachedModel(session, gpt2Tokenizer());
    const texts = Array.from({ length: 12 }, (_, i) => text(30, 100 + i));
    await Promise.all([
      ...texts.slice(0, 2).map((ids) => model.withPriority(0).forward([ids])),
      ...texts.slice(2).map((ids) => model.forEachPosition(ids, 0, () => {})),
    ]);
    let remembered = 0;
    const cost = async (ids: readonly number[]) => {
      const { tokensFed } = session.work;
      await model.forward([ids], {}, undefined, 2);
      return session.work.tokensFed - tokensFed;
    };
    assert.equal(await cost(texts[0]), 0);
    assert.equal(await cost(texts[1]), 0);
    for (const ids of texts) if ((await cost(ids)) === 0) remembered++;
    assert.ok(remembered >= 2 && remembered <= 5, `${remembered} texts`);
  });

  it('score the same text at once and remember it once', async () => {
    const scorer = new Scorer(new CachedModel(session, gpt2Tokenizer()));
    const [one, two] = [text(20, 91), text(20, 92)];
    await scorer.score(one, 3);
    await scorer.score(two, 3);
    const longer = [...one, 5, 6];
    await Promise.all([scorer.score(longer, 3), scorer.score(longer, 3)]);
    const { runs } = session.work;
    const scores = await scorer.score(two, 1);
    const rich = await scorer.score(two, 3);
    assert.equal(session.work.runs, runs, 'neither text was forgotten, nor made poorer');
    assert.equal(scores.at(-1)?.top.length, 1);
    assert.equal(rich.at(-1)?.top.length, 3);
  });
});

describe('turns', () => {
  it('run one at a time, the most urgent first, equals in order, and go on after a failure', async () => {
    const lock = new PriorityLock();
    const order: string[] = [];
    let running = 0;
    const task =
      (name: string, fails = false) =>
      async () => {
        assert.equal(++running, 1);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        order.push(name);
        if (fails) throw new Error(name);
      };
    const aborted = new AbortController();
    const ended = Promise.allSettled([
      lock.take(2, undefined, task('first')),
      lock.take(2, undefined, task('background')),
      lock.take(1, undefined, task('panel', true)),
      lock.take(0, aborted.signal, task('aborted')),
      lock.take(0, undefined, task('ghost text')),
      lock.take(1, undefined, task('panel again')),
    ]);
    aborted.abort();
    const results = await ended;
    assert.deepEqual(order, ['first', 'ghost text', 'panel', 'panel again', 'background']);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled'],
    );
  });

  it('go on with what needs several of them before what is less urgent gets one, and take turns among equals', async () => {
    const lock = new PriorityLock();
    const order: string[] = [];
    const loops = [
      ['heat', 2],
      ['ghost', 0],
      ['ghost too', 0],
    ] as const;
    await Promise.all(
      loops.map(async ([name, priority]) => {
        for (let run = 0; run < 3; run++) await lock.take(priority, undefined, async () => order.push(name));
      }),
    );
    assert.equal(order.join(), 'heat,ghost,ghost too,ghost,ghost too,ghost,ghost too,heat,heat');
  });

  it('end for one that was given up while it waited, and do not stop for the others', async () => {
    const lock = new PriorityLock();
    const order: string[] = [];
    const run = (name: string) => async () => order.push(name);
    const aborted = new AbortController();
    const first = lock.take(2, undefined, run('first'));
    const given = lock.take(0, aborted.signal, run('given up'));
    const last = lock.take(1, undefined, run('last'));
    aborted.abort();
    await Promise.all([first, last, assert.rejects(given, ABORTED)]);
    await lock.take(2, undefined, run('later'));
    assert.deepEqual(order, ['first', 'last', 'later']);
  });
});
