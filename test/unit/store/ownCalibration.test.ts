import assert from 'node:assert/strict';
import { storedCalibration } from '../../../src/core/ghostText/calibration';
import { type CalibratedModel, ownCalibration } from '../../../src/store/selftest/ownCalibration';

const SENTENCE = 'The old house stood at the end of the street, and nobody had lived in it for many years. ';

/** A model that writes one sentence again and again, and is as sure of each word as it is told. */
function model(text: string, sure: number): { readonly engine: CalibratedModel; asked: () => number } {
  let asked = 0;
  const engine = {
    generate: async () => ({ text }),
    complete: async ({ prefix }: { prefix: string }) => {
      asked++;
      const rest = text.slice(text.indexOf(prefix) + prefix.length);
      const word = /^\s*\S+/.exec(rest)?.[0] ?? '';
      const logprob = Math.log(sure);
      const ends = [{ length: word.length, confidence: logprob, logprob }];
      const suggestion = { text: word, words: ends, begins: [sure], ended: 'budget', tokens: [], logprob };
      return { suggestions: [suggestion], reason: 'budget' };
    },
  } as unknown as CalibratedModel;
  return { engine, asked: () => asked };
}

describe('the calibration of an installed model', () => {
  it('comes from typing what the model has written', async () => {
    const { engine } = model(SENTENCE.repeat(3), 0.55);
    const found = await ownCalibration(engine, 1.5e9);
    // Whatever was suggested was right, so that 55 % turn out as more.
    const [, right] = found?.probability.find(([predicted]) => predicted > 0.5) ?? [];
    assert.ok(right !== undefined && right > 0.7, `${right}`);
  });

  it('costs fewer keys the larger the model is', async () => {
    for (const [parameters, keys] of [
      [248e6, 100],
      [1.5e9, 60],
    ]) {
      let typed = 0;
      await ownCalibration(model(SENTENCE.repeat(3), 0.5).engine, parameters, undefined, (done) => {
        typed = done;
      });
      assert.equal(typed, keys);
    }
  });

  it('is left alone where the model writes nothing, or is told to stop', async () => {
    const silent = model('', 0.5);
    assert.equal(await ownCalibration(silent.engine, 1e6), undefined);
    assert.equal(silent.asked(), 0);
    const stopped = model(SENTENCE, 0.5);
    await assert.rejects(ownCalibration(stopped.engine, 1e6, AbortSignal.abort()), { name: 'AbortError' });
    assert.equal(stopped.asked(), 0);
  });

  it('is left alone where the model writes little but white space', async () => {
    for (const text of [`One line.${'\n'.repeat(120)}`, `${SENTENCE.slice(0, 40)}${' \n'.repeat(200)}`]) {
      assert.equal(await ownCalibration(model(text, 0.5).engine, 1.5e9), undefined);
    }
  });

  it('is not read where it was damaged', () => {
    for (const stored of [
      undefined,
      null,
      1,
      {},
      { probability: [], rates: [] },
      { probability: [['a', 1]], rates: [] },
    ]) {
      assert.equal(storedCalibration(stored), undefined);
    }
  });
});
