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
});
