import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DocumentMemory } from '../../../../src/core/memory/documentMemory';
import { WordCounts } from '../../../../src/core/memory/wordCounts';
import { textTokenizer } from './support';

function memoryOf(text: string, learned = true) {
  let encoded = 0;
  const counting = {
    ...textTokenizer,
    encode: (text: string) => {
      const ids = textTokenizer.encode(text);
      encoded += ids.length;
      return ids;
    },
  };
  const words = new WordCounts(() => false);
  const memory = new DocumentMemory(text, counting, words, learned);
  const readAll = () => {
    while (!memory.settled) memory.work(10_000);
  };
  return { memory, words, readAll, encoded: () => encoded };
}

/** What may follow these words, as far as the memory knows. */
function following(memory: DocumentMemory, before: string): string[] {
  const history = textTokenizer.encode(before);
  const found = new Set<string>();
  memory.source.index.matches(history, memory.source.groups, memory.source.holds, 1000, (position, _, length) => {
    if (length === Math.min(history.length, 12)) found.add(textTokenizer.decode([memory.source.index.idAt(position)]));
  });
  return [...found].sort();
}

const paragraph = (i: number) => `Paragraph ${i} tells of the road to the sea and of nothing else at all.\n\n`;
const long = (paragraphs: number) => Array.from({ length: paragraphs }, (_, i) => paragraph(i)).join('');

