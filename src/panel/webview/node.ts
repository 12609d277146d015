import type { PanelToken } from '../protocol';
import { branchKey, type State } from './state';

/** The place in the tree of continuations that the view shows: the cursor, or the end of a branch. */
export interface Node {
  /** Raw logits after the last token. */
  readonly logits: Float32Array;
  /** Ids the model has read, oldest first, which repetition penalties look at. */
  readonly context: readonly number[];
  /** The tokens of the branch, empty at the cursor. */
  readonly branch: readonly PanelToken[];
}

/** The place on show, or null while the model has not answered. */
export function nodeOf({ position, at, branches }: State): Node | null {
  if (!position) return null;
  const ids = position.tokens.map((token) => token.id);
  if (position.start !== null) ids.unshift(position.start);
  if (at.length === 0) return { logits: position.logits, context: ids, branch: [] };
  const branch = branches.get(branchKey(at));
  return branch ? { logits: branch.logits, context: [...ids, ...at], branch: branch.tokens } : null;
}

/** The branch on show while the model has not answered: what has to be asked. Null when there is nothing to ask. */
export function missingBranch({ position, at, branches }: State): readonly number[] | null {
  return position && at.length > 0 && !branches.has(branchKey(at)) ? at : null;
}
