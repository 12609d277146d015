import assert from 'node:assert/strict';
import fc from 'fast-check';
import { complete } from '../../../../src/core/completion/complete';
import type { Completion, Suggestion } from '../../../../src/core/completion/types';
import { CompletionCache } from '../../../../src/core/ghostText/cache';
import { agreesWith, remainder } from '../../../../src/core/ghostText/remainder';
import { table } from '../completion/models';
import { suggestion } from './support';

const found = (...texts: string[]): Completion => ({
  suggestions: texts.map((text) => suggestion([text])),
  reason: 'sentence',
});
const nothing: Completion = { suggestions: [], reason: 'unsure' };
const texts = (completion: Completion | undefined) => completion?.suggestions.map(({ text }) => text);

describe('remainder', () => {
  it('drops the tokens that were typed in full and counts a begun one as healed', () => {
    const rest = remainder(suggestion([' very', ' good', ' day'], ' ve'), 'ry g');
    assert.deepEqual(
      [rest?.text, rest?.healed, rest?.tokens.map(({ text }) => text), rest?.logprob],
      ['ood day', ' g', [' good', ' day'], -2],
    );
  });

  it('is nothing after other text, or after all of it', () => {
    assert.equal(remainder(suggestion([' good']), ' b'), null);
    assert.equal(remainder(suggestion([' good']), ' good'), null);
    assert.equal(remainder(suggestion([' good']), ' good day'), null);
  });

  it('is as probable as the model would find it there, after each letter', async () => {
    const model = table({
      'It was': { ' very': 0.4, ' vast': 0.2, ' a': 0.3 },
      'It was very': { ' good': 0.5, ' great': 0.3, ' a': 0.1 },
      'It was very good': { '.': 0.9 },
    });
    const at = async (prefix: string): Promise<Suggestion> => (await complete(model, { prefix })).suggestions[0];
    const whole = await at('It was');
    assert.equal(whole.text, ' very good.');
    for (const typed of [' ', ' v', ' ve', ' ver', ' very', ' very ', ' very g', ' very go']) {
      const rest = remainder(whole, typed);
      const anew = await at(`It was${typed}`);
      assert.equal(rest?.text, anew.text);
      const chances = ({ words, begins }: Suggestion) => [...words.map(({ logprob }) => Math.exp(logprob)), begins[0]];
      for (const [i, chance] of chances(anew).entries()) {
        // A space between words counts as certain.
        assert.ok(Math.abs(chance - chances(rest as Suggestion)[i]) < 0.04, `${typed}: ${chances(rest as Suggestion)}`);
      }
    }
  });
});

describe('agreesWith', () => {
  it('waits while what was typed and what was generated can be the same text', () => {
    const running = { prefix: 'It was', partial: ' very' };
    assert.equal(agreesWith(running, 'It was'), true);
    assert.equal(agreesWith(running, 'It was ve'), true);
    assert.equal(agreesWith(running, 'It was very good'), true);
    assert.equal(agreesWith(running, 'It was a'), false);
    assert.equal(agreesWith(running, 'It wa'), false);
  });
});

describe('CompletionCache', () => {
  it('answers while the suggestion is typed, and after backspaces to where it was shown', () => {
    const cache = new CompletionCache();
    cache.set('It was', '', found(' very good'));
    assert.deepEqual(texts(cache.get('It was', '')), [' very good']);
    assert.deepEqual(texts(cache.get('It was ve', '')), ['ry good']);
    assert.equal(cache.get('It was vi', ''), undefined);
    assert.deepEqual(texts(cache.get('It was v', '')), ['ery good']);
    assert.equal(cache.get('It was very good', ''), undefined);
    assert.equal(cache.get('It wa', ''), undefined);
  });

  it('keeps the alternatives that still agree', () => {
    const cache = new CompletionCache();
    cache.set('It was', '', found(' very good', ' quite good', ' very bad'));
    assert.deepEqual(texts(cache.get('It was very', '')), [' good', ' bad']);
  });

  it('remembers that there was nothing to say, at that place only', () => {
    const cache = new CompletionCache();
    cache.set('It was', '', nothing);
    assert.deepEqual(cache.get('It was', ''), nothing);
    assert.equal(cache.get('It was ', ''), undefined);
  });

  it('tells places apart by what follows the cursor', () => {
    const cache = new CompletionCache();
    cache.set('It was', '.', found(' good'));
    assert.equal(cache.get('It was', ''), undefined);
    assert.deepEqual(texts(cache.get('It was', '.')), [' good']);
  });

  it('survives jumps: what was shown elsewhere is still known there', () => {
    const cache = new CompletionCache();
    const far = 'A long document. '.repeat(1000);
    cache.set(`${far}One`, '', found(' day'));
    cache.set(`${far}One other place`, '', found(' there'));
    assert.deepEqual(texts(cache.get(`${far}One`, '')), [' day']);
    assert.equal(cache.get(`${far}One other`, ''), undefined);
    assert.deepEqual(texts(cache.get(`${far}One other place`, '')), [' there']);
  });

  it('forgets the least recently used when full', () => {
    const cache = new CompletionCache(2);
    cache.set('a', '', found('1'));
    cache.set('b', '', found('2'));
    cache.get('a', '');
    cache.set('c', '', found('3'));
    assert.deepEqual(texts(cache.get('a', '')), ['1']);
    assert.equal(cache.get('b', ''), undefined);
  });

  it('always continues what was typed', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 8 });
    const entries = fc.array(fc.tuple(text, text), { maxLength: 20 });
    fc.assert(
      fc.property(entries, text, (known, query) => {
        const cache = new CompletionCache(8);
        for (const [prefix, next] of known) cache.set(prefix, '', found(next));
        const answer = cache.get(query, '');
        const whole = texts(answer)?.map((rest) => query + rest) ?? [];
        for (const continued of whole) assert.ok(known.some(([prefix, next]) => prefix + next === continued));
      }),
    );
  });
});
