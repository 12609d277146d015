import * as l10n from '@vscode/l10n';
import type { BeamStep } from '../core/decoding/steps';
import { whole } from '../core/text/locale';

type Step = Pick<BeamStep, 'nodes' | 'displaced'>;
type Node = Step['nodes'][number];

/**
 * `extended` has a live descendant; `pruned` was dropped with all its descendants; `displaced` was finished but
 * replaced by better texts.
 */
export type HypothesisStatus = 'running' | 'finished' | 'extended' | 'pruned' | 'displaced';

/** A node of the tree of hypotheses after some step. */
export interface Branch {
  readonly node: Node;
  /** The step, from 0, that evaluated it. */
  readonly step: number;
  readonly status: HypothesisStatus;
  /** The step at which it was dropped; null while it is alive. */
  readonly lost: number | null;
  readonly children: readonly Branch[];
}

/** A chain of nodes without branching, drawn as one. */
export interface Run {
  readonly branches: readonly Branch[];
  /** The last node, which has the score and the status. */
  readonly end: Branch;
  readonly children: readonly Run[];
}

/**
 * The tree after step `at`: every candidate evaluated until then, in order of preference. O(steps² · beams); searches
 * shown here have a few dozen steps.
 */
export function treeAt(steps: readonly Step[], at: number): Branch[] {
  const seen = steps.slice(0, at + 1);
  const alive = seen.map((_, step) => aliveAfter(seen, step));
  const grow = (parent: number | null): Branch[] =>
    seen.flatMap(({ nodes }, step) =>
      nodes
        .filter((node) => node.parent === parent)
        .map((node) => {
          const after = alive.findIndex((living, later) => later >= step && !living.has(node.node));
          const lost = after < 0 ? null : after;
          return { node, step, lost, status: statusOf(node, step, lost, at), children: grow(node.node) };
        }),
    );
  return grow(null);
}

function statusOf(node: Node, step: number, lost: number | null, at: number): HypothesisStatus {
  if (lost !== null) return node.state === 'finished' ? 'displaced' : 'pruned';
  if (node.state === 'finished') return 'finished';
  return step === at ? 'running' : 'extended';
}

/** The hypotheses that may still be returned after a step, and their ancestors. */
function aliveAfter(steps: readonly Step[], at: number): Set<number> {
  const parents = new Map(steps.flatMap(({ nodes }) => nodes.map((node) => [node.node, node.parent])));
  const displaced = new Set(steps.slice(0, at + 1).flatMap((step) => step.displaced));
  const living = new Set<number>();
  for (const [step, { nodes }] of steps.slice(0, at + 1).entries()) {
    for (const { node, state } of nodes) {
      const lives = state === 'finished' ? !displaced.has(node) : state === 'running' && step === at;
      if (!lives) continue;
      for (let next: number | null = node; next !== null && !living.has(next); next = parents.get(next) ?? null) {
        living.add(next);
      }
    }
  }
  return living;
}

/** The tree without nodes dropped before step `from`. */
export function recent(tree: readonly Branch[], from: number): Branch[] {
  return tree
    .filter(({ lost }) => lost === null || lost >= from)
    .map((branch) => ({ ...branch, children: recent(branch.children, from) }));
}

/** Joins chains of nodes that have a single child and share its status. */
export function runsOf(tree: readonly Branch[]): Run[] {
  return tree.map((first) => {
    const branches = [first];
    let end = first;
    while (end.children.length === 1 && joins(end, end.children[0])) {
      end = end.children[0];
      branches.push(end);
    }
    return { branches, end, children: runsOf(end.children) };
  });
}

function joins(parent: Branch, child: Branch): boolean {
  return parent.status === 'extended' ? child.lost === null : parent.lost === child.lost;
}

/** A run as a line of the tree: its depth, and its index among its siblings, both from 1. */
export interface Line {
  readonly run: Run;
  readonly level: number;
  readonly place: number;
  readonly siblings: number;
}

/** The runs in drawing order, parents before children. */
export function linesOf(runs: readonly Run[], level = 1): Line[] {
  return runs.flatMap((run, i) => [
    { run, level, place: i + 1, siblings: runs.length },
    ...linesOf(run.children, level + 1),
  ]);
}

/** Counts the hypotheses of a step by status. */
export function countStates({
  nodes,
  displaced,
}: Step): Record<'running' | 'finished' | 'pruned' | 'displaced', number> {
  const count = (state: Node['state']) => nodes.filter((node) => node.state === state).length;
  return {
    running: count('running'),
    finished: count('finished'),
    pruned: count('pruned'),
    displaced: displaced.length,
  };
}

/**
 * A hypothesis's status in words; empty where it is extended by others.
 * @param lost the step, from 1, at which it was dropped
 * @param group from 0; `null` where the search has a single group
 */
export function statusText(status: HypothesisStatus, lost: number | null, group: number | null): string {
  const step = whole(lost ?? 0);
  const place = group === null ? '' : whole(group + 1);
  switch (status) {
    case 'extended':
      return '';
    case 'running':
      return place ? l10n.t('group {0}, running', place) : l10n.t('running');
    case 'finished':
      return place ? l10n.t('group {0}, finished', place) : l10n.t('finished');
    case 'pruned':
      return place ? l10n.t('group {0}, pruned at step {1}', place, step) : l10n.t('pruned at step {0}', step);
    case 'displaced':
      return place ? l10n.t('group {0}, displaced at step {1}', place, step) : l10n.t('displaced at step {0}', step);
  }
}
