import * as l10n from '@vscode/l10n';
import type { CursorPlace, Explained, Explainer } from './explainer';
import type { FromPanel, Question, ToPanel } from './protocol';

/** What a session needs beside the explainer. */
export interface SessionOptions {
  /** Sends a message to the page. */
  readonly post: (message: ToPanel) => void;
  /** Has the cursor's place explained anew, wherever it is now. */
  readonly askAgain: () => void;
  /** Whether the engine runs with the next call: it sleeps or starts, but has not failed. */
  readonly canStart: () => boolean;
}

/** What the page shows. */
export interface Shown {
  readonly place: CursorPlace;
  readonly explained: Explained;
}

/** A question that has no answer yet; `running` is absent while nobody works on it. */
interface OpenQuestion {
  readonly question: Question;
  running?: AbortController;
  /** It has failed once; after another time it is not put again, lest it be what fells the engine. */
  failed?: boolean;
}

/**
 * One page and what is said to it. Whatever the order of events, nothing is left without an answer: the page shows the
 * last place that was explained, a question about it is answered or said to have failed, and a place whose explanation
 * failed with the engine is asked for again.
 */
export class PanelSession {
  readonly #explainer: Explainer;
  readonly #options: SessionOptions;
  #shown: Shown | undefined;
  /** The model that the page knows. */
  #model: string | undefined;
  /** The tokens of it that the page knows. */
  #vocabularySize = 0;
  /** The page's last question of each kind, as long as it has no answer. */
  readonly #open = new Map<Question['type'], OpenQuestion>();
  /** The explanation of the cursor's place has failed. */
  #failed = false;
  /** It has been asked for again since the cursor moved. */
  #askedAgain = false;

  constructor(explainer: Explainer, options: SessionOptions) {
    this.#explainer = explainer;
    this.#options = options;
  }

  /** The place on show, if the page's message is about it. After a message about an older one, a newer one is on its way. */
  shown(position: number): Shown | undefined {
    return this.#shown?.explained.message.id === position ? this.#shown : undefined;
  }

  /** The place on show. */
  get current(): Shown | undefined {
    return this.#shown;
  }

  /** The page was loaded, or left: it knows nothing. */
  reset(): void {
    this.#pauseQuestions();
    this.#open.clear();
    this.#shown = undefined;
    this.#model = undefined;
    this.#failed = false;
    this.#askedAgain = false;
  }

  /** The cursor moved: what it is at will be explained when it rests. */
  moved(): void {
    this.#askedAgain = false;
    this.#status('waiting', l10n.t('Waiting for a pause…'));
  }

  /** There is no cursor to follow. What is on show can be asked about all the same. */
  nothingToFollow(): void {
    this.#status('waiting', l10n.t('Put the cursor into a document.'));
  }

  /**
   * Explains a place to the page. One that is on show already stays as it is, with all that was asked about it.
   * Resolves to what is on show then; to undefined when the signal fired or the engine failed, which the page is told.
   */
  async explain(place: CursorPlace, signal: AbortSignal): Promise<Explained | undefined> {
    this.#status('thinking', l10n.t('Reading {0}…', place.name));
    try {
      await this.#introduceModel(signal);
      if (this.#shown && isSame(this.#shown.place, place)) {
        this.#post({ type: 'highlight', position: this.#shown.explained.message.id, span: null });
        this.#resumeQuestions();
      } else {
        this.#pauseQuestions();
        const explained = await this.#explainer.position(place, signal);
        await this.#tellNewTokens();
        signal.throwIfAborted();
        this.#open.clear();
        this.#shown = { place, explained };
        this.#post(explained.message);
        this.#post(explained.work);
      }
      this.#failed = false;
      this.#askedAgain = false;
      this.#status('ready', '');
      return this.#shown.explained;
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
      return undefined;
    }
  }

  /** Answers a question of the page, unless it asks about another place or the same about something else meanwhile. */
  ask(question: Question): Promise<void> {
    if (!this.shown(question.position)) return Promise.resolve();
    this.#open.get(question.type)?.running?.abort();
    const open: OpenQuestion = { question };
    this.#open.set(question.type, open);
    return this.#answer(open);
  }

