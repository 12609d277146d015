import * as vscode from 'vscode';
import { characterWindow } from '../core/completion/context';
import { readPlainText, type TextReading } from '../core/ghostText/consider';
import { MarkdownDocument, readMarkdown } from '../core/markdown';
import { changedRanges } from './edits';

/** More than any GPT-2 sees: a longer beginning of the document stays in this process. */
const MOST_TOKENS = 4096;

interface Parsed {
  readonly markdown: MarkdownDocument;
  /** Of the document when it was parsed last. */
  version: number;
}

/** Reads documents at the cursor. Markdown is parsed once; after that each edit parses only what it touches. */
export class DocumentText implements vscode.Disposable {
  readonly #parsed = new WeakMap<vscode.TextDocument, Parsed>();
  readonly #subscription = vscode.workspace.onDidChangeTextDocument((event) => this.#changed(event));

  read(document: vscode.TextDocument, position: vscode.Position): TextReading {
    if (document.languageId === 'markdown') {
      return readMarkdown(this.#parse(document).markdown, document.offsetAt(position));
    }
    return readPlainText(textBefore(document, position));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #parse(document: vscode.TextDocument): Parsed {
    const known = this.#parsed.get(document);
    if (known?.version === document.version) return known;
    const parsed = { markdown: new MarkdownDocument(document.getText()), version: document.version };
    this.#parsed.set(document, parsed);
    return parsed;
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const parsed = this.#parsed.get(document);
    if (!parsed || contentChanges.length === 0) return;
    if (document.version === parsed.version + 1) {
      parsed.markdown.update(document.getText(), changedRanges(contentChanges));
      parsed.version = document.version;
    } else this.#parsed.delete(document);
  }
}

/** The text before a position as it stands, without what lies too far back to matter. */
export function textBefore(document: vscode.TextDocument, position: vscode.Position): string {
  const before = document.getText(new vscode.Range(new vscode.Position(0, 0), position));
  return before.slice(characterWindow(before, MOST_TOKENS));
}
