import assert from 'node:assert/strict';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { TokenCounter, windowBefore } from '../../../src/panel/window';
import { encode } from '../../support/gpt2';

const sentence = 'The quick brown fox jumps over the lazy dog.\n\n';

describe('what the model sees before the cursor', () => {
  it('is everything in a short document', () => {
    const window = windowBefore(sentence, 1024, gpt2Tokenizer());
    assert.equal(window.text, sentence);
    assert.ok(window.fromTheStart);
  });

  it('fits the context of a long document, ends at the cursor and is tokenised as it is read', () => {
    const text = `${sentence.repeat(400)}The end`;
    const window = windowBefore(text, 1024, gpt2Tokenizer());
    assert.ok(!window.fromTheStart);
    assert.ok(window.tokens.length <= 1024 - 64 && window.tokens.length > 600, `${window.tokens.length} tokens`);
    assert.equal(window.text, text.slice(window.start));
    assert.deepEqual(
      window.tokens.map(({ id }) => id),
      encode(window.text),
    );
  });

  it('begins at the same place for most keystrokes', () => {
    const starts = new Set<number>();
    const text = sentence.repeat(400);
    for (let typed = 0; typed < 60; typed++) {
      starts.add(windowBefore(text + sentence.slice(0, typed % 40), 1024, gpt2Tokenizer()).start);
    }
    assert.ok(starts.size <= 2);
  });

  it('survives a line of a million characters', () => {
    const window = windowBefore('<script>alert(1)</script> '.repeat(40_000), 1024, gpt2Tokenizer());
    assert.ok(window.tokens.length <= 1024);
    assert.ok(window.text.length < 100_000);
  });
});

describe('the token counter', () => {
  it('counts as the tokenizer does', () => {
    const counter = new TokenCounter();
    for (const text of ['', sentence, sentence, `${sentence}more`]) {
      assert.equal(counter.count(text, gpt2Tokenizer()), encode(text).length);
    }
  });
});
