import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LONGEST_BRANCH, readFromPanel, readToPanel } from '../../../src/panel/protocol';

const search = { beams: 3, groups: 1, diversity: 1, tokens: 8, lengthPenalty: 1 };

describe('the messages of the panel', () => {
  it('pass when they are what they should be', () => {
    for (const message of [
      { type: 'ready' },
      { type: 'select', position: 1, span: [2, 5] },
      { type: 'insert', position: 1, ids: [464] },
      { type: 'why', position: 1, ids: [], candidate: 11 },
      { type: 'beams', position: 1, ids: [464], search },
    ]) {
      assert.deepEqual(readFromPanel(message), message);
    }
  });

  it('insert what a search wrote after the longest branch, both at their longest', () => {
    const ids = Array<number>(LONGEST_BRANCH).fill(1);
    const longest = { ...search, tokens: 32 };
    assert.ok(readFromPanel({ type: 'try', position: 1, ids }));
    assert.ok(readFromPanel({ type: 'beams', position: 1, ids, search: longest }));
    assert.equal(readFromPanel({ type: 'beams', position: 1, ids, search: { ...longest, tokens: 33 } }), null);
    assert.ok(readFromPanel({ type: 'insert', position: 1, ids: [...ids, ...Array<number>(32).fill(2)] }));
  });

  it('are dropped when anything about them is wrong', () => {
    for (const message of [
      null,
      'ready',
      { type: 'run', command: 'rm' },
      { type: 'select', position: 1, span: [5, 2] },
      { type: 'select', position: -1, span: [0, 1] },
      { type: 'insert', position: 1, ids: [] },
      { type: 'insert', position: 1, ids: ['<script>'] },
      { type: 'insert', position: 1, ids: Array(100).fill(1) },
      { type: 'insert', position: 1, ids: [1.5] },
      { type: 'beams', position: 1, ids: [], search: { ...search, groups: 2 } },
      { type: 'beams', position: 1, ids: [], search: { ...search, beams: 1e6 } },
    ]) {
      assert.equal(readFromPanel(message), null);
    }
    assert.equal(readToPanel({ type: 'branch', logits: [1, 2, 3] }), null);
    assert.equal(readToPanel({ type: 'status', state: 'ready', message: { html: '<b>' } }), null);
  });

  it('are never thrown over, whatever arrives', () => {
    fc.assert(
      fc.property(fc.anything(), (data) => {
        assert.equal(readFromPanel(data), null);
        assert.equal(readToPanel(data), null);
      }),
    );
  });
});
