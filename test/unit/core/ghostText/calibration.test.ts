import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  calibrate,
  calibrated,
  LEARNING_BOUND,
  learn,
  NOTHING_LEARNT,
  thresholdFor,
} from '../../../../src/core/ghostText/calibration';

describe('calibrate', () => {
  it('gives the threshold that the wanted share of scores passes', () => {
    const scores = fc.uniqueArray(fc.integer({ min: -1000, max: -1 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0, max: 1, noNaN: true }), (scores, rate) => {
        const threshold = calibrate(scores, rate);
        const shown = scores.filter((score) => score >= threshold).length;
        assert.ok(Math.abs(shown - rate * scores.length) <= 1, `${shown} of ${scores.length} at ${rate}`);
      }),
    );
  });

  it('shows nothing at 0 and everything at 1', () => {
    assert.equal(calibrate([-1], 0), Number.POSITIVE_INFINITY);
    assert.equal(calibrate([-1], 1), Number.NEGATIVE_INFINITY);
  });

  it('refuses what is not a rate, and no scores', () => {
    assert.throws(() => calibrate([-1], 3), RangeError);
    assert.throws(() => calibrate([-1], Number.NaN), RangeError);
    assert.throws(() => calibrate([], 0.5), RangeError);
  });
});

describe('the calibration of the default model', () => {
  it('asks for less worth the more the writer wants to see, from everything to nothing', () => {
    const rates = Array.from({ length: 21 }, (_, i) => i / 20);
    const thresholds = rates.map((rate) => thresholdFor(rate));
    assert.deepEqual([thresholds[0], thresholds[20]], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    for (let i = 1; i < rates.length; i++) assert.ok(thresholds[i] <= thresholds[i - 1]);
    assert.ok(thresholdFor(0.1) > thresholdFor(0.5));
  });

  it('refuses what is not a rate', () => {
    for (const rate of [-0.1, 1.1, Number.NaN]) assert.throws(() => thresholdFor(rate), RangeError);
  });

  it('takes probabilities for others that rise with them', () => {
    const found = Array.from({ length: 101 }, (_, i) => calibrated(i / 100));
    for (let i = 1; i < found.length; i++) assert.ok(found[i] >= found[i - 1]);
    assert.ok(found[0] >= 0 && found[100] <= 1);
    const halved = {
      probability: [
        [0, 0],
        [1, 0.5],
      ],
      rates: [[0, 1]],
    };
    assert.equal(calibrated(0.6, halved), 0.3);
  });
});

describe('learn', () => {
  const learnt = (outcomes: ('accepted' | 'ignored')[]) => outcomes.reduce(learn, NOTHING_LEARNT);

  it('opens the gate for a writer who accepts and closes it for one who does not', () => {
    assert.ok(learnt(['accepted', 'accepted']).offset < 0);
    assert.ok(learnt(['ignored', 'ignored']).offset > 0);
    assert.ok(Math.abs(learnt(['accepted', 'ignored', 'ignored', 'ignored']).offset) < 1e-9);
  });

  it('stays inside its bounds', () => {
    assert.equal(learnt(Array(500).fill('accepted')).offset, -LEARNING_BOUND);
    assert.equal(learnt(Array(500).fill('ignored')).offset, LEARNING_BOUND);
    assert.equal(learnt(Array(500).fill('ignored')).ignored, 500);
  });
});
