import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ForkedEngineOptions } from '../../../../src/engine/process/client';
import { Watchdog } from '../../../../src/engine/process/watchdog';
import { useTemporaryFolder } from '../../../support/content';
import { becomes, gone, useEngineProcesses } from '../../../support/engineProcess';

const ABORTED = { name: 'AbortError' };
const SILENT = { name: 'EngineError', message: /stopped answering/ };

describe('an engine that hangs', () => {
  const folder = useTemporaryFolder();
  const { built, start: startEngine } = useEngineProcesses();
  const start = (change: Partial<ForkedEngineOptions> = {}) =>
    startEngine({ model: { path: '', precision: 'q8' }, ...change });
  const seconds = (count: number) => {
    for (let i = 0; i < count; i++) mock.timers.tick(1000);
  };
  /** An engine whose process runs this program instead. */
  const startProgram = async (program: string, onOutput?: (text: string) => void) => {
    const script = join(folder(), 'program.js');
    await writeFile(script, program);
    return start({ script, onOutput });
  };
  it('is ended after ten seconds without a sign of life while something is asked, and comes back', async () => {
    const engine = start();
    await engine.info();
    await becomes(engine, 'ready');
    const { pid } = engine;
    assert.ok(pid);
    process.kill(pid, 'SIGSTOP');
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    seconds(100);
    assert.equal(engine.pid, pid, 'of a process that nothing is asked of no answer is wanted');
    const asked = engine.logits({ text: 'Hello' });
    await turn();
    seconds(10);
    assert.equal(engine.pid, pid);
    seconds(1);
    await assert.rejects(asked, SILENT);
    await gone(pid);
    mock.timers.tick(500);
    mock.timers.reset();
    await becomes(engine, 'ready');
    assert.equal((await engine.logits({ text: 'Hello' })).length, built().config.vocab_size);
  });

  it('is ended after a minute when it never starts', async () => {
    const engine = await startProgram('setInterval(() => {}, 1000);');
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const info = engine.info();
    const { pid } = engine;
    seconds(60);
    assert.equal(engine.pid, pid);
    seconds(1);
    await assert.rejects(info, SILENT);
    await gone(pid);
  });

  it('leaves nobody waiting who has cancelled', async () => {
    const hanging = await startProgram('setInterval(() => {}, 1000);');
    const cancelled = new AbortController();
    const scoring = hanging.score({ text: 'Hello' }, cancelled.signal);
    const generating = hanging.generate({ text: 'Hello', config: {} }, undefined, cancelled.signal);
    cancelled.abort();
    await assert.rejects(scoring, ABORTED);
    assert.equal((await generating).finish, 'cancelled');

    const engine = start();
    const stopped = new AbortController();
    let written = '';
    const writing = engine.generate(
      { text: 'Hello', config: { maxNewTokens: 5000 } },
      (event) => {
        if (event.kind !== 'token') return;
        if (written === '') process.kill(engine.pid as number, 'SIGSTOP');
        written += event.text;
        stopped.abort();
      },
      stopped.signal,
    );
    const { finish, text, ids, sequences } = await writing;
    assert.equal(finish, 'cancelled');
    assert.ok(ids.length > 0);
    assert.equal(text, written, 'what it had written is kept');
    assert.equal(sequences[0].text, written);
  });

  it('is watched by ticks, with an answer at any time ending the silence', () => {
    mock.timers.enable({ apis: ['setInterval'] });
    let pings = 0;
    let silences = 0;
    const watchdog = new Watchdog({ ping: () => pings++, onSilence: () => silences++ });
    watchdog.watch(3);
    for (let i = 0; i < 20; i++) {
      seconds(3);
      watchdog.heard();
    }
    assert.deepEqual([pings, silences], [60, 0]);
    seconds(3);
    assert.equal(silences, 0);
    seconds(1);
    assert.equal(silences, 1);
    assert.equal(watchdog.isWatching, false);
  });

  it('that crashes again and again does not leave a writer who types for longer than five seconds', async () => {
    const engine = await startProgram('process.exit(7);');
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    await assert.rejects(engine.info(), /exit code 7/);
    for (const pause of [250, 2_000, 10_000]) {
      assert.equal(engine.health.state === 'error' && engine.health.retryInMs, pause);
      const again = becomes(engine, 'starting').then(() => becomes(engine, 'error'));
      mock.timers.tick(pause);
      await again;
    }
    assert.equal(engine.health.state === 'error' && engine.health.retryInMs, 60_000);
    mock.timers.tick(4_999);
    await assert.rejects(engine.info(), /exit code 7/);
    assert.equal(engine.pid, undefined, 'it rests');
    mock.timers.tick(1);
    const asked = engine.info();
    assert.ok(engine.pid, 'it starts for who asks');
    await assert.rejects(asked, /exit code 7/);
  });

  it('ignores what is no message, in both directions', async () => {
    const output: string[] = [];
    const engine = await startProgram(
      `for (const rubbish of ['text', 42, true, [], {}, { id: -1 }, { id: 1, error: 'no' }, { id: 1, error: {} }, { failed: 5 }, { ready: 'yes' }])
         process.send(rubbish);
       process.on('message', ({ call, id }) => {
         if (call) for (const answer of ['text', { id, error: 7 }, { id, result: { name: 'a model' } }]) process.send(answer);
       });
       process.send({ ready: true });`,
      (text) => output.push(text),
    );
    assert.deepEqual(await engine.info(), { name: 'a model' });
    assert.ok(output.length >= 10);
    assert.match(output[0], /no message/);

    const args = JSON.stringify({ model: { path: '', precision: 'q8' }, cache: built().folder, threads: 1 });
    const child = fork(join(built().folder, 'dist/engine.js'), [args], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    await once(child, 'message');
    for (const rubbish of ['text', 42, true, [], {}, { cancel: 'x' }, { call: 'exit', id: 1 }, { call: 'info' }]) {
      child.send(rubbish as object);
    }
    child.send({ call: 'info', id: 5 });
    const [answer] = await once(child, 'message');
    assert.equal((answer as { id: number }).id, 5);
    const [log] = await once(child.stderr as NodeJS.ReadableStream, 'data');
    assert.match(String(log), /no message/);
    child.disconnect();
    await once(child, 'exit');
  });
});
