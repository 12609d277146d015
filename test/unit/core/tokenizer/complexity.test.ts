import assert from 'node:assert/strict';
import fc from 'fast-check';
import FlatQueue from 'flatqueue';
import { toByteString, utf8ByteString } from '../../../../src/core/tokenizer/bytes';
import { type Merges, mergePairs } from '../../../../src/core/tokenizer/merge';
import { splitPieces } from '../../../../src/core/tokenizer/pieces';
import { decode, END_OF_TEXT, encode, tokenBytes, tokenize } from '../../../support/gpt2';

/** Tokens by their bytes; the lower of two ids merges first. */
class Ranks implements Merges {
  readonly #spelled: readonly string[];

  readonly ids: ReadonlyMap<string, number>;
  lookups = 0;
  bytes = 0;

  constructor(spelled: readonly string[]) {
    this.#spelled = spelled;
    this.ids = new Map(spelled.map((bytes, id) => [bytes, id]));
  }

  symbols(bytes: string): number[] {
    return [...bytes].map((byte) => this.ids.get(byte) as number);
  }

  rankOf(left: number, right: number): number | undefined {
    const pair = this.#spelled[left] + this.#spelled[right];
    this.lookups++;
    this.bytes += pair.length;
    return this.ids.get(pair);
  }

  result(rank: number): number {
    return rank;
  }
}

const SPELLED = Array.from({ length: END_OF_TEXT }, (_, id) => toByteString(tokenBytes(id)));

const GPT2 = new Ranks(SPELLED);

/** The definition: scan all pairs for the lowest rank, merge it, start over. */
function mergeByScanning(symbols: readonly number[], merges: Merges): number[] {
  const parts = [...symbols];
  for (;;) {
    const ranks = parts.slice(1).map((part, i) => merges.rankOf(parts[i], part) ?? Number.POSITIVE_INFINITY);
    const lowest = Math.min(...ranks);
    if (!Number.isFinite(lowest)) return parts;
    parts.splice(ranks.indexOf(lowest), 2, merges.result(lowest));
  }
}

class CountingQueue extends FlatQueue<number> {
  pushes = 0;
  override push(item: number, priority: number): void {
    this.pushes++;
    super.push(item, priority);
  }
}

/** Merges with the real vocabulary and counts the look-ups, the bytes looked up, and the queue's insertions. */
function work(piece: string) {
  const queue = new CountingQueue();
  const [lookups, bytes] = [GPT2.lookups, GPT2.bytes];
  const ids = mergePairs(GPT2.symbols(piece), GPT2, queue);
  return { ids, lookups: GPT2.lookups - lookups, bytes: GPT2.bytes - bytes, pushes: queue.pushes };
}

describe('tokenizer: merging', () => {
  it('merges as the definition does, whatever the ranks', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 30 });
    const merges = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 2, maxLength: 5 }), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(letters, merges, (piece, entries) => {
        const ranks = new Ranks(['a', 'b', 'c', ...entries]);
        const symbols = ranks.symbols(piece);
        assert.deepEqual(mergePairs(symbols, ranks), mergeByScanning(symbols, ranks));
      }),
      { numRuns: 2000, seed: 50257 },
    );
  });

  it('merges as the definition does with the real ranks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const symbols = GPT2.symbols(utf8ByteString(text));
        const starts: number[] = [];
        const ids = mergePairs(symbols, GPT2, undefined, starts);
        assert.deepEqual(ids, mergeByScanning(symbols, GPT2));
        let at = 0;
        assert.deepEqual(
          starts,
          ids.map((id) => {
            at += SPELLED[id].length;
            return at - SPELLED[id].length;
          }),
        );
      }),
      { numRuns: 500, seed: 50257 },
    );
  });

  const alphabet = 'abcdefghijklmnopqrstuvwxyz';
  const pieces: Record<string, string> = {
    'one letter': 'a',
    'two letters': 'ab',
    'the alphabet': alphabet,
    space: ' ',
    newline: '\n',
    'exclamation mark': '!',
    emoji: '😀',
    'unmergeable bytes': '\u0900\u{10ffff}',
  };
  for (const [name, unit] of Object.entries(pieces)) {
    it(`costs the same for each byte of a long piece: ${name}`, () => {
      const bytes = utf8ByteString(unit.repeat(200_000 / unit.length));
      const { lookups, bytes: lookedUp, pushes } = work(bytes);
      // One look-up for each pair, two for each of at most n - 1 merges, one for each part that remains.
      assert.ok(lookups < 4 * bytes.length, `${lookups} look-ups`);
      assert.ok(pushes < 3 * bytes.length, `${pushes} insertions`);
      // No look-up is longer than two of the longest tokens.
      assert.ok(lookedUp <= 256 * lookups, `${lookedUp} bytes looked up`);
      const [half, full] = [work(bytes.slice(0, bytes.length / 2)), work(bytes)];
      assert.ok(full.lookups < 2.01 * half.lookups, `${half.lookups} look-ups for half, ${full.lookups} for all`);
      assert.ok(full.bytes < 2.01 * half.bytes, `${half.bytes} bytes for half, ${full.bytes} for all`);
    });
  }
});

