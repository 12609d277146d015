import type MarkdownIt from 'markdown-it';
import * as vscode from 'vscode';
import type { ForkedEngine } from '../engine/process/client';
import type { FigureEngine } from '../pictures/ask';
import { figureStyle } from '../pictures/html';
import { inklingFences } from '../pictures/markdown';
import { Answers } from './answers';

type PreviewEngine = FigureEngine & Pick<ForkedEngine, 'onHealth'>;

/** Figures in VS Code's Markdown preview, by way of `extendMarkdownIt`. */
export class MarkdownPreview implements vscode.Disposable {
  readonly #answers: Answers;
  readonly #stopListening: () => void;
  /** The id of the model that last answered. */
  #model: string | undefined;

  constructor(engine: PreviewEngine) {
    this.#answers = new Answers({
      engine,
      model: () => ({ path: vscode.workspace.getConfiguration('inkling').get<string>('model.path') || undefined }),
      redraw: () => void redraw(),
    });
    this.#stopListening = engine.onHealth((health) => {
      if (health.state !== 'ready') return;
      const { id } = health.model;
      const isAnother = this.#model !== undefined && this.#model !== id;
      this.#model = id;
      if (isAnother) this.#answers.forget();
      else this.#answers.retry();
    });
  }

  /** The plugin. Its rules for light and dark stand once in each document, before the first block. */
  extendMarkdownIt(md: MarkdownIt): MarkdownIt {
    inklingFences(md, (...block) => this.#answers.of(...block), `<style>${figureStyle('vscode')}</style>`);
    return md;
  }

  dispose(): void {
    this.#stopListening();
    this.#answers.dispose();
  }
}

async function redraw(): Promise<void> {
  try {
    await vscode.commands.executeCommand('markdown.preview.refresh');
  } catch {
    // VS Code's own preview is disabled; another extension renders Markdown, and updates when the text changes.
  }
}
