import type { CompleteRequest, Completion, MemoryStatus, MemoryUpdate } from '../engine/api';
import type { WritersText } from './cases';

import { modelPredictor, type Predictor } from './predictor';

/** What the memory is measured with: an engine. */
export interface RememberingEngine {
  complete(request: CompleteRequest): Promise<Completion>;
  remember(update: MemoryUpdate): Promise<MemoryStatus>;
}

/**
 * The model with a memory of the texts before the one that is written, and of what is written of it so far. Cases have
 * to come in the order of the texts.
 */
export function memoryPredictor(
  name: string,
  engine: RememberingEngine,
  texts: readonly WritersText[],
  maxTokens?: number,
): Predictor {
  let remembered = 0;
  let written: { readonly uri: string; readonly text: string } | undefined;
  const turnTo = async (document: number, prefix: string): Promise<string> => {
    // A second pass begins with an empty memory, as the first one did.
    if (document < remembered) {
      await engine.remember({ kind: 'forget' });
      remembered = 0;
      written = undefined;
    }
    const uri = uriOf(texts[document], document);
    await engine.remember(
      written?.uri === uri ? edited(uri, written.text, prefix) : { kind: 'open', uri, text: prefix },
    );
    written = { uri, text: prefix };
    const files = texts.slice(remembered, document).map((text, i) => ({
      uri: uriOf(text, remembered + i),
      bytes: new TextEncoder().encode(text.text),
      markdown: /\.(?:md|markdown|mdx)$/i.test(text.path),
    }));
    remembered = document;
    if (files.length > 0) await engine.remember({ kind: 'files', files });
    await engine.remember({ kind: 'settle' });
    return uri;
  };
  return {
    name,
    async predict(place, threshold) {
      if (place.document === undefined) throw new Error('A memory is measured on the texts of a writer only.');
      const uri = await turnTo(place.document, place.prefix);
      const at = { document: uri, offset: place.prefix.length };
      const mixed = modelPredictor(name, (request) => engine.complete({ ...request, place: at }), maxTokens);
      return mixed.predict(place, threshold);
    },
  };
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
