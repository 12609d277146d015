import * as vscode from 'vscode';
import { Glob } from '../../core/text/glob';
import { notify } from '../messages';
import type { Settings } from '../settings';
import { updateEntry } from './toggle';

/** A whole URI; the letter of a Windows drive is no scheme. */
const URI = /^[a-z][\w+.-]+:/i;

/** Patterns that count, of one set, and their length; nobody writes more. */
const MOST_PATTERNS = 500;
const LONGEST_PATTERN = 1000;

/** Files without ghost text: those of `inkling.exclude`, and new ones that the writer has turned it off for. */
export class FileExclusions implements vscode.Disposable {
  /** They have no name that would be theirs alone. */
  readonly #untitled = new WeakSet<vscode.TextDocument>();
  /** Answers, which hold for the patterns and the name that they were given for. */
  readonly #known = new WeakMap<vscode.TextDocument, { readonly asked: string; readonly excluded: boolean }>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  /** @param exclude `inkling.exclude`: URIs of files, which name just these, and glob patterns */
  excludes(document: vscode.TextDocument, exclude: Settings['exclude']): boolean {
    if (this.#untitled.has(document)) return true;
    const isSet = (entry: string) => exclude[entry] === true;
    if (isSet(uriOf(document))) return true;
    const patterns = Object.keys(exclude)
      .filter((entry) => entry.length <= LONGEST_PATTERN && isSet(entry) && !URI.test(entry))
      .slice(0, MOST_PATTERNS);
    if (patterns.length === 0) return false;
    const path = pathOf(document.uri);
    const asked = JSON.stringify([path, patterns]);
    const known = this.#known.get(document);
    if (known?.asked === asked) return known.excluded;
    const excluded = patterns.some((pattern) => new Glob(pattern).matches(path));
    this.#known.set(document, { asked, excluded });
    return excluded;
  }

  /** Turns ghost text on or off for one file. A pattern that covers more than this file is the writer's to change. */
  async toggle(document: vscode.TextDocument, exclude: Settings['exclude']): Promise<void> {
    if (document.isUntitled) {
      if (!this.#untitled.delete(document)) this.#untitled.add(document);
      this.#changed.fire();
      return;
    }
    const uri = uriOf(document);
    // Earlier versions wrote the path in the workspace.
    const path = vscode.workspace.asRelativePath(document.uri, false);
    const own = [uri, path].find((entry) => exclude[entry]);
    if (own !== undefined) await updateEntry('exclude', document, own, false);
    else if (!this.excludes(document, exclude)) await updateEntry('exclude', document, uri, true);
    else notify.information(vscode.l10n.t('A pattern in inkling.exclude covers this file.'));
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** The path in its workspace folder, or all of it, with `/`. */
function pathOf(uri: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(uri)
    ? vscode.workspace.asRelativePath(uri, false)
    : uri.fsPath.replaceAll('\\', '/');
}

/** The cells of a notebook share its file. */
function uriOf({ uri }: vscode.TextDocument): string {
  return uri.with({ fragment: '' }).toString();
}
