import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createRng } from '../../../src/core/decoding/random';
import { MarkdownDocument, readMarkdown } from '../../../src/core/markdown';
import { endure, growth, hit, onRoughMachine, type Sample, Writer } from '../../soak/soak';
import { WrittenDocument } from '../../soak/writtenDocument';
import { useTemporaryFolder } from '../../support/content';
import { useEngineProcesses } from '../../support/engineProcess';

const SENTENCES = readFileSync(join(import.meta.dirname, '../../data/sentences.txt'), 'utf8')
  .trim()
  .split('\n');
const QUESTION = { text: 'The old lighthouse stood at the end of the' };

/** A short run of `npm run soak`; what needs hours is left to that. */
describe('a long day of writing', () => {
  const folder = useTemporaryFolder();
  const { built, start } = useEngineProcesses();
  const bundled = () => start({ model: { path: '', precision: 'q8' } });
  const write = (words: number) => new WrittenDocument(SENTENCES, words, 1);

  it('is written key by key, by somebody who goes to and fro in a document that keeps its length', () => {
    const document = write(2000);
    const { length } = document.text;
    let { text } = document;
    for (let key = 0; key < 3000; key++) {
      for (const { offset, removed, text: added } of document.press()) {
        text = text.slice(0, offset) + added + text.slice(offset + removed);
      }
      if (key % 100 !== 0) continue;
      assert.equal(document.text, text);
      assert.deepEqual(document.read(), readMarkdown(new MarkdownDocument(text), document.offset));
    }
    assert.ok(Math.abs(document.text.length / length - 1) < 0.05);
  });

  it('costs the same work and holds the same at its end as at its beginning', async () => {
    const engine = bundled();
    const writer = new Writer(engine, write(5000));
    await engine.info();
    await engine.remember({ kind: 'settle' });
    const run = () => endure(engine, writer, { completions: 24, explanations: 3, samples: 6 });
    await run();
    const { tokensFed: first } = await engine.stats();
    const { samples, times, explained } = await run();
    const second = (await engine.stats()).tokensFed - first;
    writer.dispose();
    assert.deepEqual([times.length, explained, samples.length], [24, 3, 6]);
    assert.ok(growth(samples, 2, ({ host }) => host) < 1.05, 'memory of this process');
    // Timers and answers on their way come and go; what is lost stays. The engine's memory is for a longer run to tell.
    for (const held of [({ handles }: Sample) => handles, ({ files }: Sample) => files]) {
      assert.ok(Math.min(...samples.slice(3).map(held)) <= Math.max(...samples.slice(0, 3).map(held)));
    }
    assert.ok(second < 1.5 * first, `${first} tokens, then ${second}`);
  });

  it('has its growth told by the least that was held: garbage comes and goes', () => {
    const samples = [3, 2, 9, 5, 8, 2.2].map((host) => ({ host, engine: 1, handles: 1, files: 1 }));
    assert.equal(
      growth(samples, 2, ({ host }) => host),
      1.1,
    );
    assert.equal(
      growth(samples, 2, ({ engine }) => engine),
      1,
    );
  });

  it('loses nothing when the engine’s process is killed again and again, and soon has it back', async () => {
    const engine = bundled();
    const writer = new Writer(engine, write(2000));
    await engine.info();
    const strike = (pid: number, type: () => void) => {
      process.kill(pid, 'SIGKILL');
      type();
    };
    const options = { count: 2, strike, random: createRng(1), pause: () => turn() };
    const { asked, settled, pauses, orphans } = await hit(engine, writer, options);
    writer.dispose();
    assert.equal(settled, asked);
    assert.ok(asked > 2 * 4);
    assert.deepEqual(
      pauses,
      Array(2).fill(250),
      'who has just been answered does not wait as for one that never starts',
    );
    assert.equal(orphans, 0);
    assert.equal((await engine.remember({ kind: 'settle' })).words > 1500, true, 'it knows the text again');
  });

  it('loses nothing when the engine’s process is stopped', async () => {
    const engine = bundled();
    const writer = new Writer(engine, write(2000));
    await engine.info();
    const strike = async (pid: number, type: () => void) => {
      await engine.remember({ kind: 'settle' });
      process.kill(pid, 'SIGSTOP');
      mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
      type();
      await turn();
      for (let second = 0; second <= 10; second++) mock.timers.tick(1000);
      mock.timers.tick(250);
      mock.timers.reset();
    };
    const options = { count: 1, strike, random: () => 0, pause: () => turn() };
    const { asked, settled, pauses, orphans } = await hit(engine, writer, options);
    writer.dispose();
    assert.deepEqual([settled, pauses, orphans], [asked, [250], 0]);
  });

  it('goes on where the clock jumps, and where the disk is slow or read-only', async () => {
    const calm = await bundled().logits(QUESTION);
    for (const kind of ['clock', 'slow', 'readOnly'] as const) {
      const engine = bundled();
      assert.deepEqual(await onRoughMachine(kind, () => engine.logits(QUESTION)), calm, kind);
    }
  });

  it('says what a disk lacks that has no room for a model, leaves nothing there, and takes it when there is', async () => {
    for (const [kind, reason] of [
      ['full', /^The disk that holds \S+ is full\. Free some space and try again\.$/],
      [
        'readOnly',
        /^Inkling cannot write to \S+ \(EROFS\)\. Check that its disk is there and that you may write to it\.$/,
      ],
    ] as const) {
      const cache = join(folder(), kind);
      const change = { cache, model: { path: built().model.folder, precision: 'fp32' as const } };
      await onRoughMachine(kind, () =>
        assert.rejects(start(change).logits(QUESTION), ({ name, message }: Error) => {
          assert.equal(name, 'EngineError');
          assert.match(message, reason);
          return true;
        }),
      );
      const left = existsSync(cache) ? readdirSync(cache) : [];
      assert.deepEqual(left, []);
      assert.equal((await start(change).logits(QUESTION)).length, built().config.vocab_size);
    }
  });
});
