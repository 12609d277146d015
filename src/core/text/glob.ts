import { readGitSet } from './gitSet';

/**
 * Syntax of patterns. VS Code's have `{a,b}`, and `a/**` also matches `a`; in a `.gitignore` a backslash escapes the
 * next character, and `a/**` only matches what is below.
 */
export type GlobDialect = 'vscode' | 'gitignore';

type Test = (unit: string) => boolean;
type Node =
  | { readonly kind: 'one' | 'many'; readonly test: Test }
  /** `**` and a slash: any folders, or none. */
  | { readonly kind: 'folders' }
  /** A slash and `**` at the end: everything below, and the folder itself unless `strictly`. */
  | { readonly kind: 'below'; readonly strictly: boolean }
  | { readonly kind: 'oneOf'; readonly options: readonly (readonly Node[])[] };

/** A state of the automaton: steps that read nothing, and one that reads a character which passes `test`. */
interface State {
  readonly free: State[];
  test?: Test;
  to?: State;
}

const inSegment: Test = (unit) => unit !== '/';

/** Longest pattern; longer ones match nothing. */
const LONGEST = 1000;
/** Braces in braces. */
const DEEPEST = 20;

/**
 * A file pattern: `*`, `?`, `[a-z]`, `[!a]`, `**`, and `{a,b}` where the dialect has it. All ways through a path are
 * followed at once, so that the work is at most the length of the pattern times that of the path. Libraries make regular
 * expressions of patterns, and what a workspace says could then hold up the editor for ever.
 */
export class Glob {
  readonly #start: State;
  readonly #end: State = { free: [] };

  constructor(pattern: string, dialect: GlobDialect = 'vscode') {
    this.#start = pattern.length > LONGEST ? { free: [] } : assemble(new Parser(pattern, dialect).parse(), this.#end);
  }

  /** @param path with `/` between its parts */
  matches(path: string): boolean {
    let states = closure([this.#start]);
    for (let i = 0; i < path.length && states.size > 0; i++) {
      const next: State[] = [];
      for (const { test, to } of states) {
        if (to && test?.(path[i])) next.push(to);
      }
      states = closure(next);
    }
    return states.has(this.#end);
  }
}

/** All states that can be reached from these without reading a character. */
function closure(from: readonly State[]): Set<State> {
  const reached = new Set(from);
  // What is added while it is walked is walked too.
  for (const { free } of reached) {
    for (const state of free) reached.add(state);
  }
  return reached;
}

function assemble(nodes: readonly Node[], end: State): State {
  return nodes.reduceRight((next, node) => before(node, next), end);
}

function before(node: Node, next: State): State {
  switch (node.kind) {
    case 'one':
      return { free: [], test: node.test, to: next };
    case 'many': {
      const state: State = { free: [next], test: node.test };
      state.to = state;
      return state;
    }
    case 'folders': {
      const state: State = { free: [next] };
      const name: State = { free: [{ free: [], test: (unit) => unit === '/', to: state }], test: inSegment };
      name.to = name;
      state.free.push(name);
      return state;
    }
    case 'below': {
      const rest: State = { free: [next], test: () => true };
      rest.to = rest;
      return { free: node.strictly ? [] : [next], test: (unit) => unit === '/', to: rest };
    }
    case 'oneOf':
      return { free: node.options.map((option) => assemble(option, next)) };
  }
}

class Parser {
  readonly #pattern: string;
  readonly #dialect: GlobDialect;
  #at = 0;

  constructor(pattern: string, dialect: GlobDialect) {
    this.#pattern = pattern;
    this.#dialect = dialect;
  }

  /** @param depth of the braces that are open: in braces, a comma or the closing one ends what is read */
  parse(depth = 0): Node[] {
    const nodes: Node[] = [];
    while (this.#at < this.#pattern.length) {
      const sign = this.#pattern[this.#at];
      if (depth > 0 && (sign === ',' || sign === '}')) return nodes;
      nodes.push(...this.#next(sign, depth));
    }
    return nodes;
  }

  #next(sign: string, depth: number): Node[] {
    const doubleStar = this.#doubleStar(depth);
    if (doubleStar) return [doubleStar];
    this.#at++;
    switch (sign) {
      case '*':
        while (this.#pattern[this.#at] === '*') this.#at++;
        return [{ kind: 'many', test: inSegment }];
      case '?':
        return [{ kind: 'one', test: inSegment }];
      case '[':
        return [this.#dialect === 'gitignore' ? this.#gitSet() : this.#set()];
      case '{':
        return [this.#dialect === 'vscode' && depth < DEEPEST ? this.#alternatives(depth) : literal('{')];
      case '\\': {
        if (this.#dialect === 'vscode') return [literal('\\')];
        // One that ends the pattern escapes nothing, and nothing matches it.
        return [literal(this.#pattern[this.#at++])];
      }
      default:
        return [literal(sign)];
    }
  }

  /** A `**` that is a whole part of the path. */
  #doubleStar(depth: number): Node | undefined {
    const rest = this.#pattern.slice(this.#at, this.#at + 4);
    const begins = this.#at === 0 || '/{,'.includes(this.#pattern[this.#at - 1]);
    const ends = (after: string | undefined) => after === undefined || (depth > 0 && (after === ',' || after === '}'));
    if (begins && rest.startsWith('**/')) {
      this.#at += 3;
      return { kind: 'folders' };
    }
    if (rest.startsWith('/**') && ends(rest[3])) {
      this.#at += 3;
      return { kind: 'below', strictly: this.#dialect === 'gitignore' };
    }
    if (begins && rest.startsWith('**') && ends(rest[2])) {
      this.#at += 2;
      return { kind: 'many', test: () => true };
    }
    return undefined;
  }

  #alternatives(depth: number): Node {
    const options: Node[][] = [];
    do {
      options.push(this.parse(depth + 1));
    } while (this.#pattern[this.#at++] === ',');
    return { kind: 'oneOf', options };
  }

  /** A set of git's; one that is broken matches nothing. */
  #gitSet(): Node {
    const set = readGitSet(this.#pattern, this.#at);
    this.#at = set?.end ?? this.#pattern.length;
    return { kind: 'one', test: (unit) => unit !== '/' && set?.test(unit) === true };
  }

  /** `[a-z]`, `[!a-z]` or `[^a-z]`; a bracket that nothing closes is a bracket. */
  #set(): Node {
    const negated = '!^'.includes(this.#pattern[this.#at] ?? ' ');
    const from = this.#at + (negated ? 1 : 0);
    const to = this.#pattern.indexOf(']', from + 1);
    if (to < 0) return literal('[');
    this.#at = to + 1;
    const ranges = Array.from(this.#pattern.slice(from, to).matchAll(/(.)-(.)|(.)/gs), ([, low, high, single]) => {
      return [low ?? single, high ?? single] as const;
    });
    const isIn = (unit: string) => ranges.some(([low, high]) => unit >= low && unit <= high);
    return { kind: 'one', test: (unit) => unit !== '/' && isIn(unit) !== negated };
  }
}

function literal(sign: string): Node {
  return { kind: 'one', test: (unit) => unit === sign };
}
