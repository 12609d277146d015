import * as vscode from 'vscode';
import type { Engine } from '../../engine/api';
import { TextScores } from './textScores';

/** How long the writer must pause before an edited text is scored again. */
const PAUSE_MS = 500;

/** One document under the heat map: scores it, what is on screen first and the rest when nothing else is to do. */
export class DocumentHeat implements vscode.Disposable {
  readonly scores: TextScores;
  readonly #changed = new vscode.EventEmitter<void>();
  /** More of the document has scores, or it was edited. */
  readonly onDidChange = this.#changed.event;
  #running = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #failure: string | undefined;

  constructor(
    readonly document: vscode.TextDocument,
    engine: Pick<Engine, 'info' | 'score'>,
  ) {
    this.scores = new TextScores(engine);
    this.edited(0);
  }

  /** Why there are no scores, if the engine cannot give them. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether the scores are those of the text as it stands. */
  get isCurrent(): boolean {
    return this.scores.text === this.document.getText();
  }

  /** Scores what has changed, after a pause. */
  edited(pause = PAUSE_MS): void {
    this.#running.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), pause);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#running.abort();
    this.#changed.dispose();
  }

  async #run(): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    try {
      await this.scores.update(this.document.getText());
      do {
        if (running.signal.aborted) return;
        this.#failure = undefined;
        this.#changed.fire();
      } while (await this.scores.scoreNext(this.#visible(), running.signal));
    } catch (error) {
      if (running.signal.aborted) return;
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#changed.fire();
    }
  }

  /** The stretch of the document on screen. */
  #visible(): [number, number] {
    const editor = vscode.window.visibleTextEditors.find(({ document }) => document === this.document);
    const range = editor?.visibleRanges[0];
    return range ? [this.document.offsetAt(range.start), this.document.offsetAt(range.end)] : [0, 0];
  }
}
