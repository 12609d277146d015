import assert from 'node:assert/strict';
import { gainOf } from '../../../../src/panel/webview/format';

const token = { id: 1, text: 'a', display: 'a', bytes: [0, 1], utf16: [0, 1] } as const;

describe('what a branch does to the text after the cursor', () => {
  it('is the bits of all its tokens, of which those without a score say nothing', () => {
    const after = [
      { ...token, before: -3 * Math.LN2, now: -Math.LN2 },
      { ...token, before: -Math.LN2, now: -1.5 * Math.LN2 },
      { ...token, before: null, now: -5 },
    ];
    assert.ok(Math.abs((gainOf(after) ?? 0) - 1.5) < 1e-9);
  });

  it('is not said where the model scores nothing of it, as a server that gives no scores', () => {
    assert.equal(gainOf([]), null);
    assert.equal(gainOf([{ ...token, before: null, now: null }]), null);
  });
});
