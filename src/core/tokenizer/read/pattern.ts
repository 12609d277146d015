import * as l10n from '@vscode/l10n';
import { TokenizerError } from '../tokenizer';
import { isLinear } from './patternCost';
import { type Node, PLACES, parsePattern } from './patternParser';

/**
 * A regular expression of a tokenizer, which is Oniguruma's, as JavaScript's.
 * @throws TokenizerError that names what is not taken, or is no regular expression, or would take too long
 */
export function translatePattern(pattern: string): RegExp {
  const tree = parsePattern(pattern);
  if (!isLinear(tree)) {
    const shown = JSON.stringify(pattern.slice(0, 80));
    throw new TokenizerError(l10n.t('The regular expression {0} would take too long on some texts.', shown));
  }
  return new RegExp(new Writer().write(tree), 'gv');
}

class Writer {
  #atoms = 0;

  write(node: Node): string {
    switch (node.kind) {
      case 'set':
        return `[${node.negated ? '^' : ''}${node.source}]`;
      case 'assertion':
        return PLACES[node.place];
      case 'look':
        return `(${node.source}${this.write(node.of)})`;
      case 'sequence':
        return node.items.map((item) => this.write(item)).join('');
      case 'choice':
        return `(?:${node.options.map((option) => this.write(option)).join('|')})`;
      case 'atomic': {
        // What a lookahead has matched is not gone back into.
        const name = `a${this.#atoms++}`;
        return `(?=(?<${name}>${this.write(node.of)}))\\k<${name}>`;
      }
      case 'repeat': {
        const { least, most, lazy } = node;
        const count = most === Infinity ? `{${least},}` : `{${least},${most}}`;
        return `(?:${this.write(node.of)})${count}${lazy ? '?' : ''}`;
      }
    }
  }
}
