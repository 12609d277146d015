import * as vscode from 'vscode';
import { isEnabledFor } from '../../core/ghostText/settings';
import { isMarkdownFile } from '../../core/markdown';
import { NOTHING_REMEMBERED } from '../../core/memory';
import { whole } from '../../core/text/locale';
import { PatternSetting, patternsIn } from '../../core/text/pathPatterns';
import type { CompleteRequest, MemoryStatus } from '../../engine/api';
import { patternPath, settingsFor } from '../configuration';
import type { DocumentChange, DocumentChanges } from '../documentChanges';
import { offsetAt, wholeText } from '../documentText';
import type { EngineHost } from '../engineHost';
import { ChangedFiles, liesIn } from './changedFiles';
import { editsOf } from './documentEdits';
import { chooseFiles, foldersToRead, MOST_BYTES } from './fileChoice';
import { findProseFiles, isNeverRead, lookAtChanged, PROSE_FILES, type ProseFile } from './proseFiles';

const RULES = '**/.gitignore';
/** Settings of the editor that leave files out. */
const EXCLUSIONS = ['files.exclude', 'search.exclude'];
/** Bytes handed to the engine at a time; the next ones follow when it has taken these. */
const PARCEL = 256 * 1024;

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

  /** The document that the engine knows as the one being written, and what ends its lines in the text that it was told. */
  #open: vscode.TextDocument | undefined;
  #eol = vscode.EndOfLine.LF;
  /** The writer asked to forget: only what is typed from then on counts. */
  #forgotten = false;
  /** The folders whose files are read. */
  #folders: readonly vscode.WorkspaceFolder[] = [];
  /** Files that the engine was handed, by their URIs, as they were then. */
  readonly #handed = new Map<string, ProseFile>();
  /** Files and folders that went away and that the engine has not been told of yet. */
  readonly #gone = new Set<string>();
  /** Files that there was no room for. */
  #leftOut = 0;
  #collecting = new vscode.CancellationTokenSource();
  #changed = this.#changedFiles();
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
    const document = vscode.window.activeTextEditor?.document ?? this.#open;
    if (settingsFor(document).memory.sources === 'off') return vscode.l10n.t('The memory is off.');
    const status = await this.status().catch(() => NOTHING_REMEMBERED);
    const words = whole(status.words);
    if (this.#foldersToRead().length === 0) {
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
    this.#folders = this.#foldersToRead();
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
    if (this.#folders.length === 0) return;
    this.#watch = this.#watchFiles();
    await this.#changed.during(() => this.#collect());
  }

  #foldersToRead(): vscode.WorkspaceFolder[] {
    return foldersToRead(vscode.workspace.workspaceFolders ?? [], {
      sourcesOf: ({ uri }) => settingsFor(uri).memory.sources,
      trusted: vscode.workspace.isTrusted,
      forgotten: this.#forgotten,
    });
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
    this.#eol = document.eol;
    const uri = document.uri.toString();
    this.#handed.delete(uri);
    this.#tell({ kind: 'open', uri, text: wholeText(document), learned: !this.#forgotten });
    // The document before this one is one of the other files now, as it is on disk.
    if (before) this.#hasChanged(before.uri);
  }

  #edited({ document, event }: DocumentChange): void {
    if (document !== this.#open) return;
    // From the last place to the first, each names a place of the text that the ones before it have left.
    const edits = editsOf(event.contentChanges, this.#eol);
    this.#eol = document.eol;
    this.#tell({ kind: 'edit', uri: document.uri.toString(), edits });
  }

  /** Searches all files, and reads those that have come or changed since it last did. */
  async #collect(): Promise<void> {
    const { token } = this.#collecting;
    try {
      const { files, bytes, leftOut } = await findProseFiles(this.#open?.uri, this.#folders, token);
      if (token.isCancellationRequested) return;
      this.#leftOut = leftOut;
      const fresh = files.filter((file) => {
        const known = this.#handed.get(file.uri.toString());
        return known?.size !== file.size || known.changedAt !== file.changedAt;
      });
      await this.#replace([...this.#handed.keys()], files, fresh, token);
      if (token.isCancellationRequested || fresh.length === 0) return;
      const room = leftOut > 0 ? ` There was no room for ${leftOut} more.` : '';
      this.#parts.log.info(
        `The memory has read ${fresh.length} of ${files.length} files of the workspace, ${Math.ceil(bytes / 1024)} KB.${room}`,
      );
    } catch (error) {
      this.#failed(error, token);
    }
  }

  /** Looks at what has changed: at a few files as they are, at everything where it is more. */
  async #lookAt(changed: readonly vscode.Uri[]): Promise<void> {
    const { token } = this.#collecting;
    try {
      const found = await lookAtChanged(changed, this.#folders, token);
      if (token.isCancellationRequested) return;
      if (found === undefined) return await this.#collect();
      const names = new Set(changed.map(String));
      let room = MOST_BYTES;
      for (const [name, { size }] of this.#handed) if (!names.has(name)) room -= size;
      const { files } = chooseFiles(found, this.#open?.uri.path ?? '', room);
      await this.#replace([...names], files, files, token);
    } catch (error) {
      this.#failed(error, token);
    }
  }

  #failed(error: unknown, token: vscode.CancellationToken): void {
    if (token.isCancellationRequested) return;
    this.#parts.log.warn(`The workspace's files cannot be read for the memory: ${error}`);
  }

  #changedFiles(): ChangedFiles<vscode.Uri> {
    return new ChangedFiles((changed) => this.#lookAt(changed));
  }

  #stopCollecting(): void {
    this.#collecting.cancel();
    this.#collecting.dispose();
    this.#collecting = new vscode.CancellationTokenSource();
    this.#watch?.dispose();
    this.#watch = undefined;
    this.#changed.dispose();
    this.#changed = this.#changedFiles();
  }

  #watchFiles(): vscode.Disposable {
    const hasChanged = (uri: vscode.Uri) => this.#hasChanged(uri);
    const files = vscode.workspace.createFileSystemWatcher(PROSE_FILES, true, false, true);
    files.onDidChange(hasChanged);
    // Of a folder that goes away or comes nothing is said of the files in it.
    const all = vscode.workspace.createFileSystemWatcher('**', false, true);
    all.onDidCreate(hasChanged);
    all.onDidDelete((uri) => this.#hasGone(uri));
    const rules = vscode.workspace.createFileSystemWatcher(RULES, true);
    for (const event of [rules.onDidChange, rules.onDidDelete]) event(hasChanged);
    return vscode.Disposable.from(files, all, rules);
  }

  #hasChanged(uri: vscode.Uri): void {
    if (this.#folders.length > 0 && !isNeverRead(uri)) this.#changed.add(uri.toString(), uri);
  }

  /** What goes away is forgotten at once, and together where it goes together. */
  #hasGone(uri: vscode.Uri): void {
    if (this.#gone.size === 0) {
      queueMicrotask(async () => {
        const names = [...this.#handed.keys()].filter((name) => liesIn(name, this.#gone));
        this.#gone.clear();
        await this.#remove(names);
        if (names.length > 0) this.#didRead.fire();
      });
    }
    this.#gone.add(uri.toString());
  }

  async #remove(uris: readonly string[]): Promise<void> {
    for (const uri of uris) this.#handed.delete(uri);
    if (uris.length > 0) await this.#tell({ kind: 'remove', uris });
  }

  /** Forgets the files with these names but for `files`, of which it reads those that are `fresh`. */
  async #replace(
    names: readonly string[],
    files: readonly ProseFile[],
    fresh: readonly ProseFile[],
    token: vscode.CancellationToken,
  ): Promise<void> {
    const kept = new Set(files.map(({ uri }) => uri.toString()));
    const gone = names.filter((name) => this.#handed.has(name) && !kept.has(name));
    if (gone.length + fresh.length === 0) return;
    await this.#remove(gone);
    await this.#read(fresh, token);
    if (!token.isCancellationRequested) this.#didRead.fire();
  }

  /** Hands files to the engine, a parcel at a time. */
  async #read(files: readonly ProseFile[], token: vscode.CancellationToken): Promise<void> {
    let parcel: { uri: string; bytes: Uint8Array; markdown: boolean }[] = [];
    let size = 0;
    for (const [i, file] of files.entries()) {
      const bytes = await vscode.workspace.fs.readFile(file.uri).then(
        (read) => read,
        () => undefined,
      );
      if (token.isCancellationRequested) return;
      const uri = file.uri.toString();
      if (bytes && uri !== this.#open?.uri.toString()) {
        this.#handed.set(uri, file);
        parcel.push({ uri, bytes, markdown: isMarkdownFile(file.path) });
      }
      size += bytes?.length ?? 0;
      if (size < PARCEL && i < files.length - 1) continue;
      // Some may have gone since they were read.
      await this.#tell({ kind: 'files', files: parcel.filter((each) => this.#handed.has(each.uri)) });
      parcel = [];
      size = 0;
    }
    await this.#tell({ kind: 'settle' });
  }

  /** What goes wrong with the engine is told as its health. */
  async #tell(update: Parameters<EngineHost['remember']>[0]): Promise<void> {
    await this.#parts.engine.remember(update).catch(() => {});
  }
}
