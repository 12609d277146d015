import { isMarkdownFile } from '../core/markdown';
import type { CompleteRequest, Completion, MemoryPlace, MemoryStatus, MemoryUpdate } from '../engine/api';
import type { WritersText } from './cases';
import { modelPredictor, type Predictor } from './predictor';

/** The part of an engine that is needed to measure its memory. */
export interface RememberingEngine {
  complete(request: CompleteRequest): Promise<Completion>;
  remember(update: MemoryUpdate): Promise<MemoryStatus>;
}

/**
 * Simulates the memory of a writer who writes one text after another: the earlier texts, and the current one so far.
 */
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
   * Brings the memory to the state with all earlier texts and `prefix` of this one, and returns the place at the end of
   * `prefix`. Texts must come in order; going back to an earlier one starts over.
   */
  async turnTo(document: number, prefix: string): Promise<MemoryPlace> {
    // A second pass starts with an empty memory, like the first.
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

/** The edit between two versions of a text; as in the editor, unchanged text is not read again. */
function edited(uri: string, from: string, to: string): MemoryUpdate {
  let offset = 0;
  while (offset < from.length && from[offset] === to[offset]) offset++;
  return { kind: 'edit', uri, edits: [{ offset, removed: from.length - offset, text: to.slice(offset) }] };
}

function uriOf({ path }: WritersText, i: number): string {
  return `text:///${path.slice(0, path.lastIndexOf('/') + 1)}${i}`;
}

/**
 * The model with a memory of the writer's earlier texts and of the current one so far. Cases must come in the order of
 * the texts.
 */
export function memoryPredictor(
  name: string,
  engine: RememberingEngine,
  texts: readonly WritersText[],
  maxTokens?: number,
): Predictor {
  const remembered = new RememberedTexts(engine, texts);
  return {
    name,
    async predict(place, threshold) {
      if (place.document === undefined) throw new Error('A memory is measured on the texts of a writer only.');
      const at = await remembered.turnTo(place.document, place.prefix);
      const mixed = modelPredictor(name, (request) => engine.complete({ ...request, place: at }), maxTokens);
      return mixed.predict(place, threshold);
    },
  };
}
