import * as l10n from '@vscode/l10n';
import { whole } from '../core/text/locale';
import { askFigure, type FigureEngine } from '../pictures/ask';
import type { ModelArguments } from '../pictures/command';
import type { Known } from '../pictures/markdown';
import type { FigureRequest } from '../pictures/request';

/** The part of the editor that answers depend on. */
export interface AnswersOptions {
  readonly engine: FigureEngine;
  /** Command-line options that select the model in use. */
  readonly model: () => ModelArguments;
  /** Has every preview drawn anew. */
  readonly redraw: () => void;
}

/** Every key typed in a block makes another block, so the model is asked after a pause. */
const PAUSE_MS = 300;
/** Answers kept, enough for several long documents. */
const KEPT = 200;
/**
 * Longest text of a block: a preview draws all its blocks with every key, so longer texts are left to `inkling report`.
 */
const LONGEST = 20_000;

/**
 * What is known of the blocks of Markdown previews. A preview is drawn at once, with what is known; what is not is asked
 * for, one block after another, and the previews are drawn anew with each answer. Blocks that the last drawing of their
 * document no longer held are not asked about.
 */
export class Answers {
  readonly #options: AnswersOptions;
  readonly #known = new Map<string, Known>();
  /** For each document the unanswered blocks of its last rendering, in order. */
  readonly #wanted = new Map<string, Map<string, FigureRequest>>();
  /** The documents being rendered. */
  readonly #drawing = new Map<string, Map<string, FigureRequest>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: { readonly key: string; readonly stop: AbortController } | undefined;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** What is known of a block at this moment. To be called while a preview of the document is being drawn. */
  of(request: FigureRequest, key: string, document: string): Known {
    const wanted = this.#drawing.get(document) ?? this.#begin(document);
    const known = this.#known.get(key);
    if (known) {
      // Reinserted at the end of the map, as the least recently drawn one is dropped first.
      this.#known.delete(key);
      this.#known.set(key, known);
      return known;
    }
    if (request.text.length > LONGEST) {
      const limit = l10n.t(
        'The text is longer than {0} characters; “inkling report” draws whole documents.',
        whole(LONGEST),
      );
      return { state: 'failed', message: limit };
    }
    wanted.set(key, request);
    return { state: 'asked' };
  }

  /** Another model answers from now on, or the same that had failed: all is asked anew. */
  forget(): void {
    this.#running?.stop.abort();
    if (this.#known.size === 0) return;
    this.#known.clear();
    this.#options.redraw();
  }

  /** Drops failures, so that they are tried again. */
  retry(): void {
    const failed = [...this.#known].filter(([, { state }]) => state === 'failed');
    for (const [key] of failed) this.#known.delete(key);
    if (failed.length > 0) this.#options.redraw();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#wanted.clear();
    this.#running?.stop.abort();
  }

  /** A rendering is one synchronous pass over a document: its first block discards the requests of the previous one. */
  #begin(document: string): Map<string, FigureRequest> {
    const wanted = new Map<string, FigureRequest>();
    this.#wanted.set(document, wanted);
    this.#drawing.set(document, wanted);
    queueMicrotask(() => {
      this.#drawing.delete(document);
      if (wanted.size === 0) this.#wanted.delete(document);
      const open = this.#open();
      const { key, stop } = this.#running ?? {};
      if (key !== undefined && !open.has(key)) stop?.abort();
      clearTimeout(this.#timer);
      if (open.size > 0) this.#timer = setTimeout(() => void this.#askNext(), PAUSE_MS);
    });
    return wanted;
  }

  /** The requests of all previews, without duplicates. */
  #open(): Map<string, FigureRequest> {
    return new Map([...this.#wanted.values()].flatMap((blocks) => [...blocks]));
  }

  async #askNext(): Promise<void> {
    if (this.#running) return;
    for (let [next] = this.#open(); next; [next] = this.#open()) {
      const [key, request] = next;
      const stop = new AbortController();
      this.#running = { key, stop };
      const answer = await this.#ask(request, stop.signal);
      this.#running = undefined;
      if (!answer) continue;
      for (const blocks of this.#wanted.values()) blocks.delete(key);
      this.#keep(key, answer);
      this.#options.redraw();
    }
  }

  /** Undefined where no preview contains the block any more. */
  async #ask(request: FigureRequest, signal: AbortSignal): Promise<Known | undefined> {
    try {
      const figure = await askFigure(this.#options.engine, request, this.#options.model(), signal);
      return signal.aborted ? undefined : { state: 'known', figure };
    } catch (error) {
      if (signal.aborted) return undefined;
      return { state: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  #keep(key: string, answer: Known): void {
    this.#known.set(key, answer);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
  }
}
