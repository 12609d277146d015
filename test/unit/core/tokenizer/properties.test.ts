import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gpt2Tokenizer } from '../../../../src/core/tokenizer';
import { decode, decodeBytes, encode, tokenBytes, tokenize, tokenText } from '../../../support/gpt2';

const utf8 = new TextEncoder();
const wellFormed = (text: string) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8.encode(text));

/** Any Unicode, any UTF-16 (lone surrogates too), and what the pre-tokeniser treats specially. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string(),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        ' ',
        '  ',
        '\n',
        '\r\n',
        '\t',
        '\u0085',
        '\u00a0',
        '\u3000',
        '\ufeff',
        '\u200b',
        '\ud83d',
        '\ude00',
      ),
      fc.constantFrom(
        "'s",
        "'ll",
        "'T",
        'word',
        '42',
        '½',
        '٣',
        'é',
        'e\u0301',
        'ﬁ',
        '漢字',
        '🧑‍🚀',
        '<|endoftext|>',
        '...',
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

/** Byte by byte, the UTF-16 span of the character it belongs to. */
function characterOfByte(text: string): [number, number][] {
  const spans: [number, number][] = [];
  let unit = 0;
  for (const character of text) {
    const span: [number, number] = [unit, unit + character.length];
    for (const _ of utf8.encode(character)) spans.push(span);
    unit += character.length;
  }
  return spans;
}

describe('tokenizer: properties', () => {
  it('10,000 random strings come back, with exact spans', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const bytes = utf8.encode(text);
        const characters = characterOfByte(text);
        const ids = encode(text);
        const tokens = tokenize(text);
        assert.equal(decode(ids), wellFormed(text));
        assert.deepEqual(decodeBytes(ids), bytes);
        assert.deepEqual(
          tokens.map(({ id }) => id),
          ids,
        );
        let end = 0;
        for (const token of tokens) {
          const [from, to] = token.bytes;
          assert.equal(from, end);
          assert.deepEqual(tokenBytes(token.id), bytes.slice(from, to));
          assert.deepEqual(token.utf16, [characters[from][0], characters[to - 1][1]]);
          assert.equal(token.text, tokenText(token.id));
          end = to;
        }
        assert.equal(end, bytes.length);
      }),
      { numRuns: 10_000, seed: 50257 },
    );
  });

  it('a lone surrogate is U+FFFD, and its span is its one unit', () => {
    const [before, ...parts] = tokenize('a\ud83d');
    assert.deepEqual(before.utf16, [0, 1]);
    assert.deepEqual(decodeBytes(parts.map(({ id }) => id)), Uint8Array.of(0xef, 0xbf, 0xbd));
    for (const part of parts) assert.deepEqual(part.utf16, [1, 2]);
    assert.deepEqual(encode('\ude00\ud83d'), encode('\ufffd\ufffd'));
  });

  it('allowing the special token changes nothing but the marker', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 4 }), (documents) => {
        const plain = documents.map((text) => text.replaceAll('<|endoftext|>', ''));
        const expected = plain.flatMap((text, i) => (i === 0 ? encode(text) : [50256, ...encode(text)]));
        assert.deepEqual(encode(plain.join('<|endoftext|>'), { allowSpecial: true }), expected);
      }),
      { numRuns: 500, seed: 50257 },
    );
  });

  it('streaming gives what decoding at once gives, also for sequences that no text encodes to', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50256)), (ids) => {
        const decoder = gpt2Tokenizer().streamDecoder();
        assert.equal(ids.map((id) => decoder.push(id)).join('') + decoder.end(), decode(ids));
      }),
      { numRuns: 1000, seed: 50257 },
    );
  });
});

describe('tokenizer: decoding', () => {
  const [rocketStart, rocketMiddle, rocketEnd] = encode('🚀');

  it('streams a character with its last byte', () => {
    const decoder = gpt2Tokenizer().streamDecoder();
    assert.deepEqual(
      [rocketStart, rocketMiddle, rocketEnd].map((id) => decoder.push(id)),
      ['', '', '🚀'],
    );
    assert.equal(decoder.end(), '');
  });

  it('keeps streams apart, and a new sequence from the one before', () => {
    const [one, other] = [gpt2Tokenizer().streamDecoder(), gpt2Tokenizer().streamDecoder()];
    assert.equal(one.push(rocketStart), '');
    assert.equal(other.push(encode('a')[0]), 'a');
    assert.equal(one.end(), '\ufffd');
    assert.equal(one.push(encode('b')[0]), 'b');
    assert.equal(decode([rocketStart]), '\ufffd');
    assert.equal(decode(encode('c')), 'c');
  });

  it('keeps a byte order mark, at once and streamed', () => {
    const ids = encode('\ufeffa');
    const decoder = gpt2Tokenizer().streamDecoder();
    assert.equal(decode(ids), '\ufeffa');
    assert.equal(ids.map((id) => decoder.push(id)).join('') + decoder.end(), '\ufeffa');
  });
});
