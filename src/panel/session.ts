import * as l10n from '@vscode/l10n';
import type { CursorPlace, Explained, Explainer } from './explainer';
import type { FromPanel, Question, ToPanel } from './protocol';

/** Callbacks of a session. */
export interface SessionOptions {
  /** Posts a message to the page. */
  readonly post: (message: ToPanel) => void;
  /** Requests a new explanation of the cursor's current place. */
  readonly askAgain: () => void;
  /** Whether the next call would start the engine: it is asleep or starting, but has not failed. */
  readonly canStart: () => boolean;
}

/** The place that the page shows. */
export interface Shown {
  readonly place: CursorPlace;
  readonly explained: Explained;
}

/** A question without an answer; `running` is absent while no call for it is in progress. */
interface OpenQuestion {
  readonly question: Question;
  running?: AbortController;
  /** It failed once. After a second failure it is dropped, in case it is what crashes the engine. */
  failed?: boolean;
}

/**
 * The conversation with one page. Whatever the order of events, the page ends up with the last place that was
 * explained, every question about it is answered or reported as failed, and a place that failed together with the
 * engine is requested again.
 */
export class PanelSession {
  readonly #explainer: Explainer;
  readonly #options: SessionOptions;
  #shown: Shown | undefined;
  /** The model that the page was told about. */
  #model: string | undefined;
  /** How many of its tokens the page was told about. */
  #vocabularySize = 0;
  /** The page's last unanswered question of each kind. */
  readonly #open = new Map<Question['type'], OpenQuestion>();
  /** Whether explaining the cursor's place failed. */
  #failed = false;
  /** Whether it was requested again since the cursor moved. */
  #askedAgain = false;

  constructor(explainer: Explainer, options: SessionOptions) {
    this.#explainer = explainer;
    this.#options = options;
  }

  /** The place on show if a message about `position` concerns it. Messages about older places are outdated. */
  shown(position: number): Shown | undefined {
    return this.#shown?.explained.message.id === position ? this.#shown : undefined;
  }

  get current(): Shown | undefined {
    return this.#shown;
  }

  /** The page was loaded or closed, and knows nothing. */
  reset(): void {
    this.#pauseQuestions();
    this.#open.clear();
    this.#shown = undefined;
    this.#model = undefined;
    this.#failed = false;
    this.#askedAgain = false;
  }

  /** The cursor moved; its new place is explained when it rests. */
  moved(): void {
    this.#askedAgain = false;
    this.#status('waiting', l10n.t('Waiting for a pause…'));
  }

  /** There is no cursor to follow. Questions about the place on show can still be asked. */
  nothingToFollow(): void {
    this.#status('waiting', l10n.t('Put the cursor into a document.'));
  }

  /**
   * Explains a place to the page. A place that is on show already is kept, with all answers about it. Resolves to the
   * place on show, or to undefined when the signal fired or the engine failed; the page is told of a failure.
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

  /** Answers a question, unless the page moves to another place or asks another question of the same kind meanwhile. */
  ask(question: Question): Promise<void> {
    if (!this.shown(question.position)) return Promise.resolve();
    this.#open.get(question.type)?.running?.abort();
    const open: OpenQuestion = { question };
    this.#open.set(question.type, open);
    return this.#answer(open);
  }

  /** The engine is ready: asks again what failed, and explains again what another model explained. */
  async engineReady(): Promise<void> {
    const known = this.#model;
    const changed = known !== undefined && (await this.#explainer.modelId().catch(() => known)) !== known;
    if (this.#failed || changed) this.#options.askAgain();
    else this.#resumeQuestions();
  }

  /** Sends the engine's work counters. Failures are ignored: the engine reports its own. */
  async tellWork(): Promise<void> {
    const work = await this.#explainer.work().catch(() => undefined);
    if (work) this.#post(work);
  }

  say(message: string): void {
    this.#status('ready', message);
  }

  /** Sends the model's description if the page does not have it or the model changed. */
  async #introduceModel(signal: AbortSignal): Promise<void> {
    const id = await this.#explainer.modelId();
    signal.throwIfAborted();
    if (id === this.#model) return;
    const model = await this.#explainer.model();
    signal.throwIfAborted();
    // Results of another model do not hold for this one.
    this.#shown = undefined;
    this.#model = id;
    this.#vocabularySize = model.vocabulary.length;
    this.#post(model);
  }

  /** Sends the model again if a server's answer named tokens that the page does not know. */
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

  /**
   * Aborts running questions to free the engine for another place. They stay open and run again once that is on show.
   */
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

  /** Requests the place again, once, after the engine was stopped or restarted during a call. */
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

/** Whether a message from the page is a question about a place. */
export function isQuestion(message: FromPanel): message is Question {
  return message.type === 'try' || message.type === 'words' || message.type === 'beams' || message.type === 'why';
}
