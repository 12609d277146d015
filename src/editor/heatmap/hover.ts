import * as vscode from 'vscode';
import { surprisal } from '../../core/analysis';
import { percentOf } from '../../core/logits';
import { fixed, whole } from '../../core/text/locale';
import { spell } from '../../pictures/spelling';
import { rangeOf } from '../documentText';
import { codeSpan } from '../outsideText';
import type { HeatToken } from './textScores';

/** The model's view of the word under the pointer: its probability, and each token's rank and alternatives. */
export function heatHover(
  document: vscode.TextDocument,
  word: vscode.Range,
  tokens: readonly HeatToken[],
  model: string,
): vscode.Hover | undefined {
  const scored = tokens.filter(({ logprob }) => logprob !== null);
  if (scored.length === 0) return undefined;
  const logprob = scored.reduce((sum, token) => sum + (token.logprob ?? 0), 0);
  const [chance, bits] = [percentOf(logprob), fixed(surprisal(logprob), 1)];
  const content = new vscode.MarkdownString();
  content.appendText(vscode.l10n.t('{0} expected this with {1} ({2} bits).', model, chance, bits));
  const heads = [vscode.l10n.t('Token'), vscode.l10n.t('Probability'), vscode.l10n.t('Rank'), vscode.l10n.t('Rather')];
  const rows = scored.map((token) => {
    const own = document.getText(rangeOf(document, ...token.utf16));
    const rank = token.rank ?? 0;
    // Alternatives are listed only where the token was not the most probable one.
    const rather = rank === 0 ? [] : token.top.filter(({ text }) => text !== own);
    return [
      shown(own),
      percentOf(token.logprob ?? 0),
      whole(rank + 1),
      rather.map(({ text, logprob }) => `${shown(text)} ${percentOf(logprob)}`).join(', '),
    ];
  });
  const table = [heads, ['---', '--:', '--:', '---'], ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  content.appendMarkdown(`\n\n${table.join('\n')}\n`);
  return new vscode.Hover(content, word);
}

/** A token as displayed in the panel. */
function shown(text: string): string {
  return codeSpan(
    spell(text, 'plain')
      .map((piece) => piece.text)
      .join(''),
  );
}
