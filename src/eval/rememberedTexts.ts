import { isMarkdownFile } from '../core/markdown';
import type { CompleteRequest, Completion, MemoryPlace, MemoryStatus, MemoryUpdate } from '../engine/api';
import type { WritersText } from './cases';

/** What the memory is measured with: an engine. */
export interface RememberingEngine {
  complete(request: CompleteRequest): Promise<Completion>;
  remember(update: MemoryUpdate): Promise<MemoryStatus>;
}

/** An engine's memory of a writer who writes one text after the other: the texts before, and what is written of one. */
export class RememberedTexts {
  readonly #engine: RememberingEngine;
  readonly #texts: readonly WritersText[];
  #files = 0;
  #written: { readonly uri: string; readonly text: string } | undefined;

  constructor(engine: RememberingEngine, texts: readonly WritersText[]) {
    this.#engine = engine;
    this.#texts = texts;
  }

  /**
   * Makes the memory know the texts before this one and `prefix` of this one. Returns the place at the end of `prefix`.
   * Texts must come in order; going back to an earlier one begins anew.
   */
  async turnTo(document: number, prefix: string): Promise<MemoryPlace> {
    // A second pass begins with an empty memory, as the first one did.
    if (document < this.#files) {
      await this.#engine.remember({ kind: 'forget' });
      this.#files = 0;
      this.#written = undefined;
    }
    const uri = uriOf(this.#texts[document], document);
    const written = this.#written;
    await this.#engine.remember(
      written?.uri === uri ? edited(uri, written.text, prefix) : { kind: 'open', uri, text: prefix },
    );
    this.#written = { uri, text: prefix };
    const files = this.#texts.slice(this.#files, document).map((text, i) => ({
      uri: uriOf(text, this.#files + i),
      bytes: new TextEncoder().encode(text.text),
      markdown: isMarkdownFile(text.path),
    }));
    this.#files = document;
    if (files.length > 0) await this.#engine.remember({ kind: 'files', files });
    await this.#engine.remember({ kind: 'settle' });
    return { document: uri, offset: prefix.length };
  }
}

/** The edit that makes one text the other: as in the editor, what stays is not read again. */
function edited(uri: string, from: string, to: string): MemoryUpdate {
  let offset = 0;
  while (offset < from.length && from[offset] === to[offset]) offset++;
  return { kind: 'edit', uri, edits: [{ offset, removed: from.length - offset, text: to.slice(offset) }] };
}

function uriOf({ path }: WritersText, i: number): string {
  return `text:///${path.slice(0, path.lastIndexOf('/') + 1)}${i}`;
}
