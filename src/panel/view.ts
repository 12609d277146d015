import * as vscode from 'vscode';
import type { EngineHealth } from '../engine/health';
import { CursorFollower } from './cursorFollower';
import { type Editors, editorAt, Insertions, placeOf, textIn, WindowMark } from './document';
import { type CursorPlace, Explainer, type PanelEngine } from './explainer';
import { page } from './page';
import { type Exported, type FromPanel, readFromPanel, type ToPanel, type WantedExport } from './protocol';
import { isQuestion, PanelSession } from './session';

const VIEW = 'inkling.explain';

/** An engine that also reports its health. */
type ExplainingEngine = PanelEngine & {
  readonly health: EngineHealth;
  onHealth(listener: (health: EngineHealth) => void): () => void;
};

/** The view's API for the rest of the extension. */
export interface Panel extends vscode.Disposable {
  /** Opens the panel and exports one of its views as soon as that has content. */
  export(wanted: WantedExport): Promise<void>;
  /**
   * Draws an SVG on the page's canvas, opening the view if necessary.
   * @param copy also puts it on the clipboard, which only a page can do with an image
   * @returns the PNG as base64; empty if it could not be drawn or copied
   */
  rasterise(svg: string, copy: boolean): Promise<string>;
}

/**
 * Registers the view and the command `Inkling: Explain Next Token`, which opens it.
 * @param editors maps documents to the editors that the writer uses
 * @param onExport receives what the page exports
 */
export function registerPanel(
  extension: vscode.Uri,
  engine: ExplainingEngine,
  editors: Editors,
  onExport: (exported: Exported) => Promise<unknown>,
): Panel {
  const view = new ExplainView(extension, engine, editors, onExport);
  const focus = () => vscode.commands.executeCommand(`${VIEW}.focus`);
  const registrations = vscode.Disposable.from(
    view,
    vscode.window.registerWebviewViewProvider(VIEW, view),
    vscode.commands.registerCommand('inkling.explainNextToken', focus),
    vscode.commands.registerCommand('inkling.startLesson', async () => {
      if (!editors.lastEditor()) await openPlayground();
      view.startLesson();
      await focus();
    }),
  );
  return {
    export: (wanted) => view.export(wanted),
    rasterise: (svg, copy) => view.rasterise(svg, copy),
    dispose: () => registrations.dispose(),
  };
}

const PLAYGROUND = 'The weather today is\n\nThe future of AI is\n';

/** Opens a document with sample sentences of the lesson where no text editor is open. */
async function openPlayground(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: PLAYGROUND });
  const editor = await vscode.window.showTextDocument(document);
  const end = document.lineAt(0).range.end;
  editor.selection = new vscode.Selection(end, end);
}

function modelPath(): string | undefined {
  return vscode.workspace.getConfiguration('inkling').get<string>('model.path') || undefined;
}

function setContext(key: string): Thenable<unknown> {
  return vscode.commands.executeCommand('setContext', key, true);
}

/**
 * The host's end of the view: follows the cursor, passes the page's questions to the session and carries out its
 * requests.
 */
