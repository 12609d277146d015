import assert from 'node:assert/strict';
import { type Circumstances, presence } from '../../../src/editor/presence';

const model = {
  name: 'gpt2',
  precision: 'q8',
  layers: 12,
  heads: 12,
  width: 768,
  contextLength: 1024,
  vocabSize: 50257,
} as const;
const calm: Circumstances = { health: { state: 'ready', model }, busy: false, languageId: 'markdown', enabled: true };

describe('what the status item says', () => {
  it('names the model when ready, and what a click does', () => {
    assert.deepEqual(presence(calm), { kind: 'ready', detail: 'gpt2 (q8) is ready. Click to turn ghost text off.' });
  });

  it('thinks while a generation runs or the engine starts', () => {
    assert.equal(presence({ ...calm, busy: true }).kind, 'thinking');
    assert.equal(presence({ ...calm, health: { state: 'starting' } }).kind, 'thinking');
  });

  it('is off where the language is', () => {
    const status = presence({ ...calm, languageId: 'python', enabled: false });
    assert.equal(status.kind, 'off');
    assert.match(status.detail, /“python”.*Click to turn it on/);
  });

  it('puts trouble first, with the words of the engine', () => {
    const health = { state: 'error', message: 'The model file is damaged. Reinstall it.' } as const;
    for (const enabled of [true, false]) {
      assert.deepEqual(presence({ ...calm, health, enabled, busy: true }), { kind: 'error', detail: health.message });
    }
  });

  it('is ready while the engine sleeps', () => {
    assert.equal(presence({ ...calm, health: { state: 'asleep' } }).kind, 'ready');
  });
});
