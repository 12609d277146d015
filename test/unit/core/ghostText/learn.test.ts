import assert from 'node:assert/strict';
import { LEARNING_BOUND, learn, NOTHING_LEARNT } from '../../../../src/core/ghostText/learn';

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
