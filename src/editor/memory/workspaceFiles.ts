import * as vscode from 'vscode';
import { isMarkdownFile } from '../../core/markdown';
import type { MemoryUpdate } from '../../engine/api';
import { ChangedFiles, liesIn } from './changedFiles';
import { chooseFiles, MOST_BYTES } from './fileChoice';
import { findProseFiles, isNeverRead, lookAtChanged, PROSE_FILES, type ProseFile } from './proseFiles';

const RULES = '**/.gitignore';
/** Bytes handed to the engine at a time; the next ones follow when it has taken these. */
const PARCEL = 256 * 1024;

export interface Listener {
  /** The document that is being written, which is none of the files. */
  open(): vscode.Uri | undefined;
  tell(update: MemoryUpdate): Promise<void>;
  /** Files have been read or forgotten. */
  didRead(): void;
}

/** Hands the prose files of some folders of the workspace to the engine's memory, and minds what becomes of them. */
export class WorkspaceFiles implements vscode.Disposable {
  readonly #folders: readonly vscode.WorkspaceFolder[];
  readonly #listener: Listener;
  readonly #log: vscode.LogOutputChannel;
  /** Files that the engine was handed, by their URIs, as they were then. */
  readonly #handed = new Map<string, ProseFile>();
  /** Removed files and folders that the engine does not know about yet. */
  readonly #gone = new Set<string>();
  readonly #ended = new vscode.CancellationTokenSource();
  readonly #changed = new ChangedFiles<vscode.Uri>((changed) => this.#lookAt(changed));
  #watch: vscode.Disposable | undefined;
  #leftOut = 0;

  constructor(folders: readonly vscode.WorkspaceFolder[], listener: Listener, log: vscode.LogOutputChannel) {
    this.#folders = folders;
    this.#listener = listener;
    this.#log = log;
  }

  /** Whether the engine was handed any. */
  get isKnown(): boolean {
    return this.#handed.size > 0;
  }

  /** Files that there was no room for. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Reads them, and from now on what changes. */
  async read(): Promise<void> {
    if (this.#folders.length === 0 || this.#isOver) return;
    this.#watch = this.#watchFiles();
    await this.#changed.during(() => this.#collect());
  }

  /** The writer switched documents: the new one no longer counts as a file, and the previous one does, as saved. */
  turned(before: vscode.Uri | undefined, now: vscode.Uri): void {
    this.#handed.delete(now.toString());
    if (before) this.#hasChanged(before);
  }

  dispose(): void {
    this.#ended.cancel();
    this.#ended.dispose();
    this.#watch?.dispose();
    this.#changed.dispose();
  }

  get #isOver(): boolean {
    return this.#ended.token.isCancellationRequested;
  }

  #watchFiles(): vscode.Disposable {
    const hasChanged = (uri: vscode.Uri) => this.#hasChanged(uri);
    const files = vscode.workspace.createFileSystemWatcher(PROSE_FILES, true, false, true);
    files.onDidChange(hasChanged);
    // When a folder comes or goes, there are no events for the files in it.
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
        await this.#replace(names, [], []);
      });
    }
    this.#gone.add(uri.toString());
  }

  /** Searches all files, and reads those that have come or changed since they were read. */
  async #collect(): Promise<void> {
    await this.#orSay(async () => {
      const { files, bytes, leftOut } = await findProseFiles(this.#listener.open(), this.#folders, this.#ended.token);
      if (this.#isOver) return;
      this.#leftOut = leftOut;
      const fresh = files.filter(({ uri, size, changedAt }) => {
        const known = this.#handed.get(uri.toString());
        return known?.size !== size || known.changedAt !== changedAt;
      });
      await this.#replace([...this.#handed.keys()], files, fresh);
      if (this.#isOver || fresh.length === 0) return;
      const room = leftOut > 0 ? ` There was no room for ${leftOut} more.` : '';
      this.#log.info(
        `The memory has read ${fresh.length} of ${files.length} files of the workspace, ${Math.ceil(bytes / 1024)} KB.${room}`,
      );
    });
  }

  /** Looks at what has changed: at a few files, at everything where it is more or does not fit. */
  async #lookAt(changed: readonly vscode.Uri[]): Promise<void> {
    await this.#orSay(async () => {
      const found = await lookAtChanged(changed, this.#folders, this.#ended.token);
      if (this.#isOver) return;
      const names = new Set(changed.map(String));
      let room = MOST_BYTES;
      for (const [name, { size }] of this.#handed) if (!names.has(name)) room -= size;
      const choice = found && chooseFiles(found, this.#listener.open()?.path ?? '', room);
      // Which files are nearest, and fit the budget, can only be decided over all of them.
      if (choice === undefined || choice.leftOut > 0) return this.#collect();
      await this.#replace([...names], choice.files, choice.files);
    });
  }

  async #orSay(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.#isOver) return;
      this.#log.warn(`The workspace's files cannot be read for the memory: ${error}`);
    }
  }

  /** Forgets the files with these names but for `files`, of which it reads those that are `fresh`. */
  async #replace(names: readonly string[], files: readonly ProseFile[], fresh: readonly ProseFile[]): Promise<void> {
    const kept = new Set(files.map(({ uri }) => uri.toString()));
    const uris = names.filter((name) => this.#handed.has(name) && !kept.has(name));
    for (const uri of uris) this.#handed.delete(uri);
    if (uris.length > 0) await this.#listener.tell({ kind: 'remove', uris });
    if (fresh.length > 0) await this.#read(fresh);
    if (uris.length + fresh.length > 0 && !this.#isOver) this.#listener.didRead();
  }

  /** Hands files to the engine, a parcel at a time. */
  async #read(files: readonly ProseFile[]): Promise<void> {
    let parcel: { uri: string; bytes: Uint8Array; markdown: boolean }[] = [];
    let size = 0;
    for (const [i, file] of files.entries()) {
      const bytes = await vscode.workspace.fs.readFile(file.uri).then(
        (read) => read,
        () => undefined,
      );
      if (this.#isOver) return;
      const uri = file.uri.toString();
      if (bytes && uri !== this.#listener.open()?.toString()) {
        this.#handed.set(uri, file);
        parcel.push({ uri, bytes, markdown: isMarkdownFile(file.path) });
      }
      size += bytes?.length ?? 0;
      if (size < PARCEL && i < files.length - 1) continue;
      // Left out are those that have gone since they were read.
      await this.#listener.tell({ kind: 'files', files: parcel.filter((each) => this.#handed.has(each.uri)) });
      parcel = [];
      size = 0;
    }
    await this.#listener.tell({ kind: 'settle' });
  }
}
