import assert from 'node:assert/strict';
import {
  type Contestant,
  comparisonReport,
  contestantPart,
  strategies,
} from '../../../../src/editor/writing/comparison';

const waiting = strategies().map((strategy): Contestant => ({ strategy, text: '', ids: [] }));

describe('the comparison of strategies', () => {
  it('holds greedy, beam, contrastive, three temperatures, top-k and top-p, each with its reason', () => {
    const names = strategies().map(({ name }) => name);
    assert.deepEqual(names.slice(0, 3), ['Greedy', 'Beam search', 'Contrastive search']);
    assert.deepEqual(names.slice(3), [
      'Temperature 0.5',
      'Temperature 1.0',
      'Temperature 1.5',
      'Top-k 40',
      'Top-p 0.92',
    ]);
    const report = comparisonReport('The future', waiting);
    for (const [index, { name, why }] of strategies().entries()) {
      assert.equal(report.split(`<h2>${name}</h2>`).length, 2);
      assert.ok(report.includes(why));
      const insert = `command:inkling.insertContinuation?${encodeURIComponent(JSON.stringify([index]))}`;
      assert.ok(report.includes(`href="${insert}"`), insert);
    }
  });

  it('shows the end of what was continued, its characters whole, and a sign only where there is more', () => {
    const shown = (prompt: string) => /<p class="prompt">(.*?)<\/p>/.exec(comparisonReport(prompt, []))?.[1];
    assert.equal(shown('The future'), 'The future');
    assert.equal(shown(''), '');
    assert.equal(shown(`😀${'x'.repeat(199)}`), `…${'x'.repeat(199)}`);
  });

  it('gives the figures of a finished text, each with what it is, and the progress of one that is not', () => {
    const [strategy] = strategies();
    const ids = [1, 2, 1, 2, 1];
    const running = contestantPart({ strategy, text: ' on and on', ids });
    assert.match(running, /<blockquote> on and on<\/blockquote>.*Writing: 5 tokens/);
    const done = contestantPart({ strategy, text: ' on', ids, result: { meanLogprob: -1.234, seconds: 2.04 } });
    const facts = [...done.matchAll(/<div title="[^"]{20,}"><dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)];
    assert.deepEqual(
      facts.map(([, name, value]) => [name, value]),
      [
        ['Mean log-probability', '−1.23'],
        ['Distinct-2', '0.50'],
        ['Repetition', '0 %'],
        ['Time', '2.0 s for 5 tokens'],
      ],
    );
  });

  it('shows what the model wrote as text', () => {
    const [strategy] = strategies();
    const report = comparisonReport('<i>x', [{ strategy, text: '</blockquote><script>', ids: [1] }]);
    assert.doesNotMatch(report, /<i>|<script/);
    assert.match(report, /&lt;\/blockquote&gt;&lt;script&gt;/);
  });

  it('says what went wrong with one without losing the others', () => {
    const [first, second] = waiting;
    const report = comparisonReport('x', [
      { ...first, error: 'Out of memory.' },
      { ...second, text: 'fine' },
    ]);
    assert.match(report, /Out of memory\./);
    assert.match(report, /<blockquote>fine/);
  });
});
