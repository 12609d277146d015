import assert from 'node:assert/strict';
import { WordCounts } from '../../../../src/core/memory/wordCounts';
import { WorkspaceMemory } from '../../../../src/core/memory/workspaceMemory';
import { textTokenizer } from './support';

describe('the memory of the other files', () => {
  it('gives the number of a file that went to the next one, though one that is no prose came between', () => {
    const memory = new WorkspaceMemory(textTokenizer, new WordCounts(() => false));
    const add = (uri: string, text: string) => {
      for (const _ of memory.add({ uri, text, markdown: true }));
      return memory.source.index.ownerAt(memory.source.index.length - 1);
    };
    const first = add('file:///a.md', 'The road goes on and on.');
    memory.remove('file:///a.md');
    add('file:///b.md', '1;2;3;4;5;6;7');
    assert.equal(add('file:///c.md', 'We must follow if we can.'), first);
    assert.equal(memory.files, 1);
  });

  it('has no word of a file left that went, wherever it was cut for reading', () => {
    const words = new WordCounts(() => false);
    const memory = new WorkspaceMemory(textTokenizer, words);
    for (const text of [
      '小説家'.repeat(1000),
      'Мы видели молоко и маяк. '.repeat(200),
      'We saw it, password: swordfish. '.repeat(90),
    ]) {
      for (const _ of memory.add({ uri: 'file:///a.md', text, markdown: true }));
      assert.ok(words.total > 0);
      memory.remove('file:///a.md');
      assert.deepEqual([words.total, memory.tokens, memory.near.total], [0, 0, 0]);
    }
  });
});
