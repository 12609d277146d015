import assert from 'node:assert/strict';
import vectors from '../../../data/tokenizer.json';
import { decode, decodeBytes, display, encode, tokenBytes, tokenize } from '../../../support/gpt2';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('tokenizer: published and computed vectors', () => {
  it('has all of them', () => {
    const { published, whitespace, specials, decodePartial, hard, fuzz } = vectors;
    const counts = [published, whitespace, specials, decodePartial, hard, fuzz].map((list) => list.length);
    assert.deepEqual(counts, [91, 6, 4, 4, 150, 500]);
  });

  for (const { source, text, ids, tokens } of vectors.published) {
    it(`${source}: ${JSON.stringify(text).slice(0, 60)}`, () => {
      assert.deepEqual(encode(text), ids);
      assert.equal(decode(ids), text);
      if (tokens) assert.deepEqual(ids.map(display), tokens);
    });
  }

  for (const vector of vectors.hard) {
    it(`${vector.category}: ${vector.name}`, () => {
      const tokens = tokenize(vector.text);
      assert.deepEqual(encode(vector.text), vector.ids);
      assert.deepEqual(
        tokens.map(({ id }) => id),
        vector.ids,
      );
      assert.deepEqual(
        tokens.map((token) => token.display),
        vector.tokens,
      );
      assert.deepEqual(
        tokens.map(({ id }) => hex(tokenBytes(id))),
        vector.bytes,
      );
      assert.deepEqual(
        tokens.map((token) => token.bytes),
        vector.byteOffsets,
      );
      assert.deepEqual(
        tokens.map((token) => token.utf16),
        vector.utf16Offsets,
      );
    });
  }

  it('random texts', () => {
    for (const { text, ids } of vectors.fuzz) {
      assert.deepEqual(encode(text), ids, JSON.stringify(text));
      assert.equal(decode(ids), text);
    }
  });

  it('white space is that of Unicode, not of JavaScript', () => {
    for (const { text, ids } of vectors.whitespace) assert.deepEqual(encode(text), ids, JSON.stringify(text));
  });

  it('the special token is ordinary text unless allowed, and then found anywhere', () => {
    for (const { text, as_text, as_special } of vectors.specials) {
      assert.deepEqual(encode(text), as_text);
      assert.deepEqual(encode(text, { allowSpecial: true }), as_special);
      assert.equal(decode(as_special), text);
      assert.deepEqual(
        tokenize(text, { allowSpecial: true }).map(({ bytes: [from, to] }) => text.slice(from, to)),
        as_special.map((id) => decode([id])),
      );
    }
  });

  it('parts of characters', () => {
    for (const { ids, bytes, text, tiktoken_decode } of vectors.decodePartial) {
      assert.equal(hex(decodeBytes(ids)), bytes);
      assert.equal(decode(ids), text ?? tiktoken_decode);
    }
  });

  it('the examples of the founding document', () => {
    const shown = (text: string) => tokenize(text).map((token) => token.display);
    assert.deepEqual(shown('Hello world'), ['Hello', 'Ġworld']);
    assert.deepEqual(shown('Tokenization'), ['Token', 'ization']);
    assert.deepEqual(shown('Transformers'), ['Transform', 'ers']);
  });
});
