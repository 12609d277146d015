import assert from 'node:assert/strict';
import { frequentBaseline, trigramBaseline } from '../../../src/eval/baselines';
import { splitWords, TrigramModel } from '../../../src/eval/ngram';

const text = 'the cat sat on the mat. the cat ran to the dog. a dog sat on the cat. the cat sat still.';
const model = new TrigramModel(splitWords(text));

describe('TrigramModel', () => {
  it('is interpolated Kneser-Ney: checked by hand', () => {
    // Words a, b, c, a, b, d: P(c | a b) with one discount of 0.75 at every order.
    const small = new TrigramModel(['a', 'b', 'c', 'a', 'b', 'd']);
    const words = 5; // a, b, c, d, and the unknown word
    const pairs = 5; // ab, bc, ca, bd, and d before the end
    const unigram = (1 - 0.75 + (0.75 * 5) / words) / pairs; // five words have something before them
    const bigram = (1 - 0.75 + 0.75 * 2 * unigram) / 2;
    const trigram = (1 - 0.75 + 0.75 * 2 * bigram) / 2;
    const [found] = small.next(['a', 'b'], '').filter(({ word }) => word === 'c' || word === 'd');
    assert.ok(Math.abs(found.logprob - Math.log(trigram)) < 1e-12, `${Math.exp(found.logprob)} is not ${trigram}`);
  });

  it('sums to one over what can follow a beginning', () => {
    for (const typed of ['c', 's', 'th']) {
      const next = model.next(['the'], typed, 100);
      assert.ok(next.length > 0 && next.every(({ word }) => word.startsWith(typed)));
      assert.ok(Math.abs(next.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0) - 1) < 1e-9);
    }
  });

  it('prefers what it has seen', () => {
    assert.equal(model.next(['sat', 'on'], '')[0].word, 'the');
    assert.equal(model.next(['the', 'cat'], '')[0].word, 'sat');
    assert.equal(model.mostFrequent('the', '')?.word, 'cat');
    assert.equal(model.mostFrequent('the', 'd')?.word, 'dog');
    assert.equal(model.mostFrequent('the', 'xyz'), undefined);
  });
});

describe('the baselines', () => {
  it('write words after the typed text, with its spaces, to the end of the sentence', async () => {
    const trigram = trigramBaseline(model);
    assert.match((await trigram.predict({ prefix: 'the cat sat on', markdown: false })).text, /^ the /);
    assert.match((await trigram.predict({ prefix: 'the cat sat on ', markdown: false })).text, /^the /);
    assert.match((await trigram.predict({ prefix: 'the cat s', markdown: false })).text, /^at /);
    const frequent = frequentBaseline(model);
    assert.deepEqual((await frequent.predict({ prefix: 'on the ', markdown: false })).text, 'cat');
  });

  it('say where each word ends', async () => {
    const { text, words } = await trigramBaseline(model).predict({ prefix: 'the cat sat on', markdown: false });
    assert.equal(words.at(-1)?.length, text.length);
    for (const { length } of words) assert.match(text.slice(0, length), /\S$/);
  });
});
