import assert from 'node:assert/strict';
import { InputDecoder } from '../../../src/cli/inputDecoder';

const TEXT = 'é\n漢字 🙂 \ufeff end\n';

/** The text of bytes that come in parts of `size`. */
function decoded(bytes: Uint8Array, size: number): string {
  const decoder = new InputDecoder('a test');
  let text = '';
  for (let at = 0; at < bytes.length; at += size) text += decoder.push(bytes.subarray(at, at + size));
  return text + decoder.end();
}

describe('input', () => {
  it('is the same text in UTF-8 and UTF-16, with and without a mark, wherever it is cut', () => {
    const wide = Buffer.from(`\ufeff${TEXT}`, 'utf16le');
    const encodings = [Buffer.from(TEXT), Buffer.from(`\ufeff${TEXT}`), wide, Buffer.from(wide).swap16()];
    for (const bytes of encodings) for (const size of [1, 2, 3, 5, 100]) assert.equal(decoded(bytes, size), TEXT);
  });

  it('may be empty, or too short for a mark', () => {
    assert.equal(decoded(new Uint8Array(0), 1), '');
    assert.equal(decoded(Buffer.from('a'), 1), 'a');
  });
});
