import assert from 'node:assert/strict';
import {
  calibrated,
  LEARNING_BOUND,
  learn,
  NOTHING_LEARNT,
  storedCalibration,
  thresholdFor,
} from '../../../../src/core/ghostText/calibration';

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

  it('lies between two points where they lie, and beyond the last one as there', () => {
    const stepped = {
      probability: [
        [0.2, 0.1],
        [0.4, 0.2],
        [0.4, 0.3],
        [0.8, 0.5],
      ],
      rates: [[0, 1]],
    };
    const at = (probability: number) => Number(calibrated(probability, stepped).toFixed(9));
    assert.deepEqual([0, 0.2, 0.3, 0.4, 0.6, 0.8, 1].map(at), [0.1, 0.1, 0.15, 0.2, 0.4, 0.5, 0.5]);
  });

  it('is taken from a file only where it is one', () => {
    const points = [
      [0, 0],
      [1, 0.5],
    ];
    assert.deepEqual(storedCalibration({ probability: points, rates: points }), { probability: points, rates: points });
    for (const other of [
      undefined,
      null,
      'calibration',
      {},
      { probability: points },
      { rates: points },
      { probability: points, rates: [[0, 0]] },
      { probability: [[0], [1]], rates: points },
      {
        probability: points,
        rates: [
          ['0', 0],
          [1, 1],
        ],
      },
    ]) {
      assert.equal(storedCalibration(other), undefined, JSON.stringify(other));
    }
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
  });

  it('counts both', () => {
    const { accepted, ignored } = learnt(['accepted', 'ignored', 'accepted', 'accepted']);
    assert.deepEqual([accepted, ignored], [3, 1]);
  });
});
