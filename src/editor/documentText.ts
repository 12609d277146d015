import * as vscode from 'vscode';
import { readPlainText, type TextReading } from '../core/ghostText/consider';
import { MarkdownDocument, readMarkdown } from '../core/markdown';
import {
  changedLines,
  EditorLines,
  normaliseLineBreaks,
  offsetOf,
  placeAt,
  textBetween,
  windowStart,
} from '../core/text/lines';
import type { DocumentChanges } from './documentChanges';

/** UTF-16 units before the cursor; more than any GPT-2 reads. Earlier text does not leave this process. */
const WIDTH = 32_768;

interface Known {
  readonly markdown: MarkdownDocument;
  /** The document's version when `markdown` was last updated. */
  version: number;
}

/**
 * Reads the document's text at the cursor, line by line, so that a key costs the same in long and short documents. For
 * Markdown, the open blocks before each line are cached, starting with the first request for a document.
 */
export class DocumentText implements vscode.Disposable {
  readonly #known = new WeakMap<vscode.TextDocument, Known>();
  readonly #subscription: vscode.Disposable;

  constructor(changes: DocumentChanges) {
    this.#subscription = changes.listen(({ event }) => this.#changed(event));
  }

  read(document: vscode.TextDocument, position: vscode.Position): TextReading {
    if (document.languageId === 'markdown') return readMarkdown(this.#markdown(document), position);
    return readPlainText(textBefore(document, position));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #markdown(document: vscode.TextDocument): MarkdownDocument {
    const known = this.#known.get(document);
    if (known?.version === document.version) return known.markdown;
    const markdown = new MarkdownDocument(linesOf(document));
    this.#known.set(document, { markdown, version: document.version });
    return markdown;
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const known = this.#known.get(document);
    if (!known || contentChanges.length === 0) return;
    if (document.version !== known.version + 1) {
      this.#known.delete(document);
      return;
    }
    const { first, removed, added } = changedLines(contentChanges);
    known.markdown.changed(first, removed, added);
    known.version = document.version;
  }
}

function linesOf(document: vscode.TextDocument): EditorLines {
  return new EditorLines(document, (line) => document.offsetAt(new vscode.Position(line, 0)));
}

/**
 * A document's text with LF line endings, as the model reads it. Offsets are UTF-16 units of this text, independent of
 * the file's line endings.
 */
export function wholeText(document: vscode.TextDocument): string {
  return normaliseLineBreaks(document.getText());
}

/** Whether its file system is read-only; where VS Code cannot tell, it counts as writable. */
export function isReadOnly({ uri }: vscode.TextDocument): boolean {
  return vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false;
}

/** The offset of a position. */
export function offsetAt(document: vscode.TextDocument, position: vscode.Position): number {
  return offsetOf(linesOf(document), position);
}

/** The range from one offset to another. */
export function rangeOf(document: vscode.TextDocument, from: number, to: number): vscode.Range {
  return new vscode.Range(positionAt(document, from), positionAt(document, to));
}

/** The position at an offset. */
export function positionAt(document: vscode.TextDocument, offset: number): vscode.Position {
  const { line, character } = placeAt(linesOf(document), offset);
  return new vscode.Position(line, character);
}

/** The text before a position with LF line endings, without the part too far back to matter. */
export function textBefore(document: vscode.TextDocument, position: vscode.Position): string {
  const lines = linesOf(document);
  return textBetween(lines, windowStart(lines, position, WIDTH), position);
}

/**
 * Opens a document that may have been closed; undefined where it no longer exists, like an untitled or deleted file.
 */
export async function reopened(document: vscode.TextDocument): Promise<vscode.TextDocument | undefined> {
  if (!document.isClosed) return document;
  if (document.isUntitled) return undefined;
  try {
    return await vscode.workspace.openTextDocument(document.uri);
  } catch {
    return undefined;
  }
}
