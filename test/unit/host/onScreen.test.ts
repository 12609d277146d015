import assert from 'node:assert/strict';
import { delays } from '../../host/typing/onScreen';

/** Keys that are pressed 200 ms apart and take 10 ms to change the text. */
const keys = [...'the cat sat'].map((text, i) => ({
  kind: 'type' as const,
  text,
  pressedAt: 200 * i,
  at: 200 * i + 10,
}));
const ORIGIN = 5_000;
const seen = (at: number, text: string) => ({ at: ORIGIN + at, text });

describe('the time until a useful word is on screen', () => {
  it('counts from the key to the grey text on the page', () => {
    const shown = [{ at: 680, text: 'cat sat down', firstWord: 3, again: undefined }];
    const { all, atOnce } = delays({ keys, shown }, [seen(690, 'cat sat down'), seen(820, 'at sat down')], ORIGIN);
    assert.deepEqual([all, atOnce], [[90], [90]]);
  });

  it('leaves out what is wrong, what stood there before, and what came after the next key', () => {
    const right = { at: 680, text: 'cat', firstWord: 3, again: undefined };
    assert.deepEqual(delays({ keys, shown: [{ ...right, text: 'dog' }] }, [seen(690, 'dog')], ORIGIN).all, []);
    const typed = { ...right, at: 870, text: 'at', firstWord: 2 };
    assert.deepEqual(delays({ keys, shown: [typed] }, [seen(690, 'cat'), seen(830, 'at')], ORIGIN).all, []);
    assert.deepEqual(delays({ keys, shown: [right] }, [seen(1_000, 'cat')], ORIGIN).all, []);
  });

  it('sets apart what waited for a pause', () => {
    const shown = [{ at: 680, text: 'cat sat', firstWord: 3, again: 'pause' as const }];
    assert.deepEqual(delays({ keys, shown }, [seen(690, 'cat sat')], ORIGIN), { all: [90], atOnce: [] });
  });
});