describe('tokenizer: long texts', () => {
  for (const unit of ['a', ' ', '\n', '\t', '7', '!', 'é', '😀', '\ud800', '\u3000', "'s", 'a ', '\n ']) {
    it(`200,000 units of ${JSON.stringify(unit)} are split, encoded and placed`, () => {
      const text = unit.repeat(200_000 / unit.length);
      assert.equal(splitPieces(text).join(''), text);
      const tokens = tokenize(text);
      assert.equal(tokens.at(-1)?.utf16[1], text.length);
      assert.equal(decode(tokens.map(({ id }) => id)), unit === '\ud800' ? '\ufffd'.repeat(text.length) : text);
    });
  }

  it('a long run of white space leaves its last space to the word after it', () => {
    const spaces = ' '.repeat(199_999);
    assert.deepEqual(splitPieces(`${spaces} x`), [spaces, ' x']);
    assert.deepEqual(splitPieces(`${spaces}\nx`), [spaces, '\n', 'x']);
  });

  for (const unit of ['中', '😀', 'a', '7', '\n']) {
    it(`5 million units of ${JSON.stringify(unit)} are one piece, and what follows is another`, () => {
      const run = unit.repeat(5_000_000 / unit.length);
      assert.deepEqual(
        splitPieces(`${run} x`).map(({ length }) => length),
        [run.length, 2],
      );
    });
  }

  it('a long text is cut as its parts are, also beside runs of a length that is matched at once', () => {
    for (const length of [65_535, 65_536, 65_537, 131_072]) {
      for (const unit of ['é', ' ', '!', '\u3000']) {
        const part = `word${unit.repeat(length)}next 's 12\n\n`;
        const text = part.repeat(Math.ceil(1_000_001 / part.length));
        const pieces = splitPieces(part);
        assert.deepEqual(splitPieces(text).slice(0, pieces.length - 1), pieces.slice(0, -1));
        assert.equal(splitPieces(text).join(''), text);
      }
    }
  });

  it('1 MB of a single letter, and of words that are all different', () => {
    const letter = 'a'.repeat(1_000_000);
    const words = Array.from({ length: 150_000 }, (_, i) => (i * 7919).toString(26)).join(' ');
    for (const text of [letter, words]) assert.equal(decode(encode(text)), text);
  });

  it('remembers no more than is right: a word encodes alike before and after very many others', () => {
    const before = encode(' unforgettableness');
    for (let i = 0; i < 60_000; i += 1000) encode(Array.from({ length: 1000 }, (_, j) => ` w${i + j}x`).join(''));
    assert.deepEqual(encode(' unforgettableness'), before);
    before.pop();
    assert.equal(decode(encode(' unforgettableness')), ' unforgettableness');
  });
});
