import assert from 'node:assert/strict';
import { type Contestant, comparisonPage, headingOf, STRATEGIES } from '../../../../src/editor/writing/comparison';

const waiting = STRATEGIES.map((strategy): Contestant => ({ strategy, text: '', ids: [] }));

describe('the comparison of strategies', () => {
  it('holds greedy, beam, contrastive, three temperatures, top-k and top-p, each with its reason', () => {
    const names = STRATEGIES.map(({ name }) => name);
    assert.deepEqual(names.slice(0, 3), ['Greedy', 'Beam search', 'Contrastive search']);
    assert.deepEqual(names.slice(3), [
      'Temperature 0.5',
      'Temperature 1.0',
      'Temperature 1.5',
      'Top-k 40',
      'Top-p 0.92',
    ]);
    const lines = comparisonPage('The future', waiting).split('\n');
    for (const strategy of STRATEGIES) {
      assert.equal(lines.filter((line) => line === headingOf(strategy)).length, 1);
      assert.ok(lines.some((line) => line.startsWith(strategy.why)));
    }
  });

  it('gives the figures of a finished text, and the progress of one that is not', () => {
    const [strategy] = STRATEGIES;
    const ids = [1, 2, 1, 2, 1];
    const running = comparisonPage('x', [{ strategy, text: ' on and on', ids }]);
    assert.match(running, /> {2}on and on\n\nWriting: 5 tokens/);
    const done = comparisonPage('x', [{ strategy, text: ' on', ids, result: { meanLogprob: -1.234, seconds: 2.04 } }]);
    assert.match(done, /mean log-probability -1\.23 · distinct-2 0\.50 · repetition 0 % · 2\.0 s for 5 tokens/);
  });

  it('keeps a text of several lines, and headings in it, inside its quotation', () => {
    const [strategy] = STRATEGIES;
    const page = comparisonPage('x', [{ strategy, text: 'a\n## Beam search', ids: [1] }]);
    assert.match(page, /> a\n> ## Beam search/);
  });

  it('says what went wrong with one without losing the others', () => {
    const [first, second] = waiting;
    const page = comparisonPage('x', [
      { ...first, error: 'Out of memory.' },
      { ...second, text: 'fine' },
    ]);
    assert.match(page, /Out of memory\./);
    assert.match(page, /> fine/);
  });
});
