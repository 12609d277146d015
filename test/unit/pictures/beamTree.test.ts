import assert from 'node:assert/strict';
import type { BeamStep } from '../../../src/core/decoding/steps';
import { type Branch, countStates, linesOf, recent, runsOf, treeAt } from '../../../src/pictures/beamTree';

type Step = Pick<BeamStep, 'nodes' | 'displaced'>;
type Node = Step['nodes'][number];

const node = (name: number, parent: number | null, state: Node['state']): Node => {
  return { node: name, parent, id: 100 + name, logprob: -1, score: -name, group: 0, state };
};

/**
 * Two beams: 0 and 1 go on; 2 finishes and 3 goes on, both from 0, so that 1 is lost; then 4 finishes better, and 2 is
 * displaced, while 5 goes on.
 */
const steps: Step[] = [
  { nodes: [node(0, null, 'running'), node(1, null, 'running'), node(2, null, 'pruned')], displaced: [] },
  { nodes: [node(3, 0, 'finished'), node(4, 0, 'running'), node(5, 1, 'pruned')], displaced: [] },
  { nodes: [node(6, 4, 'finished'), node(7, 4, 'running'), node(8, 4, 'pruned')], displaced: [3] },
];

const flat = (tree: readonly Branch[]): [number, string, number | null][] =>
  tree.flatMap((branch): [number, string, number | null][] => [
    [branch.node.node, branch.status, branch.lost],
    ...flat(branch.children),
  ]);
const drawn = (tree: readonly Branch[]) =>
  linesOf(runsOf(tree)).map(({ run, level }) => [level, run.branches.map((branch) => branch.node.node)]);

describe('the tree of a beam search', () => {
  it('begins with what the first step looked at', () => {
    assert.deepEqual(flat(treeAt(steps, 0)), [
      [0, 'running', null],
      [1, 'running', null],
      [2, 'pruned', 0],
    ]);
  });

  it('says of each hypothesis what became of it, and when', () => {
    assert.deepEqual(flat(treeAt(steps, 2)), [
      [0, 'extended', null],
      [3, 'displaced', 2],
      [4, 'extended', null],
      [6, 'finished', null],
      [7, 'running', null],
      [8, 'pruned', 2],
      [1, 'pruned', 1],
      [5, 'pruned', 1],
      [2, 'pruned', 0],
    ]);
  });

  it('knows nothing of later steps: going back is what was there before', () => {
    assert.deepEqual(treeAt(steps, 1), treeAt(steps.slice(0, 2), 1));
    assert.deepEqual(flat(treeAt(steps, 1))[1], [3, 'finished', null]);
  });

  it('can leave out what was lost earlier', () => {
    const tree = recent(treeAt(steps, 2), 2);
    assert.deepEqual(
      flat(tree).map(([name]) => name),
      [0, 3, 4, 6, 7, 8],
    );
  });

  it('draws tokens without an alternative as one, and what was lost apart from what lives', () => {
    assert.deepEqual(drawn(treeAt(steps, 0)), [
      [1, [0]],
      [1, [1]],
      [1, [2]],
    ]);
    assert.deepEqual(drawn(treeAt(steps, 2)), [
      [1, [0]],
      [2, [3]],
      [2, [4]],
      [3, [6]],
      [3, [7]],
      [3, [8]],
      [1, [1, 5]],
      [1, [2]],
    ]);
    const alone = [
      { nodes: [node(0, null, 'running')], displaced: [] },
      { nodes: [node(1, 0, 'pruned')], displaced: [] },
    ] satisfies Step[];
    assert.deepEqual(drawn(treeAt([alone[0]], 0)), [[1, [0]]]);
    assert.deepEqual(drawn(treeAt(alone, 1)), [[1, [0, 1]]]);
  });

  it('numbers the lines among their siblings', () => {
    const lines = linesOf(runsOf(treeAt(steps, 2)));
    assert.deepEqual(
      lines.filter(({ level }) => level === 3).map(({ place, siblings }) => [place, siblings]),
      [
        [1, 3],
        [2, 3],
        [3, 3],
      ],
    );
  });

  it('counts what a step left', () => {
    assert.deepEqual(countStates(steps[2]), { running: 1, finished: 1, pruned: 1, displaced: 1 });
  });
});
