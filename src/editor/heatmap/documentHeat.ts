import * as vscode from 'vscode';
import { type Levels, USUAL_LEVELS } from '../../core/analysis';
import type { Engine } from '../../engine/api';
import { offsetAt, wholeText } from '../documentText';
import type { Energy } from '../energySaving/energy';
import type { EnergySaving } from '../energySaving/energySaving';
import { levelsOf } from './levels';
import { TextScores } from './textScores';

/** How long the writer must pause before an edited text is scored again. */
const PAUSE_MS = 500;

/** The levels are computed again after this additional share of the document has scores. */
const LEVELS_EVERY = 0.1;

/**
 * Scores one document for the heat map: visible parts first, the rest when the engine is free, or not at all while
 * energy is saved.
 */
export class DocumentHeat implements vscode.Disposable {
  readonly #energy: Pick<Energy, 'energySaving' | 'onDidChange'>;

  readonly scores: TextScores;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when more of the document is scored or it was edited. */
  readonly onDidChange = this.#changed.event;
  #running = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #failure: string | undefined;
  #resting = false;
  #levels: Levels = USUAL_LEVELS;
  #levelsAt = 0;
  readonly #energyWatch: vscode.Disposable;

  constructor(
    readonly document: vscode.TextDocument,
    engine: Pick<Engine, 'info' | 'tokenizer' | 'score'>,
    energy: Pick<Energy, 'energySaving' | 'onDidChange'>,
  ) {
    this.#energy = energy;
    this.scores = new TextScores(engine);
    this.#energyWatch = energy.onDidChange(() => this.rescore(0));
    this.rescore(0);
  }

  /** Why there are no scores, if the engine cannot provide them. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** The levels of the document, as far as known. */
  get levels(): Levels {
    return this.#levels;
  }

  /** Whether the scores are those of the current text. */
  get isCurrent(): boolean {
    return this.scores.text === wholeText(this.document);
  }

  /** Why invisible parts are not being scored; undefined while they are. */
  get restsFor(): EnergySaving | undefined {
    return this.#resting ? this.#energy.energySaving : undefined;
  }

  /** Call when other parts of the document become visible. */
  scrolled(): void {
    if (this.#resting) this.rescore();
  }

  /** Scores changed and unscored text after a pause. */
  rescore(pause = PAUSE_MS): void {
    this.#resting = false;
    this.#running.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), pause);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#energyWatch.dispose();
    this.#running.abort();
    this.#changed.dispose();
  }

  async #run(): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    try {
      await this.scores.update(wholeText(this.document));
      do {
        if (running.signal.aborted) return;
        this.#failure = undefined;
        this.#takeLevels();
        this.#changed.fire();
      } while (await this.scores.scoreNext(this.#visible(), running.signal, this.#energy.energySaving !== undefined));
      this.#resting = this.scores.progress < 1;
      if (this.#resting) this.#changed.fire();
    } catch (error) {
      if (running.signal.aborted) return;
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#changed.fire();
    }
  }

  #takeLevels(): void {
    const { progress, text } = this.scores;
    if (progress < 1 && Math.abs(progress - this.#levelsAt) < LEVELS_EVERY) return;
    this.#levelsAt = progress;
    this.#levels = levelsOf(text, this.scores.tokensIn(0, text.length));
  }

  /** The visible ranges of the document in all its editors. */
  #visible(): [number, number][] {
    return vscode.window.visibleTextEditors
      .filter(({ document }) => document === this.document)
      .flatMap(({ visibleRanges }) => visibleRanges)
      .map(({ start, end }) => [offsetAt(this.document, start), offsetAt(this.document, end)]);
  }
}
