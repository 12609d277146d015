import * as vscode from 'vscode';
import { isEnabledFor } from '../../core/ghostText/settings';
import { isMarkdownFile } from '../../core/markdown';
import { NOTHING_REMEMBERED } from '../../core/memory';
import { normaliseLineBreaks } from '../../core/text/lines';
import { whole } from '../../core/text/locale';
import { PatternSetting, patternsIn } from '../../core/text/pathPatterns';
import type { CompleteRequest, MemoryStatus } from '../../engine/api';
import { patternPath, settingsFor } from '../configuration';
import type { DocumentChange, DocumentChanges } from '../documentChanges';
import { offsetAt, wholeText } from '../documentText';
import type { EngineHost } from '../engineHost';
import { MOST_BYTES, readsFiles } from './fileChoice';
import { findProseFiles, isProseFile, NEVER_READ, PROSE_FILES, type ProseFile } from './proseFiles';

const RULES = '**/.gitignore';
/** Files of a folder that has come. */
const MOST_OF_FOLDER = 500;
/** Settings of the editor that leave files out. */
const EXCLUSIONS = ['files.exclude', 'search.exclude'];
/** Bytes handed to the engine at a time; the next ones follow when it has taken these. */
const PARCEL = 256 * 1024;
/** A file that is saved twice in a row is read once. */
const SETTLE_MS = 500;

export interface Parts {
  readonly engine: EngineHost;
  readonly changes: DocumentChanges;
  readonly log: vscode.LogOutputChannel;
}

/**
 * Tells the engine's memory of the texts that the writer has: the document that is open, each edit of it, and the
 * prose files of the workspace. Nothing is stored; the engine's process forgets all of it when it ends, and is told again.
 */
export class Memory implements vscode.Disposable {
  readonly #parts: Parts;
  readonly #excluded = new PatternSetting();

  readonly #didRead = new vscode.EventEmitter<void>();
  /** Files have been read or forgotten: what was suggested before may be another suggestion now. */
  readonly onDidRead = this.#didRead.event;

