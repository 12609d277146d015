import assert from 'node:assert/strict';
import { NOTHING_REMEMBERED } from '../../../src/core/memory/writerMemory';
import type { MemoryUpdate } from '../../../src/engine/api';
import { RememberedTexts, type RememberingEngine } from '../../../src/eval/memoryPredictor';

const TEXTS = [
  { path: 'notes/a.md', text: 'The first text.' },
  { path: 'notes/b.txt', text: 'The second text.' },
];

/** An engine that only writes down what it was told to remember. */
function listening(updates: MemoryUpdate[]): RememberingEngine {
  return {
    complete: async () => ({ suggestions: [], reason: 'empty' }),
    remember: async (update) => {
      updates.push(update);
      return NOTHING_REMEMBERED;
    },
  };
}

const kinds = (updates: readonly MemoryUpdate[]): string[] => updates.map(({ kind }) => kind);

describe('remembered texts', () => {
  it('are what was written of a text, told by its edits, and all of the texts before it', async () => {
    const updates: MemoryUpdate[] = [];
    const remembered = new RememberedTexts(listening(updates), TEXTS);
    const place = await remembered.turnTo(0, 'The fi');
    await remembered.turnTo(0, 'The far');
    assert.deepEqual(place, { document: 'text:///notes/0', offset: 6 });
    assert.deepEqual(kinds(updates), ['open', 'settle', 'edit', 'settle']);
    assert.deepEqual(updates[2], {
      kind: 'edit',
      uri: place.document,
      edits: [{ offset: 5, removed: 1, text: 'ar' }],
    });
    updates.length = 0;
    await remembered.turnTo(1, 'The se');
    assert.deepEqual(kinds(updates), ['open', 'files', 'settle']);
    const [, files] = updates;
    assert.ok(files.kind === 'files');
    assert.deepEqual(
      files.files.map(({ bytes, markdown }) => [new TextDecoder().decode(bytes), markdown]),
      [[TEXTS[0].text, true]],
    );
  });

  it('begin with nothing when the first text comes again', async () => {
    const updates: MemoryUpdate[] = [];
    const remembered = new RememberedTexts(listening(updates), TEXTS);
    await remembered.turnTo(1, 'The se');
    updates.length = 0;
    await remembered.turnTo(0, 'The');
    assert.deepEqual(kinds(updates), ['forget', 'open', 'settle']);
  });
});