class ExplainView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #explainer: Explainer;
  readonly #editors: Editors;
  readonly #insertions: Insertions;
  readonly #mark: WindowMark;
  readonly #follower: CursorFollower;
  readonly #session: PanelSession;
  readonly #stopListening: () => void;
  readonly #onExport: (exported: Exported) => Promise<unknown>;
  #webview: vscode.Webview | undefined;
  /** Whether the page is loaded and listening. */
  #isReady = false;
  /** Actions that wait for the page to load. */
  #waiting: (() => void)[] = [];
  #rasterised = 0;
  /** Resolvers of pending PNG requests by request number. */
  readonly #drawing = new Map<number, (png: string) => void>();
  #lessonWanted = false;

  constructor(
    extension: vscode.Uri,
    engine: ExplainingEngine,
    editors: Editors,
    onExport: (exported: Exported) => Promise<unknown>,
  ) {
    this.#extension = extension;
    this.#editors = editors;
    this.#insertions = new Insertions(editors);
    this.#onExport = onExport;
    this.#explainer = new Explainer(engine, modelPath);
    this.#mark = new WindowMark(extension, editors);
    this.#session = new PanelSession(this.#explainer, {
      post: (message) => this.#post(message),
      askAgain: () => this.#follower.restart(),
      canStart: () => ['asleep', 'starting'].includes(engine.health.state),
    });
    this.#follower = new CursorFollower(editors, (editor, signal) => this.#explain(editor, signal), {
      onMoved: () => this.#session.moved(),
      onNothing: () => this.#session.nothingToFollow(),
      onSelected: (editor) => this.#highlight(editor),
    });
    this.#stopListening = engine.onHealth(({ state }) => {
      if (state === 'ready') void this.#session.engineReady();
    });
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { webview } = view;
    webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.#extension, 'dist', 'media')],
    };
    webview.onDidReceiveMessage((data) => {
      const message = readFromPanel(data);
      if (message) this.#receive(message).catch((error: Error) => this.#session.say(error.message));
    });
    view.onDidChangeVisibility(() => this.#webview === webview && !view.visible && this.#left());
    view.onDidDispose(() => {
      // Another view may have replaced it meanwhile.
      if (this.#webview !== webview) return;
      this.#webview = undefined;
      this.#left();
    });
    this.#webview = webview;
    webview.html = page(webview, this.#extension);
  }

  async export({ kind, format, action }: WantedExport): Promise<void> {
    await this.#open();
    this.#post({ type: 'export', kind, format, action });
  }

  async rasterise(svg: string, copy: boolean): Promise<string> {
    await this.#open();
    const request = ++this.#rasterised;
    return new Promise((resolve) => {
      this.#drawing.set(request, resolve);
      this.#post({ type: 'rasterise', request, svg, copy });
    });
  }

  dispose(): void {
    this.#stopListening();
    this.#left();
    this.#follower.dispose();
    this.#insertions.dispose();
    this.#mark.dispose();
  }

  /** Starts the lesson as soon as the page is loaded. */
  startLesson(): void {
    this.#lessonWanted = !this.#isReady;
    this.#post({ type: 'lesson' });
  }

  /** The page was disposed; it loads again when the view is shown. */
  #left(): void {
    this.#isReady = false;
    for (const resolve of this.#drawing.values()) resolve('');
    this.#drawing.clear();
    this.#follower.stop();
    this.#session.reset();
    this.#mark.clear();
  }

  /** Shows the view and waits for its page. */
  async #open(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW}.focus`);
    if (!this.#isReady) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async #receive(message: FromPanel): Promise<void> {
    if (message.type === 'ready') {
      this.#session.reset();
      this.#follower.start();
      this.#isReady = true;
      for (const resolve of this.#waiting.splice(0)) resolve();
      if (this.#lessonWanted) this.startLesson();
      return;
    }
    if (message.type === 'exported') {
      await this.#onExport(message);
      return;
    }
    if (message.type === 'rasterised') {
      this.#drawing.get(message.request)?.(message.png);
      this.#drawing.delete(message.request);
      return;
    }
    if (message.type === 'undo') {
      return this.#undo();
    }
    if (message.type === 'learnt') {
      // The walkthrough in package.json completes its steps by these context keys.
      for (const step of message.steps) void setContext(`inkling.lesson.${step}`);
      return;
    }
    if (isQuestion(message)) return this.#session.ask(message);
    const shown = this.#session.shown(message.position);
    if (!shown) return;
    if (message.type === 'insert') return this.#insert(shown.place, message.ids);
    this.#select(shown.place.uri, shown.explained.window.start, message.span);
    return this.#session.tellWork();
  }

  async #explain(editor: vscode.TextEditor, signal: AbortSignal): Promise<void> {
    const explained = await this.#session.explain(placeOf(editor), signal);
    if (explained) this.#mark.show(editor, explained.window.start, explained.model);
  }

  #select(uri: string, start: number, [from, to]: readonly [number, number]): void {
    const editor = editorAt(uri, this.#editors);
    if (!editor) return;
    const { document } = editor;
    const range = this.#editors.rangeOf(document, start + from, start + to);
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  #highlight(editor: vscode.TextEditor): boolean {
    const shown = this.#session.current;
    if (!shown || editor.document.uri.toString() !== shown.place.uri) return false;
    const { window, message } = shown.explained;
    const { selection, document } = editor;
    const from = this.#editors.offsetAt(document, selection.start) - window.start;
    const to = this.#editors.offsetAt(document, selection.end) - window.start;
    if (from < 0 || to > message.text.length) return false;
    this.#post({ type: 'highlight', position: message.id, span: [from, to] });
    return true;
  }

  async #insert({ uri, before }: CursorPlace, ids: readonly number[]): Promise<void> {
    const text = await this.#explainer.textOf(ids);
    const editor = editorAt(uri, this.#editors);
    if (!editor) return this.#session.say(vscode.l10n.t('The document is not on screen any more.'));
    const { document } = editor;
    if (textIn(document, this.#editors.rangeOf(document, 0, before.length)) !== before) {
      return this.#session.say(vscode.l10n.t('The text has changed; what fits it follows.'));
    }
    if (!(await this.#insertions.insert(editor, before.length, text))) {
      this.#session.say(vscode.l10n.t('The document cannot be changed.'));
    }
  }

  async #undo(): Promise<void> {
    const { last } = this.#insertions;
    if (!last) return this.#session.say(vscode.l10n.t('There is no insertion of the panel left to undo.'));
    const editor = this.#editors.editorOf(last);
    if (!editor) return this.#session.say(vscode.l10n.t('The document is not on screen any more.'));
    if (!(await this.#insertions.undo(editor))) {
      this.#session.say(vscode.l10n.t('The document cannot be changed.'));
    }
  }

  #post(message: ToPanel): void {
    void this.#webview?.postMessage(message);
  }
}
