import { type Lines, splitLines, TextLines } from '../text/lines';
import { type BlockState, isVerbatim, START } from './blockTypes';
import { frontMatterEnd, LONGEST_FRONT_MATTER } from './dialects';
import { LineRanges } from './lineRanges';
import { readLine } from './syntax';

/**
 * A Markdown document that is being written. It remembers what is open where each line begins, and after an edit reads
 * again only from there to the line from which on nothing changes: the work of a key follows the edit.
 */
export class MarkdownDocument {
  readonly lines: Lines;
  /** State of open blocks before each line, computed up to the last line requested. */
  #states: (BlockState | undefined)[] = [START];
  /** Lines behind which the remembered state may be wrong. */
  readonly #stale = new LineRanges();
  /** The last line of the front matter, -1 where there is none. */
  #frontMatterEnd = -1;

  /** @param source the text, or its lines; if those change, call `changed` */
  constructor(source: string | Lines) {
    this.lines = typeof source === 'string' ? new TextLines(source) : source;
    this.#frontMatterEnd = frontMatterEnd(this.lines);
    this.#stale.add(0, Number.POSITIVE_INFINITY);
  }

  /** Takes note of an edit: from line `first` on, `removed` lines became `added` others, both at least one. */
  changed(first: number, removed: number, added: number): void {
    this.#replaceStates(first + 1, removed - 1, added - 1);
    this.#stale.replace(first, removed, added);
    if (this.#frontMatterEnd < 0 && first > LONGEST_FRONT_MATTER) return;
    const end = frontMatterEnd(this.lines);
    if (end === this.#frontMatterEnd) return;
    this.#stale.add(0, Math.max(end, this.#frontMatterEnd + added) + 1);
    this.#frontMatterEnd = end;
  }

  /** Whether a line belongs to the front matter, fences and all. */
  inFrontMatter(line: number): boolean {
    return line <= this.#frontMatterEnd;
  }

  /** What is open before a line. */
  stateBefore(line: number): BlockState {
    for (let next = this.#stale.first; next < line; next = this.#stale.first) {
      const state = this.inFrontMatter(next) ? START : stateAfter(this.#states[next] ?? START, this.lines.line(next));
      this.#stale.removeFirst();
      const known = this.#states[next + 1];
      if (known && sameState(known, state)) continue;
      this.#states[next + 1] = state;
      if (this.#stale.first > next + 1) this.#stale.add(next + 1, next + 2);
    }
    return this.#states[line] ?? START;
  }

  #replaceStates(from: number, removed: number, added: number): void {
    if (from >= this.#states.length) return;
    if (removed === added) this.#states.fill(undefined, from, from + added);
    else {
      const fresh = new Array<undefined>(added).fill(undefined);
      this.#states = this.#states.slice(0, from).concat(fresh, this.#states.slice(from + removed));
    }
  }
}

/** What is open after a line of an editor. It may hold Unicode's line separators, which end a line in Markdown. */
export function stateAfter(state: BlockState, text: string): BlockState {
  const { next } = readLine(state, text);
  if (!/[\u2028\u2029]/.test(text)) return next;
  return splitLines(text).reduce((before, line) => readLine(before, line).next, state);
}

function sameState(a: BlockState, b: BlockState): boolean {
  if (a === b) return true;
  const sameBlocks = a.block === b.block || (a.block !== null && b.block !== null && sameBlock(a.block, b.block));
  return (
    sameBlocks &&
    a.containers.length === b.containers.length &&
    a.containers.every(({ kind, marker, indent, empty }, i) => {
      const other = b.containers[i];
      return kind === other.kind && marker === other.marker && indent === other.indent && empty === other.empty;
    })
  );
}

function sameBlock(a: NonNullable<BlockState['block']>, b: NonNullable<BlockState['block']>): boolean {
  if (a.kind !== b.kind) return false;
  if (isVerbatim(a)) return isVerbatim(b) && a.end === b.end;
  return a.kind !== 'paragraph' || b.kind !== 'paragraph' || a.cells === b.cells;
}
