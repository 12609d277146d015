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

describe('what is left of a suggestion whose further words are known by their ends', () => {
  const whole: Suggestion = {
    ...suggestion([' very', ' good', ' day']),
    begins: [0.9, 0.8],
    words: [0.7, 0.4, 0.1].map((right, i) => ({ length: [5, 10, 14][i], confidence: 0, logprob: Math.log(right) })),
  };
  const chances = (rest: Suggestion | null) => rest?.words.map(({ length, logprob }) => [length, Math.exp(logprob)]);
  const near = (found: number[][] | undefined, expected: number[][]) => {
    assert.equal(found?.length, expected.length);
    for (const [i, [length, chance]] of expected.entries()) {
      assert.equal(found?.[i][0], length);
      assert.ok(Math.abs((found?.[i][1] ?? 0) - chance) < 1e-9, `${found}`);
    }
  };

  it('counts what was typed as certain, as far as it is known', () => {
    near(chances(remainder(whole, '')), [
      [5, 0.7],
      [10, 0.4],
      [14, 0.1],
    ]);
    near(chances(remainder(whole, ' v')), [
      [3, 0.7 / 0.8],
      [8, 0.4 / 0.8],
      [12, 0.1 / 0.8],
    ]);
    // Within a word nothing is known between its second letter and its end.
    near(chances(remainder(whole, ' ve')), [
      [2, 0.7 / 0.8],
      [7, 0.4 / 0.8],
      [11, 0.1 / 0.8],
    ]);
    near(chances(remainder(whole, ' very')), [
      [5, 0.4 / 0.7],
      [9, 0.1 / 0.7],
    ]);
    near(chances(remainder(whole, ' very good')), [[4, 0.1 / 0.4]]);
    assert.deepEqual(remainder(whole, ' ')?.begins, [Math.exp(Math.log(0.8) - Math.log(0.9))]);
  });

  it('makes nothing more probable where nothing is known', () => {
    near(chances(remainder({ ...whole, begins: [] }, ' v')), [
      [3, 0.7],
      [8, 0.4],
      [12, 0.1],
    ]);
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

  it('takes what was found for the longer text, and where nothing was found there yet what the shorter one says', () => {
    const cache = new CompletionCache();
    cache.set('It was very', '', found(' warm'));
    cache.set('It was', '', found(' very good'));
    assert.deepEqual(texts(cache.get('It was very', '')), [' warm']);
    assert.deepEqual(texts(cache.get('It was very g', '')), ['ood']);
    cache.set('It was very', '.', found(' well'));
    assert.deepEqual(texts(cache.get('It was very', '')), [' good'], 'found before another text');
  });

  it('knows nothing more once it is cleared', () => {
    const cache = new CompletionCache();
    cache.set('It was', '', found(' good'));
    cache.clear();
    assert.equal(cache.get('It was', ''), undefined);
  });

  it('goes by the end of a long text, whose start stays put while it is typed on', () => {
    const cache = new CompletionCache();
    const text = 'word '.repeat(2_000);
    cache.set(text.slice(0, 4_090), '', found(text.slice(4_090, 4_110)));
    for (let typed = 4_090; typed < 4_095; typed++) {
      assert.deepEqual(texts(cache.get(text.slice(0, typed), '')), [text.slice(typed, 4_110)]);
    }
    cache.set(`One ${text}`, '', found('more'));
    assert.deepEqual(texts(cache.get(`Two ${text}`, '')), ['more'], 'so far back it makes no difference');
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