  /** The engine is ready: what it failed to answer, or what another model has explained, is asked for again. */
  async engineReady(): Promise<void> {
    const known = this.#model;
    const changed = known !== undefined && (await this.#explainer.modelId().catch(() => known)) !== known;
    if (this.#failed || changed) this.#options.askAgain();
    else this.#resumeQuestions();
  }

  /** Tells the page how much the engine has done. Failures are those of the engine, which has its own message. */
  async tellWork(): Promise<void> {
    const work = await this.#explainer.work().catch(() => undefined);
    if (work) this.#post(work);
  }

  say(message: string): void {
    this.#status('ready', message);
  }

  /** Tells the page which model speaks, when it does not know or the writer has changed it. */
  async #introduceModel(signal: AbortSignal): Promise<void> {
    const id = await this.#explainer.modelId();
    signal.throwIfAborted();
    if (id === this.#model) return;
    const model = await this.#explainer.model();
    signal.throwIfAborted();
    // What another model has explained says nothing about this one.
    this.#shown = undefined;
    this.#model = id;
    this.#vocabularySize = model.vocabulary.length;
    this.#post(model);
  }

  /** An answer of a server may name tokens that the page does not know yet. */
  async #tellNewTokens(): Promise<void> {
    const size = await this.#explainer.vocabularySize();
    if (size === this.#vocabularySize) return;
    const model = await this.#explainer.model();
    this.#vocabularySize = model.vocabulary.length;
    this.#post(model);
  }

  async #answer(open: OpenQuestion): Promise<void> {
    const shown = this.#shown;
    if (!shown) return;
    const { question } = open;
    const running = new AbortController();
    open.running = running;
    try {
      const message = await this.#messageFor(shown.explained, question, running.signal);
      await this.#tellNewTokens();
      running.signal.throwIfAborted();
      this.#open.delete(question.type);
      this.#post(message);
    } catch (error) {
      if (running.signal.aborted) return;
      open.running = undefined;
      if (open.failed) this.#open.delete(question.type);
      open.failed = true;
      const { type, position } = question;
      this.#post({ type: 'unanswered', position, question: type, message: messageOf(error) });
      this.#retry();
    }
    await this.tellWork();
  }

  #messageFor(explained: Explained, question: Question, signal: AbortSignal): Promise<ToPanel> {
    const { ids } = question;
    switch (question.type) {
      case 'try':
        return this.#explainer.branch(explained, ids, signal);
      case 'words':
        return this.#explainer.words(explained, ids, signal);
      case 'beams':
        return this.#explainer.beams(explained, ids, question.search, signal);
      case 'why':
        return this.#explainer.why(explained, ids, question.candidate, signal);
    }
  }

  /** Stops work on questions, so that the engine is free for another place; they stay open until that is on show. */
  #pauseQuestions(): void {
    for (const open of this.#open.values()) {
      open.running?.abort();
      open.running = undefined;
    }
  }

  #resumeQuestions(): void {
    for (const open of this.#open.values()) if (!open.running) void this.#answer(open);
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#status('waiting', messageOf(error));
    this.#retry();
  }

  /** An engine that was let go or started anew under a call comes back with the next one, which is made at once. */
  #retry(): void {
    if (this.#askedAgain || !this.#options.canStart()) return;
    this.#askedAgain = true;
    this.#options.askAgain();
  }

  #status(state: Extract<ToPanel, { type: 'status' }>['state'], message: string): void {
    this.#post({ type: 'status', state, message });
  }

  #post(message: ToPanel): void {
    this.#options.post(message);
  }
}

function isSame(a: CursorPlace, b: CursorPlace): boolean {
  return a.uri === b.uri && a.name === b.name && a.before === b.before && a.after === b.after;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether a message of the page is a question about a place. */
export function isQuestion(message: FromPanel): message is Question {
  return message.type === 'try' || message.type === 'words' || message.type === 'beams' || message.type === 'why';
}
