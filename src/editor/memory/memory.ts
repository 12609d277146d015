import * as vscode from 'vscode';
import { isEnabledFor } from '../../core/ghostText/settings';
import { NOTHING_REMEMBERED } from '../../core/memory';
import { normalisedEditsOf } from '../../core/text/edits';
import { whole } from '../../core/text/locale';
import { PatternSetting, patternsIn } from '../../core/text/pathPatterns';
import type { CompleteRequest, MemoryStatus, MemoryUpdate } from '../../engine/api';
import { patternPath, settingsFor } from '../configuration';
import type { DocumentChange, DocumentChanges } from '../documentChanges';
import { offsetAt, wholeText } from '../documentText';
import type { EngineHost } from '../engineHost';
import { writersEditor } from '../writersEditor';
import { foldersToRead, MOST_BYTES } from './fileChoice';
import { WorkspaceFiles } from './workspaceFiles';

/** VS Code's settings that exclude files. */
const EXCLUSIONS = ['files.exclude', 'search.exclude'];

export interface Parts {
  readonly engine: EngineHost;
  readonly changes: DocumentChanges;
  readonly log: vscode.LogOutputChannel;
}

/**
 * Feeds the engine's memory with the writer's texts: the open document, each edit of it, and the prose files of the
 * workspace. Nothing is stored; the memory is lost with the engine's process and filled again afterwards.
 */
export class Memory implements vscode.Disposable {
  readonly #parts: Parts;
  readonly #excluded = new PatternSetting();

  readonly #didRead = new vscode.EventEmitter<void>();
  /** Fires when files were read or forgotten, so that cached suggestions are outdated. */
  readonly onDidRead = this.#didRead.event;

  /** The document that the engine knows as the open one, and the line ending of the text that it received. */
  #open: vscode.TextDocument | undefined;
  #eol = vscode.EndOfLine.LF;
  /** Whether the writer asked to forget: then only text typed afterwards counts. */
  #forgotten = false;
  #files: WorkspaceFiles;
  readonly #subscriptions: vscode.Disposable;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#files = this.#workspaceFiles();
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

  /** The cursor's place, for a request that the memory is mixed into; undefined where there is no memory. */
  placeAt(document: vscode.TextDocument, position: vscode.Position): CompleteRequest['place'] {
    if (!this.#isKept(document)) return undefined;
    if (document !== this.#open) this.#turnTo(document);
    return { document: document.uri.toString(), offset: offsetAt(document, position) };
  }

  status(): Promise<MemoryStatus> {
    return this.#parts.engine.remember({ kind: 'status' });
  }

  /** A short summary of its contents, for the menu. */
  async summary(): Promise<string> {
    const document = writersEditor()?.document ?? this.#open;
    if (settingsFor(document).memory.sources === 'off') return vscode.l10n.t('The memory is off.');
    const status = await this.status().catch(() => NOTHING_REMEMBERED);
    const words = whole(status.words);
    if (this.#foldersToRead().length === 0) {
      return vscode.l10n.t('It knows {0} words of this document; other files are not read.', words);
    }
    if (status.waiting > 0) return vscode.l10n.t('It is reading; files to go: {0}.', status.waiting);
    const known = vscode.l10n.t('It knows {0} words. Files read beside this document: {1}.', words, status.files);
    const { leftOut } = this.#files;
    if (leftOut === 0) return known;
    const budget = whole(MOST_BYTES / 1024 / 1024);
    return `${known} ${vscode.l10n.t('Left out, as it reads {0} MB at most: {1}.', budget, leftOut)}`;
  }

  /** Empties the memory. Files are not read again until the window reloads or a setting of the memory changes. */
  async forget(): Promise<void> {
    this.#forgotten = true;
    await this.#startAfresh();
  }

  dispose(): void {
    this.#files.dispose();
    this.#didRead.dispose();
    this.#subscriptions.dispose();
  }

  async #startAfresh(): Promise<void> {
    const { isKnown } = this.#files;
    this.#files.dispose();
    const files = this.#workspaceFiles();
    this.#files = files;
    const known = this.#open ?? vscode.window.activeTextEditor?.document;
    this.#open = undefined;
    await this.#tell({ kind: 'forget' });
    if (isKnown) this.#didRead.fire();
    // Restarted meanwhile.
    if (files !== this.#files) return;
    if (known && !known.isClosed) this.#turnTo(known);
    await files.read();
  }

  #workspaceFiles(): WorkspaceFiles {
    const listener = {
      open: () => this.#open?.uri,
      tell: (update: MemoryUpdate) => this.#tell(update),
      didRead: () => this.#didRead.fire(),
    };
    return new WorkspaceFiles(this.#foldersToRead(), listener, this.#parts.log);
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
    this.#tell({
      kind: 'open',
      uri: document.uri.toString(),
      text: wholeText(document),
      learned: !this.#forgotten,
      // The files may have been read for a document of another folder whose settings allow it.
      alone: settingsFor(document).memory.sources === 'document',
    });
    this.#files.turned(before?.uri, document.uri);
  }

  #edited({ document, event }: DocumentChange): void {
    if (document !== this.#open) return;
    // Ordered from last to first, so each offset is valid after the edits before it.
    const edits = normalisedEditsOf(event.contentChanges, this.#eol);
    this.#eol = document.eol;
    this.#tell({ kind: 'edit', uri: document.uri.toString(), edits });
  }

  /** The engine's errors are ignored here, as its health reports them. */
  async #tell(update: MemoryUpdate): Promise<void> {
    await this.#parts.engine.remember(update).catch(() => {});
  }
}
