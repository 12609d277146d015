import assert from 'node:assert/strict';
import { offInDocument } from '../../../src/core/ghostText/suppression';
import { type Circumstances, statusText } from '../../../src/editor/statusText';

const model = {
  id: 'a1b2',
  name: 'gpt2',
  precision: 'q8',
  layers: 12,
  heads: 12,
  width: 768,
  contextLength: 1024,
  vocabSize: 50257,
} as const;
const calm: Circumstances = { health: { state: 'ready', model }, busy: false };

describe('what the status item says', () => {
  it('names the model when ready', () => {
    assert.deepEqual(statusText(calm), {
      kind: 'ready',
      detail: 'gpt2 (q8) is ready. The model runs on this machine.',
    });
  });

  it('says where the model runs, be it awake or asleep', () => {
    const remote = 'ssh-remote';
    for (const state of [calm.health, { state: 'asleep' }] as const) {
      assert.match(
        statusText({ ...calm, health: state, remote }).detail,
        /runs on the remote machine \(ssh-remote\)\./,
      );
      assert.match(statusText({ ...calm, health: state }).detail, /runs on this machine\./);
    }
  });

  it('names the model server that text is sent to, be it asked yet or not, and what to do where it fails', () => {
    const server = 'gpu.example.org:8000';
    const about = { id: 'story', name: 'story', contextLength: 1024, vocabSize: 9 } as const;
    const info = { ...about, server: { host: server, lacks: [] } } as const;
    assert.equal(
      statusText({ ...calm, server, health: { state: 'ready', model: info } }).detail,
      'story on gpu.example.org:8000 is ready; the text around the cursor is sent there.',
    );
    const blind = { ...info, server: { host: server, lacks: ['logprobs'] } } as const;
    assert.match(
      statusText({ ...calm, server, health: { state: 'ready', model: blind } }).detail,
      /It gives no probabilities, so suggestions come only when asked for\.$/,
    );
    assert.equal(
      statusText({ ...calm, server, health: { state: 'asleep' } }).detail,
      'The model server gpu.example.org:8000 is asked with the next suggestion.',
    );
    const health = { state: 'error', message: 'gpu is away.', server, retryInMs: 5_000 } as const;
    assert.deepEqual(statusText({ ...calm, server, health }), {
      kind: 'error',
      detail: 'gpu is away. It is asked again in 5 s. “Inkling: Use the Model Here” goes on without it.',
    });
  });

  it('says when and why it does less', () => {
    assert.match(
      statusText({ ...calm, energySaving: 'battery' }).detail,
      /does less, to save energy\. This machine is on battery \(inkling\.engine\.saveEnergy\)\./,
    );
    assert.match(
      statusText({ ...calm, energySaving: 'busy', health: { state: 'asleep' } }).detail,
      /This machine is busy/,
    );
  });

  it('thinks while a generation runs or the engine starts', () => {
    assert.equal(statusText({ ...calm, busy: true }).kind, 'thinking');
    assert.equal(statusText({ ...calm, health: { state: 'starting' } }).kind, 'thinking');
  });

  it('is off where ghost text is off in the whole document, for that reason', () => {
    const writing = { enabled: true, languageId: 'markdown', languages: ['markdown'], scheme: 'file', readOnly: false };
    const at = (change: object) => {
      return statusText({ ...calm, off: offInDocument({ ...writing, ...change }) ?? undefined });
    };
    assert.equal(at({}).kind, 'ready');
    assert.match(at({ languageId: 'python' }).detail, /“python”/);
    assert.match(at({ enabled: false }).detail, /inkling\.exclude/);
    assert.equal(at({ scheme: 'vscode-notebook-cell' }).kind, 'ready', 'a cell of a notebook is written in');
    for (const off of [{ scheme: 'output' }, { readOnly: true }]) assert.equal(at(off).kind, 'off');
  });

  it('says when it waits to be asked, and until when it is quiet', () => {
    assert.match(statusText({ ...calm, manual: true }).detail, /only when asked/);
    const quiet = statusText({ ...calm, quietUntil: '10:15' });
    assert.deepEqual([quiet.kind, quiet.detail], ['off', 'No suggestions until 10:15, unless you ask.']);
  });

  it('puts trouble first, and says what to do', () => {
    const health = { state: 'error', message: 'The model file is damaged.' } as const;
    for (const off of [undefined, { code: 'language', message: 'Off.' } as const]) {
      const status = statusText({ busy: true, health, off });
      assert.equal(status.kind, 'error');
      assert.match(status.detail, /^The model file is damaged\. .*Choose Model.*restart the engine/);
    }
  });

  it('says when an engine that stopped comes back', () => {
    const health = { state: 'error', message: 'The engine stopped.', retryInMs: 2000 } as const;
    assert.equal(statusText({ ...calm, health }).detail, 'The engine stopped. It starts again by itself in 2 s.');
    const later = statusText({ ...calm, health: { ...health, retryInMs: 60_000 } }).detail;
    assert.match(later, /in 60 s, or sooner when you write on\.$/);
  });

  it('is ready while the engine sleeps', () => {
    assert.equal(statusText({ ...calm, health: { state: 'asleep' } }).kind, 'ready');
  });
});
