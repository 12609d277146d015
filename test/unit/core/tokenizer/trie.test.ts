import assert from 'node:assert/strict';
import fc from 'fast-check';
import { END_OF_TEXT, tokenBytes, tokensThatArePrefixOf, tokensWithPrefix } from '../../../support/gpt2';

const utf8 = new TextEncoder();
const vocabulary = Array.from({ length: END_OF_TEXT }, (_, id) => Buffer.from(tokenBytes(id)));
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const spelled = vocabulary.map(latin1);
const ascending = (ids: number[]) => [...ids].sort((a, b) => a - b);

function startingWith(prefix: Uint8Array): number[] {
  const wanted = latin1(prefix);
  return spelled.flatMap((bytes, id) => (bytes.startsWith(wanted) ? [id] : []));
}

function properPrefixesOf(whole: Uint8Array): number[] {
  const given = latin1(whole);
  return spelled.flatMap((bytes, id) => (bytes.length < given.length && given.startsWith(bytes) ? [id] : []));
}

/** Tokens cut short, tokens run on, and bytes that may begin nothing. */
const someBytes = fc.oneof(
  fc.tuple(fc.nat(END_OF_TEXT - 1), fc.nat(12)).map(([id, length]) => tokenBytes(id).slice(0, length)),
  fc
    .tuple(fc.nat(END_OF_TEXT - 1), fc.nat(END_OF_TEXT - 1))
    .map(([a, b]) => Uint8Array.of(...tokenBytes(a), ...tokenBytes(b))),
  fc.uint8Array({ maxLength: 4 }),
);

describe('tokenizer: trie', () => {
  it('agrees with a search of the whole vocabulary', () => {
    fc.assert(
      fc.property(someBytes, (bytes) => {
        assert.deepEqual(ascending(tokensWithPrefix(bytes)), startingWith(bytes));
        assert.deepEqual(ascending(tokensThatArePrefixOf(bytes)), properPrefixesOf(bytes));
      }),
      { numRuns: 300, seed: 50257 },
    );
  });

  it('has every ordinary token below the root, and never the special one', () => {
    assert.deepEqual(ascending(tokensWithPrefix(new Uint8Array())), Array.from(vocabulary.keys()));
    assert.ok(!tokensWithPrefix(utf8.encode('<|')).includes(END_OF_TEXT));
    assert.deepEqual(tokensWithPrefix(utf8.encode('<|endoftext|>')), []);
  });

  it('orders extensions by their bytes and prefixes by their length', () => {
    const extensions = tokensWithPrefix(utf8.encode(' wor')).map((id) => vocabulary[id]);
    assert.ok(extensions.length > 10);
    for (let i = 1; i < extensions.length; i++) assert.ok(Buffer.compare(extensions[i - 1], extensions[i]) < 0);
    const prefixes = tokensThatArePrefixOf(utf8.encode(' world')).map((id) => vocabulary[id].toString());
    assert.deepEqual(prefixes, [' ', ' w', ' wo', ' wor']);
  });

  it('finds the longest token below a longer text', () => {
    const longest = vocabulary.reduce((a, b) => (b.length > a.length ? b : a));
    const found = tokensThatArePrefixOf(Buffer.concat([longest, Buffer.from('x'.repeat(100_000))]));
    assert.deepEqual(vocabulary[found.at(-1) as number], longest);
    assert.ok(!tokensThatArePrefixOf(longest).some((id) => vocabulary[id].equals(longest)));
  });
});
