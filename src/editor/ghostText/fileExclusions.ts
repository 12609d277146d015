import * as vscode from 'vscode';
import { PatternSetting, patternsIn } from '../../core/text/pathPatterns';
import { patternPath, updateEntry } from '../configuration';
import { notify } from '../messages';
import type { Settings } from '../settings';

/** A whole URI; the letter of a Windows drive is no scheme. */
const URI = /^[a-z][\w+.-]+:/i;

/** Files without ghost text: those of `inkling.exclude`, and new ones that the writer has turned it off for. */
export class FileExclusions implements vscode.Disposable {
  /** They have no name that would be theirs alone. */
  readonly #untitled = new WeakSet<vscode.TextDocument>();
  readonly #patterns = new PatternSetting();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  /** @param exclude `inkling.exclude`: URIs of files, which name just these, and glob patterns */
  excludes(document: vscode.TextDocument, exclude: Settings['exclude']): boolean {
    if (this.#untitled.has(document)) return true;
    if (exclude[uriOf(document)] === true) return true;
    const patterns = patternsIn(exclude).filter((entry) => !URI.test(entry));
    return this.#patterns.covers(patternPath(document.uri), patterns);
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

/** The cells of a notebook share its file. */
function uriOf({ uri }: vscode.TextDocument): string {
  return uri.with({ fragment: '' }).toString();
}