describe('the memory of the open document', () => {
  it('knows the whole document, on both sides of the cursor', () => {
    const text = `The brass lamp stood there.\n\n${long(60)}The copper kettle sang.\n`;
    const { memory, readAll } = memoryOf(text);
    readAll();
    memory.turnTo(Math.floor(text.length / 2));
    assert.deepEqual(following(memory, 'The brass'), [' lamp']);
    assert.deepEqual(following(memory, 'The copper'), [' kettle']);
  });

  it('holds after any edits what it would hold had it read the text as it is', () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.integer({ min: 0, max: 40 }),
      text: fc.constantFrom('', 'new', ' words and more', '\n\nA line.', long(12)),
    });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
        let text = long(20);
        const { memory, words, readAll } = memoryOf(text);
        readAll();
        for (const { at, removed, text: inserted } of edits) {
          const offset = Math.floor(at * text.length);
          const count = Math.min(removed, text.length - offset);
          memory.edit(offset, count, inserted);
          text = text.slice(0, offset) + inserted + text.slice(offset + count);
          readAll();
        }
        const fresh = new WordCounts(() => false);
        fresh.add(text);
        for (const word of new Set(text.match(/\w+/g))) {
          assert.equal(words.count(word), fresh.count(word), word);
        }
        assert.equal(memory.tokens, memory.counts.total);
      }),
      { numRuns: 40 },
    );
  });

  it('takes for a secret what an edit makes one, wherever the document is cut for reading', () => {
    const rows = Array.from({ length: 40 }, (_, i) => `| bank ${i} | swordfishes |`).join('\n');
    for (let length = 900; length < 1060; length += 4) {
      const before = `${'Again and again. '.repeat(80).slice(0, length)}\n\n`;
      const edits: readonly [text: string, at: string, removed: number, typed: string][] = [
        [`## A note\n\nx\n\n${long(30)}`, 'A note', 6, 'Password'],
        [`## Password\n\nx\n\n${long(30)}`, 'x\n', 1, 'swordfishes'],
        [`| Site | Word |\n| --- | --- |\n${rows}\n\n${long(30)}`, 'Word', 4, 'Password'],
      ];
      for (const [text, at, removed, typed] of edits) {
        const { memory, words, readAll } = memoryOf(
          before + text.replace('x\n', at === 'A note' ? 'swordfishes\n' : 'x\n'),
        );
        readAll();
        memory.edit(before.length + text.indexOf(at), removed, typed);
        readAll();
        assert.equal(words.count('swordfishes'), 0, `${length} ${typed}`);
      }
    }
  });

  it('forgets what was typed and then corrected', () => {
    const { memory, readAll } = memoryOf('We saw the quick red zeppelin.\n');
    readAll();
    memory.edit(17, 3, 'blue');
    readAll();
    assert.deepEqual(following(memory, ' the quick'), [' blue']);
  });

  it('knows a word that is written on, or joined to the next, wherever the document is cut for reading', () => {
    const before = 'Again and again we go on. '.repeat(39);
    for (let length = 990; length < 1030; length++) {
      const text = `${before.slice(0, length)} We saw the brass lamp post, and more to come.`;
      for (const [removed, typed, word] of [
        [0, 's', 'lamps'],
        [1, '', 'lamppost'],
      ] as const) {
        const { memory, words, readAll } = memoryOf(text);
        readAll();
        memory.edit(text.indexOf(' post'), removed, typed);
        readAll();
        assert.deepEqual([words.count(word), words.count('lamp')], [1, 0], `${length}`);
      }
    }
  });

  it('knows after an edit what stands before the words that follow it, wherever the document is cut for reading', () => {
    const before = 'Again and again we go on. '.repeat(39);
    for (let length = 990; length < 1030; length++) {
      const text = `${before.slice(0, length)} We saw the brass lamp post, and more to come.`;
      const { memory, readAll } = memoryOf(text);
      readAll();
      memory.edit(text.indexOf('brass'), 5, 'iron');
      readAll();
      assert.deepEqual(following(memory, ' iron lamp'), [' post'], `${length}`);
      assert.deepEqual(following(memory, ' brass lamp'), [], `${length}`);
    }
  });

  it('does not join what stands on both sides of what it was to forget, however long one writes', () => {
    const { memory, readAll } = memoryOf('The old text.', false);
    memory.edit(0, 0, 'We saw a zebra');
    memory.edit('We saw a zebraThe old text.'.length, 0, ' quagga.');
    for (let i = 0; i < 2000; i++) {
      memory.edit(0, 0, 'x');
      readAll();
      memory.edit(0, 1, '');
      readAll();
    }
    assert.deepEqual(following(memory, ' a zebra'), []);
  });

  it('does not learn the word that is being written, nor that what follows the cursor follows what stands before it', () => {
    const text = 'We saw the quick re zeppelin.\n';
    const { memory } = memoryOf(text);
    memory.turnTo(text.indexOf(' zeppelin'));
    assert.deepEqual(following(memory, ' the quick'), []);
    assert.deepEqual(following(memory, ' re'), []);
    memory.turnTo(text.length);
    assert.deepEqual(following(memory, ' the quick'), [' re']);
  });

  it('reads one block for a key, as much in a document of 5 MB as in a short one', () => {
    const cost = (paragraphs: number): number => {
      const text = long(paragraphs);
      const { memory, readAll, encoded } = memoryOf(text);
      readAll();
      const at = Math.floor(text.length / 2);
      memory.edit(at, 0, 'a');
      memory.turnTo(at + 1);
      const before = encoded();
      memory.edit(at + 1, 0, 'b');
      memory.turnTo(at + 2);
      return encoded() - before;
    };
    assert.ok(cost(20) <= 600);
    assert.ok(cost(70_000) <= 600);
  }).timeout(60_000);

  it('does not grow with the number of edits', () => {
    const { memory, readAll } = memoryOf(long(20));
    readAll();
    for (let i = 0; i < 2000; i++) {
      memory.edit(500 + i, 0, i % 7 === 0 ? ' ' : 'x');
      memory.turnTo(501 + i);
    }
    assert.ok(memory.source.index.length < 40_000, `${memory.source.index.length}`);
    assert.deepEqual(following(memory, ' to the'), [' sea']);
  });

  it('knows where in the document a token stands', () => {
    const text = `${long(30)}The copper kettle sang.\n`;
    const { memory, readAll } = memoryOf(text);
    readAll();
    memory.source.index.matches(
      textTokenizer.encode('The copper'),
      memory.source.groups,
      memory.source.holds,
      10,
      (position, _, length) => {
        if (length > 1) assert.equal(memory.offsetOf(position), text.indexOf(' kettle'));
      },
    );
  });

  it('learns after forgetting only what is typed', () => {
    const { memory, readAll } = memoryOf('The brass lamp stood there. The end.', false);
    readAll();
    let at = 'The brass lamp stood there.'.length;
    for (const key of ' A copper kettle sang.') {
      memory.edit(at, 0, key);
      memory.turnTo(++at);
    }
    memory.turnTo(0);
    assert.deepEqual(following(memory, 'The brass'), []);
    assert.deepEqual(following(memory, ' copper'), [' kettle']);
  });
});
