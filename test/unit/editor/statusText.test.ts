import assert from 'node:assert/strict';
import { type Circumstances, statusText } from '../../../src/editor/statusText';

const model = {
  name: 'gpt2',
  precision: 'q8',
  layers: 12,
  heads: 12,
  width: 768,
  contextLength: 1024,
  vocabSize: 50257,
} as const;
const place = { languageId: 'markdown', enabled: true, excluded: false, manual: false };
const calm: Circumstances = { health: { state: 'ready', model }, busy: false, place };

describe('what the status item says', () => {
  it('names the model when ready, and what a click does', () => {
    assert.deepEqual(statusText(calm), { kind: 'ready', detail: 'gpt2 (q8) is ready. Click to turn ghost text off.' });
  });

  it('says when and why it does less', () => {
    assert.match(
      statusText({ ...calm, energySaving: 'battery' }).detail,
      /Does less on battery \(inkling\.engine\.saveEnergy\)/,
    );
    assert.match(
      statusText({ ...calm, energySaving: 'busy', health: { state: 'asleep' } }).detail,
      /as the machine is busy/,
    );
  });

  it('thinks while a generation runs or the engine starts', () => {
    assert.equal(statusText({ ...calm, busy: true }).kind, 'thinking');
    assert.equal(statusText({ ...calm, health: { state: 'starting' } }).kind, 'thinking');
  });

  it('is off where the language is', () => {
    const status = statusText({ ...calm, place: { ...place, languageId: 'python', enabled: false } });
    assert.equal(status.kind, 'off');
    assert.match(status.detail, /“python”.*Click to turn it on/);
  });

  it('is off for a file that is excluded, and says when it waits to be asked', () => {
    assert.equal(statusText({ ...calm, place: { ...place, excluded: true } }).kind, 'off');
    assert.match(statusText({ ...calm, place: { ...place, manual: true } }).detail, /only when asked/);
  });

  it('puts trouble first, and says what to do', () => {
    const health = { state: 'error', message: 'The model file is damaged.' } as const;
    for (const enabled of [true, false]) {
      const status = statusText({ busy: true, health, place: { ...place, enabled } });
      assert.equal(status.kind, 'error');
      assert.match(status.detail, /^The model file is damaged\. .*Choose Model.*restart the engine/);
    }
  });

  it('says when an engine that stopped comes back', () => {
    const health = { state: 'error', message: 'The engine stopped.', retryInMs: 2000 } as const;
    assert.equal(statusText({ ...calm, health }).detail, 'The engine stopped. It starts again by itself in 2 s.');
  });

  it('is ready while the engine sleeps', () => {
    assert.equal(statusText({ ...calm, health: { state: 'asleep' } }).kind, 'ready');
  });
});
