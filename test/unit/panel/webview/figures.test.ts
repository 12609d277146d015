import assert from 'node:assert/strict';
import { logSoftmax } from '../../../../src/core/logits';
import type { BeamsMessage, PositionMessage, ToPanel, WhyMessage } from '../../../../src/panel/protocol';
import { figureOf, hasFigure } from '../../../../src/panel/webview/figures';
import { restore } from '../../../../src/panel/webview/preferences';
import { type Action, initialState, reduce, type State } from '../../../../src/panel/webview/state';
import type { Figure, FigureKind } from '../../../../src/pictures/figure';

const TEXTS = ['a', ' b', ' c', ' d'];
const LOGITS = Float32Array.of(1, 3, 2, 0);

const model: ToPanel = {
  type: 'model',
  name: 'tiny',
  precision: 'q8',
  path: '/models/tiny',
  layers: 1,
  heads: 2,
  contextLength: 8,
  vocabulary: TEXTS,
  note: null,
};
const position: PositionMessage = {
  type: 'position',
  id: 1,
  key: 'a.md#1 x',
  document: 'a.md',
  text: 'a b',
  tokens: [
    { id: 0, text: 'a', display: 'a', bytes: [0, 1], utf16: [0, 1], logprob: -1, rank: 2, top: [] },
    { id: 1, text: ' b', display: 'Ġb', bytes: [1, 3], utf16: [1, 3], logprob: -0.5, rank: 0, top: [] },
  ],
  start: 3,
  tokensBefore: 2,
  after: [],
  logits: LOGITS,
};
const why: WhyMessage = {
  type: 'why',
  position: 1,
  ids: [],
  candidate: 1,
  layers: 1,
  heads: 2,
  tokens: 3,
  attention: Float32Array.of(0.5, 0.25, 0.25, 0, 0.75, 0.25),
  lens: [{ layer: 0, top: [{ id: 2, text: ' c', logprob: -0.25 }], candidateLogprob: -2, candidateRank: 1 }],
};
const beams: BeamsMessage = {
  type: 'beams',
  position: 1,
  ids: [],
  search: { beams: 2, groups: 1, diversity: 1, tokens: 4, lengthPenalty: 1 },
  steps: [
    {
      nodes: [
        { node: 0, parent: null, id: 1, logprob: -0.5, score: -0.5, group: 0, state: 'finished' },
        { node: 1, parent: null, id: 2, logprob: -2, score: -2, group: 0, state: 'pruned' },
      ],
      displaced: [],
    },
  ],
  best: [{ ids: [1], score: -0.5, finish: 'length' }],
};

const follow = (state: State, ...actions: Action[]) => actions.reduce(reduce, state);
const said = (message: ToPanel): Action => ({ type: 'message', message });
const here = follow(initialState(restore(undefined)), said(model), said(position));
const shown = (kind: Exclude<FigureKind, 'surprisal'>, state: State): Figure => {
  const figure = figureOf(kind, state);
  assert.ok(figure, kind);
  return figure;
};

