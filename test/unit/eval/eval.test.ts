import assert from 'node:assert/strict';
import { type EvalCase, readCases, sampleCases } from '../../../src/eval/cases';
import { evaluate } from '../../../src/eval/evaluate';
import { matchesWords, usefulLength } from '../../../src/eval/match';
import { observe, operate, reliability } from '../../../src/eval/metrics';
import type { Prediction, Predictor } from '../../../src/eval/predictor';
import { tables } from '../../../src/eval/tables';
import { savingRate, typeOut } from '../../../src/eval/typing';

const place = (prefix: string, target: string): EvalCase => ({
  kind: 'word-boundary',
  prefix,
  target,
  markdown: false,
});

function says(text: string, ...confidences: number[]): Prediction {
  const ends = Array.from(text.matchAll(/\S(?=\s|$)/g), ({ index }) => index + 1);
  const words = ends.map((length, i) => {
    const confidence = confidences[i] ?? confidences.at(-1) ?? 0;
    return { length, confidence, logprob: confidence * (i + 1) };
  });
  return { text, words };
}

function predictor(...answers: [string, Prediction][]): Predictor {
  const known = new Map(answers);
  return { name: 'oracle', predict: async ({ prefix }) => known.get(prefix) ?? says('') };
}

describe('cases', () => {
  it('are read from JSON lines, their kind inferred where it is not given', () => {
    const lines = [
      { prefix: 'It was', target: ' a' },
      { prefix: 'It was ', target: 'a' },
      { prefix: 'It w', target: 'as', path: 'a.md' },
      { prefix: 'It w', target: 'as', kind: 'after-space' },
    ];
    const cases = readCases(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
    assert.deepEqual(
      cases.map(({ kind, markdown }) => [kind, markdown]),
      [
        ['word-boundary', false],
        ['after-space', false],
        ['mid-word', true],
        ['after-space', false],
      ],
    );
  });

  it('that are none are named', () => {
    assert.throws(() => readCases('{"prefix":"a","target":"b"}\n{"prefix":1}'), /Line 2/);
    assert.throws(() => readCases('nothing'), /Line 1/);
  });

  it('are chosen in a text: every kind, and the text goes on as it does', () => {
    const text = 'It was a dark and stormy night and the rain fell in torrents. '.repeat(30);
    const cases = sampleCases(text, 20, true);
    assert.equal(cases.length, 20);
    assert.deepEqual(new Set(cases.map(({ kind }) => kind)), new Set(['word-boundary', 'after-space', 'mid-word']));
    for (const { prefix, target, kind } of cases) {
      assert.ok(text.includes(prefix + target));
      assert.equal(kind === 'after-space', prefix.endsWith(' '));
      assert.equal(kind === 'mid-word', /\p{L}$/u.test(prefix) && /^\p{L}/u.test(target));
    }
  });
});

describe('what a suggestion is worth', () => {
  it('is its beginning in whole words', () => {
    assert.equal(usefulLength(' very good', ' very good day'), 10);
    assert.equal(usefulLength(' very good', ' very goodly'), 5);
    assert.equal(usefulLength(' very goodly', ' very good'), 5);
    assert.equal(usefulLength('ry', 'ry good'), 2);
    assert.equal(usefulLength(' bad', ' good'), 0);
    assert.equal(usefulLength(', and', ', but'), 0);
  });

  it('is an exact match of n words when they and the signs between them are the same', () => {
    assert.equal(matchesWords(' very good day', ' very good night', 2), true);
    assert.equal(matchesWords(' very good day', ' very good night', 3), false);
    assert.equal(matchesWords(' very, good', ' very good', 2), false);
    assert.equal(matchesWords(' very', ' very good', 2), false);
  });
});

describe('the measures', () => {
  const observations = [
    observe(place('a', ' b c d'), says(' b c x', -0.1, -0.5, -2)),
    observe(place('a', ' e f'), says(' x', -1)),
    observe(place('a', ' g\nh'), says(' g h', -3)),
    observe(place('a', ' i'), says('')),
  ];

  it('follow from what is shown at a threshold', () => {
    const open = operate(observations, Number.NEGATIVE_INFINITY);
    assert.deepEqual([open.coverage, open.accepted, open.saved], [0.75, 2 / 3, (4 + 0 + 4) / 4]);
    assert.deepEqual(open.exactMatch[1], { words: 2, coverage: 0.5, exact: 1 });
    assert.deepEqual(open.exactMatch[2], { words: 3, coverage: 0.25, exact: 0 });
    const strict = operate(observations, -0.6);
    assert.deepEqual([strict.coverage, strict.accepted, strict.shownLength], [0.25, 1, 4]);
  });

  it('compare how sure and how right it was', () => {
    const bins = reliability(observations);
    assert.deepEqual(
      bins.map(({ count, actual }) => [count, actual]),
      [
        [1, 1],
        [1, 0],
        [1, 1],
      ],
    );
    assert.ok(Math.abs(bins[2].predicted - Math.exp(-0.1)) < 1e-12);
  });
});

describe('typing', () => {
  it('takes every useful beginning and types the rest', async () => {
    const oracle = predictor(['a', says(' very good', -0.1)], ['a very good', says(' night', -0.1)]);
    assert.deepEqual(await typeOut(oracle, place('a', ' very good day'), -1), { characters: 14, keys: 5 });
  });

  it('pays a key for each word of a part, and keeps what is typed as suggested', async () => {
    const oracle = predictor(['a', says(' b c x', -0.1)]);
    assert.deepEqual(await typeOut(oracle, place('a', ' b c d'), -1), { characters: 6, keys: 4 });
    const rate = savingRate([
      { characters: 6, keys: 4 },
      { characters: 4, keys: 4 },
    ]);
    assert.ok(Math.abs(rate - 0.2) < 1e-12);
  });

  it('pays for every key behind a closed gate', async () => {
    const oracle = predictor(['a', says(' b c d', -2)]);
    assert.deepEqual(await typeOut(oracle, place('a', ' b c d'), -1), { characters: 6, keys: 6 });
  });
});

describe('evaluate', () => {
  it('reports both sides of the gate, the curve and the keystrokes, and tables show them', async () => {
    const oracle = predictor(['a', says(' b', -0.1)], ['c', says(' x', -2)]);
    const options = { triggerRate: 0.5, typed: 2 };
    const evaluation = await evaluate(oracle, [place('a', ' b'), place('c', ' d')], options);
    assert.deepEqual([evaluation.ungated.coverage, evaluation.ungated.accepted], [1, 0.5]);
    assert.deepEqual([evaluation.gated.coverage, evaluation.gated.accepted], [0.5, 1]);
    assert.deepEqual(evaluation.keystrokes, { ungated: 0.25, gated: 0.25 });
    assert.equal(evaluation.curve.length, 10);
    assert.match(tables([evaluation]), /\| oracle, gated \| 50\.0 % \| 100\.0 % \|/);
  });

  it('refuses to measure on nothing', async () => {
    await assert.rejects(evaluate(predictor(), [], { triggerRate: 0.5, typed: 0 }), /no case/);
  });
});
