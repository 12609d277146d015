import * as l10n from '@vscode/l10n';
import type { Merges } from '../merge';
import { TokenizerError } from '../tokenizer';

/** Merges as pairs of tokens in their order. */
export class PairMerges implements Merges {
  /** By the left token, then by the right one. */
  readonly #ranks: Map<number, number>[] = [];
  readonly #results: number[] = [];

  add(left: number, right: number, result: number): void {
    this.#ranks[left] ??= new Map();
    this.#ranks[left].set(right, this.#results.length);
    this.#results.push(result);
  }

  /** The tokens that merging makes. */
  get results(): readonly number[] {
    return this.#results;
  }

  rankOf(left: number, right: number): number | undefined {
    return this.#ranks[left]?.get(right);
  }

  result(rank: number): number {
    return this.#results[rank];
  }
}

/**
 * @param pairs tokens by name, in the order of their merging
 * @param file what to call the place that the pairs come from
 * @throws TokenizerError that names a merge of tokens that are not in the vocabulary
 */
export function readMerges(
  pairs: Iterable<readonly [string, string]>,
  vocabulary: ReadonlyMap<string, number>,
  file: string,
): PairMerges {
  const merges = new PairMerges();
  for (const [left, right] of pairs) {
    const [leftId, rightId, result] = [left, right, left + right].map((token) => vocabulary.get(token));
    if (leftId === undefined || rightId === undefined || result === undefined) {
      throw new TokenizerError(
        l10n.t(
          '{0} has the merge {1}, of which a token is not in the vocabulary.',
          file,
          JSON.stringify(`${left} ${right}`),
        ),
      );
    }
    merges.add(leftId, rightId, result);
  }
  return merges;
}

/**
 * The merges of a tokenizer.json: pairs, or texts of two tokens with a space between them.
 * @throws TokenizerError that names one that is no pair
 */
export function* pairsOf(values: readonly unknown[]): Generator<readonly [string, string]> {
  for (const value of values) {
    const parts = typeof value === 'string' ? value.split(' ') : value;
    if (!Array.isArray(parts) || parts.length !== 2 || parts.some((part) => typeof part !== 'string')) {
      throw new TokenizerError(
        l10n.t('tokenizer.json has the merge {0}, which is no pair of tokens.', JSON.stringify(value)),
      );
    }
    yield [parts[0], parts[1]];
  }
}

/**
 * The lines of a merges.txt, whose first may name a version.
 * @throws TokenizerError that names a line that is no pair
 */
export function* pairsOfLines(text: string): Generator<readonly [string, string]> {
  let number = 0;
  for (const line of text.split(/\r?\n/)) {
    number++;
    if (line === '' || line.startsWith('#version')) continue;
    const parts = line.split(' ');
    if (parts.length !== 2) {
      throw new TokenizerError(l10n.t('merges.txt, line {0}: expected two tokens, not {1}.', number, line));
    }
    yield [parts[0], parts[1]];
  }
}