describe('a view of the panel as a figure', () => {
  it('is what the bars show at the stage on show, with the options that make it again', () => {
    const raw = logSoftmax(LOGITS);
    const next = shown('next', here);
    assert.ok(next.kind === 'next');
    assert.deepEqual(
      next.candidates.map(({ id, text, logit }) => [id, text, logit]),
      [
        [1, ' b', 3],
        [2, ' c', 2],
        [0, 'a', 1],
        [3, ' d', 0],
      ],
    );
    for (const { id, probability } of next.candidates) assert.ok(Math.abs(probability - Math.exp(raw[id])) < 1e-6);
    assert.deepEqual(next.origin, {
      model: { name: 'tiny', precision: 'q8' },
      settings: { 'top-k': 20, bos: true },
      command: "inkling draw next 'a b' --top-k 20 --bos --model /models/tiny --precision q8",
    });
    const shaped = follow(here, { type: 'shape', change: { temperature: 0.5, topK: 2 } });
    const cut = shown('next', shaped);
    assert.ok(cut.kind === 'next');
    assert.equal(cut.candidates.length, 2);
    assert.deepEqual(cut.origin.settings, { 'top-k': 20, temperature: 0.5, 'keep-top-k': 2, bos: true });
    const early = shown('next', follow(shaped, { type: 'prefer', change: { stage: 'temperature' } }));
    assert.deepEqual(early.origin.settings, { 'top-k': 20, temperature: 0.5, bos: true });
    const stages = shown('stages', shaped);
    assert.ok(stages.kind === 'stages');
    assert.deepEqual(
      stages.stages.map(({ survivors }) => survivors),
      [4, 4, 2],
    );
    assert.deepEqual(stages.origin.settings, { 'top-k': 2, temperature: 0.5, bos: true });
  });

  it('says that the writer’s texts have a part only where they have', () => {
    const recalled = { modelShare: 0.6, ids: Int32Array.of(3), addends: Float64Array.of(0.4) };
    const knowing = follow(here, said({ ...position, id: 2, recalled }), said({ ...beams, position: 2 }));
    const says = (kind: 'tokens' | 'next' | 'stages' | 'beams', memory: boolean, stage: string) =>
      shown(kind, follow(knowing, { type: 'prefer', change: { memory, stage } })).origin.withTexts ?? false;
    const next = (memory: boolean) => ['raw', 'texts', 'mixed', 'topK'].map((stage) => says('next', memory, stage));
    assert.deepEqual(next(true), [false, true, true, true]);
    assert.deepEqual(next(false), [false, true, true, false]);
    assert.deepEqual([says('stages', true, 'raw'), says('stages', false, 'raw')], [true, false]);
    assert.deepEqual([says('tokens', true, 'topK'), says('beams', true, 'topK')], [false, false]);
  });

  it('names the seed of what was drawn', () => {
    const draws = { seed: 42, ids: [1], counts: new Map([[1, 1]]) };
    assert.equal(shown('next', follow(here, { type: 'drawn', draws })).origin.seed, 42);
  });

  it('is the text with its tokens, coloured as on show', () => {
    const tokens = shown('tokens', follow(here, { type: 'prefer', change: { colour: 'rank' } }));
    assert.ok(tokens.kind === 'tokens');
    assert.equal(tokens.colour, 'rank');
    assert.deepEqual(
      tokens.tokens.map(({ text, rank }) => [text, rank]),
      [
        ['a', 2],
        [' b', 0],
      ],
    );
  });

  it('is nothing until the model has been asked for it', () => {
    for (const kind of ['beams', 'attention', 'lens', 'words'] as const) {
      assert.equal(figureOf(kind, here), undefined);
      assert.equal(hasFigure(kind, here), false);
    }
    for (const kind of ['tokens', 'next', 'stages'] as const) assert.ok(hasFigure(kind, here));
  });

  it('is attention over all that the model saw, the start token first, and the lens', () => {
    const state = follow(here, { type: 'chooseCandidate', id: 1 }, said(why));
    const attention = shown('attention', state);
    assert.ok(attention.kind === 'attention');
    assert.deepEqual(attention.tokens, [
      { text: ' d', weight: 0.25 },
      { text: 'a', weight: 0.5 },
      { text: ' b', weight: 0.25 },
    ]);
    assert.deepEqual(attention.heads, { token: 1, weights: [[0.25, 0.75]] });
    const one = shown('attention', follow(state, { type: 'prefer', change: { layer: 0, head: 1 } }));
    assert.deepEqual(one.origin.settings, { layer: 1, head: 2, bos: true });
    const lens = shown('lens', state);
    assert.ok(lens.kind === 'lens');
    assert.deepEqual(lens.layers, [
      { layer: 1, says: { id: 2, text: ' c', probability: Math.exp(-0.25) }, probability: Math.exp(-2), rank: 1 },
    ]);
    assert.match(lens.origin.command, /--candidate ' b'/);
  });

  it('is the tree of beams and what it found', () => {
    const figure = shown('beams', follow(here, { type: 'search' }, said(beams)));
    assert.ok(figure.kind === 'beams');
    assert.deepEqual(
      figure.lines.map(({ text, status, lost }) => [text, status, lost]),
      [
        [' b', 'finished', null],
        [' c', 'pruned', 1],
      ],
    );
    assert.deepEqual(figure.best, [{ ids: [1], text: ' b', score: -0.5, finish: 'length' }]);
    assert.deepEqual(figure.origin.settings, { 'num-beams': 2, 'max-new-tokens': 4, bos: true }, 'as searched');
  });

  it('that is wanted opens the tool that asks for it', () => {
    const wanted = follow(here, said({ type: 'export', kind: 'lens', format: 'svg', action: 'copy' }));
    assert.equal(wanted.preferences.tool, 'why');
    assert.deepEqual(wanted.wanted, { kind: 'lens', format: 'svg', action: 'copy' });
    assert.equal(follow(wanted, { type: 'exported' }).wanted, null);
  });
});
