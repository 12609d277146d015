import * as vscode from 'vscode';
import { CursorFollower } from './cursorFollower';
import { editorOf, Insertions, placeOf } from './document';
import { type Explained, Explainer, type PanelEngine, textOf } from './explainer';
import { page } from './page';
import { type FromPanel, readFromPanel, type ToPanel } from './protocol';
import { WindowMark } from './windowMark';

const VIEW = 'inkling.explain';

/** Registers the view and `Inkling: Explain Next Token`, which opens it. */
export function registerPanel(extension: vscode.Uri, engine: PanelEngine): vscode.Disposable {
  const view = new ExplainView(extension, new Explainer(engine));
  return vscode.Disposable.from(
    view,
    vscode.window.registerWebviewViewProvider(VIEW, view),
    vscode.commands.registerCommand('inkling.explainNextToken', () => vscode.commands.executeCommand(`${VIEW}.focus`)),
  );
}

/** The host's end of the view: follows the cursor, answers the webview's questions and does what it asks for. */
class ExplainView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #insertions = new Insertions();
  readonly #mark: WindowMark;
  readonly #follower: CursorFollower;
  #webview: vscode.Webview | undefined;
  #place: (Explained & { readonly uri: string; readonly offset: number }) | undefined;
  /** The model that the webview knows. */
  #model = '';
  /** Ends all answers about a place when it is left. */
  #question = new AbortController();
  /** The last question of each kind. */
  readonly #asked = new Map<FromPanel['type'], AbortController>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly explainer: Explainer,
  ) {
    this.#mark = new WindowMark(extension);
    this.#follower = new CursorFollower((editor, signal) => this.#explain(editor, signal), {
      onMoved: () => this.#left(),
      onNothing: () => this.#post({ type: 'status', state: 'waiting', message: 'Put the cursor into a document.' }),
      onSelected: (editor) => this.#highlight(editor),
    });
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { webview } = view;
    webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.extension, 'dist', 'media')],
    };
    webview.onDidReceiveMessage((data) => {
      const message = readFromPanel(data);
      if (message) void this.#receive(message);
    });
    view.onDidChangeVisibility(() => this.#setVisible(view.visible));
    view.onDidDispose(() => {
      this.#webview = undefined;
      this.#setVisible(false);
    });
    this.#webview = webview;
    webview.html = page(webview, this.extension);
  }

  dispose(): void {
    this.#question.abort();
    this.#follower.dispose();
    this.#mark.dispose();
  }

  #setVisible(visible: boolean): void {
    if (visible) return;
    this.#follower.stop();
    this.#question.abort();
    this.#mark.clear();
  }

  async #receive(message: FromPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#model = '';
        this.#follower.start();
        return;
      case 'undo':
        if (!(await this.#insertions.undo())) this.#say('There is no insertion of the panel left to undo.');
        return;
    }
    const place = this.#place;
    if (!place || message.position !== place.message.id) return;
    switch (message.type) {
      case 'select':
        this.#select(place.uri, place.window.start, message.span);
        return this.#guard(this.#question.signal, async () => {});
      case 'insert':
        return this.#insert(place, message.ids);
      case 'try':
        return this.#answer(message.type, (signal) => this.explainer.branch(place, message.ids, signal));
      case 'words':
        return this.#answer(message.type, (signal) => this.explainer.words(place, message.ids, signal));
      case 'beams':
        return this.#answer(message.type, (signal) => this.explainer.beams(place, message.ids, message.search, signal));
      case 'why':
        return this.#answer(message.type, (signal) =>
          this.explainer.why(place, message.ids, message.candidate, signal),
        );
    }
  }

  async #explain(editor: vscode.TextEditor, signal: AbortSignal): Promise<void> {
    const uri = editor.document.uri.toString();
    const place = placeOf(editor);
    this.#post({ type: 'status', state: 'thinking', message: `Reading ${place.name}…` });
    await this.#guard(signal, async () => {
      await this.#introduceModel();
      const explained = await this.explainer.position(place, signal);
      this.#place = { ...explained, uri, offset: place.before.length };
      this.#question = new AbortController();
      this.#post(explained.message);
      this.#post({ type: 'status', state: 'ready', message: '' });
      this.#mark.show(editor, explained.window.start);
    });
  }

  /** The cursor moved on: nobody waits for answers about the old place any more. */
  #left(): void {
    this.#question.abort();
    this.#post({ type: 'status', state: 'waiting', message: 'Waiting for a pause…' });
  }

  /** Tells the webview which model speaks, when it does not know or the writer has changed it. */
  async #introduceModel(): Promise<void> {
    const id = await this.explainer.modelId();
    if (id === this.#model) return;
    this.#post(await this.explainer.model());
    this.#model = id;
  }

  /** Answers a question of the webview, unless its place is left or the same is asked about something else meanwhile. */
  #answer(kind: FromPanel['type'], answer: (signal: AbortSignal) => Promise<ToPanel>): Promise<void> {
    this.#asked.get(kind)?.abort();
    const asked = new AbortController();
    this.#asked.set(kind, asked);
    const signal = AbortSignal.any([this.#question.signal, asked.signal]);
    return this.#guard(signal, async () => {
      const message = await answer(signal);
      if (!signal.aborted) this.#post(message);
    });
  }

  /** Runs work of the engine; what goes wrong is said in the view. */
  async #guard(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (!signal.aborted) this.#post(await this.explainer.work());
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#post({ type: 'status', state: 'waiting', message });
    }
  }

  #select(uri: string, start: number, [from, to]: readonly [number, number]): void {
    const editor = editorOf(uri);
    if (!editor) return;
    const { document } = editor;
    const range = new vscode.Range(document.positionAt(start + from), document.positionAt(start + to));
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  #highlight(editor: vscode.TextEditor): boolean {
    const place = this.#place;
    if (!place || editor.document.uri.toString() !== place.uri) return false;
    const { selection, document } = editor;
    const from = document.offsetAt(selection.start) - place.window.start;
    const to = document.offsetAt(selection.end) - place.window.start;
    if (from < 0 || to > place.message.text.length) return false;
    this.#post({ type: 'highlight', position: place.message.id, span: [from, to] });
    return true;
  }

  async #insert({ uri, offset }: { uri: string; offset: number }, ids: readonly number[]): Promise<void> {
    const text = textOf(ids);
    if (text === null) return this.#say('This token is only a part of a character and cannot stand alone in the text.');
    const editor = editorOf(uri);
    if (!editor) return this.#say('The document is not on screen any more.');
    if (!(await this.#insertions.insert(editor, offset, text))) this.#say('The document cannot be changed.');
  }

  #say(message: string): void {
    this.#post({ type: 'status', state: 'ready', message });
  }

  #post(message: ToPanel): void {
    void this.#webview?.postMessage(message);
  }
}
