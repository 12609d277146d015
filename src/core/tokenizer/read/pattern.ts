import * as l10n from '@vscode/l10n';
import { LONGEST_RUN } from '../pieces';
import { TokenizerError } from '../tokenizer';
import { isLinear } from './patternCost';
import { type Node, PLACES, parsePattern } from './patternParser';

/**
 * A regular expression of a tokenizer, which is Oniguruma's, as JavaScript's.
 * @param forLongTexts in a form that is slower, and matches runs of any length without an overflow
 * @throws TokenizerError that names what is not taken, or is no regular expression, or would take too long
 */
export function translatePattern(pattern: string, forLongTexts = false): RegExp {
  const tree = parsePattern(pattern);
  if (!isLinear(tree)) {
    const shown = JSON.stringify(pattern.slice(0, 80));
    throw new TokenizerError(l10n.t('The regular expression {0} would take too long on some texts.', shown));
  }
  return new RegExp(new Writer(forLongTexts).write(tree), 'gv');
}

class Writer {
  #atoms = 0;
  #cutsRuns: boolean;

  constructor(cutsRuns: boolean) {
    this.#cutsRuns = cutsRuns;
  }

  write(node: Node): string {
    switch (node.kind) {
      case 'set':
        return `[${node.negated ? '^' : ''}${node.source}]`;
      case 'assertion':
        return PLACES[node.place];
      case 'look':
        return this.#look(node);
      case 'sequence':
        return node.items.map((item) => this.write(item)).join('');
      case 'choice':
        return `(?:${node.options.map((option) => this.write(option)).join('|')})`;
      case 'atomic':
        return this.#atomic(this.write(node.of));
      case 'repeat': {
        const { least, most, lazy } = node;
        const of = `(?:${this.write(node.of)})`;
        if (this.#cutsRuns && most === Infinity && !lazy && node.of.kind === 'set') return this.#run(of, least);
        const count = most === Infinity ? `{${least},}` : `{${least},${most}}`;
        return `${of}${count}${lazy ? '?' : ''}`;
      }
    }
  }

  /** What a lookahead has matched is not gone back into. */
  #atomic(of: string): string {
    const name = `a${this.#atoms++}`;
    return `(?=(?<${name}>${of}))\\k<${name}>`;
  }

  /**
   * A greedy run in parts, of which only the last remembers each of its characters as a place to go back to. What is
   * given back is given back in the same order: after the last part, the one before it becomes the last.
   */
  #run(of: string, least: number): string {
    return `${of}{${least}}(?:${this.#atomic(`${of}{${LONGEST_RUN}}`)})*${of}{0,${LONGEST_RUN - 1}}`;
  }

  #look({ source, of }: Extract<Node, { kind: 'look' }>): string {
    const before = this.#cutsRuns;
    // Looking behind goes from the end to the beginning, where a part cannot be named before it is there.
    this.#cutsRuns &&= !source.startsWith('?<');
    const written = `(${source}${this.write(of)})`;
    this.#cutsRuns = before;
    return written;
  }
}