  /** The document that the engine knows as the one being written. */
  #open: vscode.TextDocument | undefined;
  /** The writer asked to forget: only what is typed from then on counts. */
  #forgotten = false;
  /** Files that the engine was handed, by their URIs. */
  readonly #handed = new Set<string>();
  /** Files that there was no room for. */
  #leftOut = 0;
  #collecting = new vscode.CancellationTokenSource();
  readonly #changed = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable;
  #watch: vscode.Disposable | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { engine, changes } = parts;
    this.#subscriptions = vscode.Disposable.from(
      engine.onDidChangeHealth(({ state }) => {
        if (state === 'ready') this.#startAfresh();
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.#turnTo(editor.document)),
      changes.listen((change) => this.#edited(change)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#startAfresh()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#startAfresh()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        const own = event.affectsConfiguration('inkling.memory');
        if (own) this.#forgotten = false;
        if (own || EXCLUSIONS.some((name) => event.affectsConfiguration(name))) this.#startAfresh();
      }),
    );
  }

  /** Where the cursor stands, for a request that is to be mixed with the memory; undefined where none is kept. */
  placeAt(document: vscode.TextDocument, position: vscode.Position): CompleteRequest['place'] {
    if (!this.#isKept(document)) return undefined;
    if (document !== this.#open) this.#turnTo(document);
    return { document: document.uri.toString(), offset: offsetAt(document, position) };
  }

  status(): Promise<MemoryStatus> {
    return this.#parts.engine.remember({ kind: 'status' });
  }

  /** What it knows, in a few words: for the menu. */
  async summary(): Promise<string> {
    const { sources } = settingsFor().memory;
    if (sources === 'off') return vscode.l10n.t('The memory is off.');
    const status = await this.status().catch(() => NOTHING_REMEMBERED);
    const words = whole(status.words);
    if (!this.#readsFiles()) {
      return vscode.l10n.t('It knows {0} words of this document; other files are not read.', words);
    }
    if (status.waiting > 0) return vscode.l10n.t('It is reading; files to go: {0}.', status.waiting);
    const known = vscode.l10n.t('It knows {0} words. Files read beside this document: {1}.', words, status.files);
    if (this.#leftOut === 0) return known;
    const budget = whole(MOST_BYTES / 1024 / 1024);
    return `${known} ${vscode.l10n.t('Left out, as it reads {0} MB at most: {1}.', budget, this.#leftOut)}`;
  }

  /** Empties the memory. Files are not read again until the window reloads or a setting of the memory changes. */
  async forget(): Promise<void> {
    this.#forgotten = true;
    await this.#startAfresh();
  }

  dispose(): void {
    this.#stopCollecting();
    this.#didRead.dispose();
    this.#subscriptions.dispose();
  }

  async #startAfresh(): Promise<void> {
    this.#stopCollecting();
    this.#leftOut = 0;
    const knew = this.#handed.size > 0;
    this.#handed.clear();
    const known = this.#open ?? vscode.window.activeTextEditor?.document;
    this.#open = undefined;
    const { token } = this.#collecting;
    await this.#tell({ kind: 'forget' });
    if (knew) this.#didRead.fire();
    // Begun once more meanwhile.
    if (token.isCancellationRequested) return;
    if (known && !known.isClosed) this.#turnTo(known);
    if (this.#readsFiles()) await this.#collect();
  }

  #readsFiles(): boolean {
    const { sources } = settingsFor().memory;
    return readsFiles({ sources, trusted: vscode.workspace.isTrusted, forgotten: this.#forgotten });
  }

  #isKept(document: vscode.TextDocument): boolean {
    const { memory, enable } = settingsFor(document);
    return (
      memory.sources !== 'off' &&
      isEnabledFor(enable, document.languageId) &&
      !this.#excluded.covers(patternPath(document.uri), patternsIn(memory.exclude))
    );
  }

  #turnTo(document: vscode.TextDocument): void {
    if (document === this.#open || !this.#isKept(document)) return;
    const before = this.#open;
    this.#open = document;
    const uri = document.uri.toString();
    this.#tell({ kind: 'open', uri, text: wholeText(document), learned: !this.#forgotten });
    // The document before this one is one of the other files now, as it is on disk.
    if (before && this.#readsFiles()) this.#readAgain(before.uri);
  }

  #edited({ document, event }: DocumentChange): void {
    if (document !== this.#open) return;
    // Every line break counts as one, as in the text that was told before.
    const extra = document.eol === vscode.EndOfLine.CRLF ? 1 : 0;
    const edits = event.contentChanges.map(({ range: { start, end }, rangeOffset, rangeLength, text }) => ({
      offset: rangeOffset - start.line * extra,
      removed: rangeLength - (end.line - start.line) * extra,
      text: normaliseLineBreaks(text),
    }));
    // From the last place to the first, each names a place of the text that the ones before it have left.
    this.#tell({ kind: 'edit', uri: document.uri.toString(), edits });
  }

  async #collect(): Promise<void> {
    const { token } = this.#collecting;
    this.#watch = this.#watchFiles();
    try {
      const { files, bytes, leftOut } = await findProseFiles(this.#open?.uri, token);
      if (token.isCancellationRequested || files.length === 0) return;
      this.#leftOut = leftOut;
      await this.#read(files, token);
      if (token.isCancellationRequested) return;
      const room = leftOut > 0 ? ` There was no room for ${leftOut} more.` : '';
      this.#parts.log.info(
        `The memory has read ${files.length} files of the workspace, ${Math.ceil(bytes / 1024)} KB.${room}`,
      );
    } catch (error) {
      if (token.isCancellationRequested) return;
      this.#parts.log.warn(`The workspace's files cannot be read for the memory: ${error}`);
    }
  }

  #stopCollecting(): void {
    this.#collecting.cancel();
    this.#collecting.dispose();
    this.#collecting = new vscode.CancellationTokenSource();
    this.#watch?.dispose();
    this.#watch = undefined;
    for (const timer of this.#changed.values()) clearTimeout(timer);
    this.#changed.clear();
  }

  #watchFiles(): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(PROSE_FILES);
    watcher.onDidCreate((uri) => this.#readAgain(uri));
    watcher.onDidChange((uri) => this.#readAgain(uri));
    // Of a folder that goes away or comes nothing is said of the files in it.
    const folders = vscode.workspace.createFileSystemWatcher('**', false, true);
    folders.onDidDelete((uri) => this.#remove(uri.toString()));
    folders.onDidCreate((uri) => this.#lookInto(uri));
    const rules = vscode.workspace.createFileSystemWatcher(RULES);
    const changed = () => {
      clearTimeout(this.#changed.get(RULES));
      this.#changed.set(
        RULES,
        setTimeout(() => this.#startAfresh(), SETTLE_MS),
      );
    };
    for (const event of [rules.onDidCreate, rules.onDidChange, rules.onDidDelete]) event(changed);
    return vscode.Disposable.from(watcher, folders, rules);
  }

  /** Reads the files of a folder that has come, as when it was moved. */
  async #lookInto(uri: vscode.Uri): Promise<void> {
    if (uri.path.slice(uri.path.lastIndexOf('/')).includes('.')) return;
    const { token } = this.#collecting;
    const { type } = await vscode.workspace.fs.stat(uri).then(undefined, () => ({ type: vscode.FileType.Unknown }));
    if (type !== vscode.FileType.Directory || token.isCancellationRequested) return;
    const pattern = new vscode.RelativePattern(uri, PROSE_FILES);
    const files = await vscode.workspace.findFiles(pattern, NEVER_READ, MOST_OF_FOLDER, token);
    for (const file of files) this.#readAgain(file);
  }

  /** Forgets a file, or the files in a folder. */
  async #remove(gone: string): Promise<void> {
    const uris = [...this.#handed].filter((name) => name === gone || name.startsWith(`${gone}/`));
    if (uris.length === 0) return;
    for (const uri of uris) this.#handed.delete(uri);
    await this.#tell({ kind: 'remove', uris });
    this.#didRead.fire();
  }

  #readAgain(uri: vscode.Uri): void {
    const name = uri.toString();
    clearTimeout(this.#changed.get(name));
    const { token } = this.#collecting;
    this.#changed.set(
      name,
      setTimeout(async () => {
        this.#changed.delete(name);
        if (name === this.#open?.uri.toString()) return;
        const file = await isProseFile(uri);
        if (file) await this.#read([file], token);
        else await this.#remove(name);
      }, SETTLE_MS),
    );
  }

  /** Hands files to the engine, a parcel at a time. */
  async #read(files: readonly ProseFile[], token: vscode.CancellationToken): Promise<void> {
    let parcel: { uri: string; bytes: Uint8Array; markdown: boolean }[] = [];
    let size = 0;
    for (const [i, { uri, path }] of files.entries()) {
      const bytes = await vscode.workspace.fs.readFile(uri).then(
        (read) => read,
        () => undefined,
      );
      if (token.isCancellationRequested) return;
      if (bytes) {
        this.#handed.add(uri.toString());
        parcel.push({ uri: uri.toString(), bytes, markdown: isMarkdownFile(path) });
      }
      size += bytes?.length ?? 0;
      if (size < PARCEL && i < files.length - 1) continue;
      await this.#tell({ kind: 'files', files: parcel });
      parcel = [];
      size = 0;
    }
    await this.#tell({ kind: 'settle' });
    if (!token.isCancellationRequested) this.#didRead.fire();
  }

  /** What goes wrong with the engine is told as its health. */
  async #tell(update: Parameters<EngineHost['remember']>[0]): Promise<void> {
    await this.#parts.engine.remember(update).catch(() => {});
  }
}
