import * as vscode from 'vscode';
import { surprisal } from '../../core/analysis';
import { percent } from '../../core/logits';
import { rangeOf } from '../documentText';
import type { HeatToken } from './textScores';

/** What the model thought of the word under the pointer: its probability, and each token's rank and alternatives. */
export function heatHover(
  document: vscode.TextDocument,
  word: vscode.Range,
  tokens: readonly HeatToken[],
): vscode.Hover | undefined {
  const scored = tokens.filter(({ logprob }) => logprob !== null);
  if (scored.length === 0) return undefined;
  const logprob = scored.reduce((sum, token) => sum + (token.logprob ?? 0), 0);
  const content = new vscode.MarkdownString();
  content.appendText(
    `GPT-2 expected this with ${percent(Math.exp(logprob))} (${surprisal(logprob).toFixed(1)} bits).\n`,
  );
  for (const token of scored) {
    const own = document.getText(rangeOf(document, ...token.utf16));
    content.appendMarkdown('\n\n');
    content.appendText(
      `${shown(own)}: ${percent(Math.exp(token.logprob ?? 0))}, rank ${((token.rank ?? 0) + 1).toLocaleString('en-US')}`,
    );
    const rather = token.top.map(({ text, logprob }) => `${shown(text)} ${percent(Math.exp(logprob))}`).join(',  ');
    if (rather) content.appendText(`; rather ${rather}`);
  }
  return new vscode.Hover(content, word);
}

function shown(text: string): string {
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll(' ', '␣');
}
