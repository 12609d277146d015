import * as vscode from 'vscode';
import { USUAL_LEVELS } from '../../core/analysis';
import { offsetAt, rangeOf } from '../documentText';
import type { DocumentHeat } from './documentHeat';
import { heatSpans, type Unit } from './levels';

export type HeatStyle = 'tint' | 'underline';

/** Lines above and below the visible range that are painted too, so that scrolling shows no bare text. */
const MARGIN = 60;

/** Underlines that differ in form, for writers who cannot distinguish the colours. */
const UNDERLINES = ['dotted 1px', 'dashed 1px', 'solid 2px', 'double 3px'];

/** Paints levels of surprisal into editors. */
export class Paint implements vscode.Disposable {
  readonly #types: readonly vscode.TextEditorDecorationType[];

  constructor(style: HeatStyle) {
    this.#types = USUAL_LEVELS.map((_, level) => vscode.window.createTextEditorDecorationType(look(style, level)));
  }

  /** Paints the visible range and some lines around it. */
  show(editor: vscode.TextEditor, { scores, levels }: DocumentHeat, unit: Unit): void {
    const ranges: vscode.Range[][] = USUAL_LEVELS.map(() => []);
    for (const visible of editor.visibleRanges) {
      const { document } = editor;
      const from = offsetAt(document, new vscode.Position(Math.max(0, visible.start.line - MARGIN), 0));
      const to = offsetAt(document, new vscode.Position(visible.end.line + MARGIN, 0));
      for (const { utf16, level } of heatSpans(scores.text, scores.tokensIn(from, to), unit, levels)) {
        ranges[level].push(rangeOf(document, ...utf16));
      }
    }
    for (const [level, type] of this.#types.entries()) editor.setDecorations(type, ranges[level]);
  }

  clear(editor: vscode.TextEditor): void {
    for (const type of this.#types) editor.setDecorations(type, []);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#types).dispose();
  }
}

function look(style: HeatStyle, level: number): vscode.DecorationRenderOptions {
  const rangeBehavior = vscode.DecorationRangeBehavior.ClosedClosed;
  if (style === 'tint') {
    return {
      rangeBehavior,
      backgroundColor: new vscode.ThemeColor(`inkling.surprisal${level + 1}`),
      borderRadius: '2px',
    };
  }
  const colour = `var(--vscode-inkling-surprisalUnderline)`;
  return { rangeBehavior, textDecoration: `underline ${UNDERLINES[level]} ${colour}; text-underline-offset: 3px` };
}
