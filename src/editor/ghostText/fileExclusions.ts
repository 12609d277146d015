import * as vscode from 'vscode';
import { PatternSetting, patternsIn } from '../../core/text/pathPatterns';
import { patternPath, updateEntry } from '../configuration';
import { notify } from '../messages';
import type { Settings } from '../settings';

/** A URI with a scheme of at least two letters, as one letter is a Windows drive. */
const URI = /^[a-z][\w+.-]+:/i;

/** Files without ghost text: those of `inkling.exclude`, and untitled documents that the writer turned it off for. */
export class FileExclusions implements vscode.Disposable {
  /** Untitled documents have no lasting name that a setting could use. */
  readonly #untitled = new WeakSet<vscode.TextDocument>();
  readonly #patterns = new PatternSetting();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  /** @param exclude `inkling.exclude`: URIs of single files, and glob patterns */
  excludes(document: vscode.TextDocument, exclude: Settings['exclude']): boolean {
    if (this.#untitled.has(document)) return true;
    if (exclude[uriOf(document)] === true) return true;
    const patterns = patternsIn(exclude).filter((entry) => !URI.test(entry));
    return this.#patterns.covers(patternPath(document.uri), patterns);
  }

  /** Turns ghost text on or off for one file. Patterns that cover more files are left unchanged. */
  async toggle(document: vscode.TextDocument, exclude: Settings['exclude']): Promise<void> {
    if (document.isUntitled) {
      if (!this.#untitled.delete(document)) this.#untitled.add(document);
      this.#changed.fire();
      return;
    }
    const uri = uriOf(document);
    // Earlier versions wrote the path within the workspace.
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

/** The cells of a notebook share one file. */
function uriOf({ uri }: vscode.TextDocument): string {
  return uri.with({ fragment: '' }).toString();
}
