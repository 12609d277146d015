import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Distribution } from '../../../src/core/completion/distribution';
import { WriterMemory } from '../../../src/core/memory';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { MemoryKeeper } from '../../../src/engine/memory/memoryKeeper';
import { MemoryReader } from '../../../src/engine/memory/memoryReader';
import { textTokenizer } from '../core/memory/support';

const HERE = 'file:///book/chapter.md';
const TEXT = 'The road goes on and on. We met Quillonby Vane at the old mill, and Quillonby laughed. ';
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Lets the event loop turn. */
const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((done) => setImmediate(done));
};

const settled = (keeper: MemoryKeeper) => keeper.remember({ kind: 'settle' });

const LOGITS = Float32Array.from({ length: textTokenizer.size }, (_, id) => Math.sin(id) * 3);

describe('a model that is read with a memory', () => {
  let memory: WriterMemory;
  const read = (text: readonly number[], logits = LOGITS) => {
    const reader = new MemoryReader(memory, gpt2Tokenizer());
    return { reader, next: reader.read(logits, text), own: new Distribution(logits, gpt2Tokenizer()) };
  };

  beforeEach(() => {
    memory = new WriterMemory(textTokenizer);
    memory.open(HERE, TEXT);
    while (memory.readOn(1000));
    memory.turnTo(TEXT.length);
  });

  it('expects what the writer wrote, and leaves alone what the memory has nothing to say of', () => {
    const ids = textTokenizer.encode('So we met Quillonby');
    const by = ids[ids.length - 1];
    const { next, own } = read(ids.slice(0, -1));
    assert.deepEqual(next.best(1), [by]);
    assert.ok(next.mass([by]) > 0.3);
    const [zebra, apple] = textTokenizer.encode(' zebra apple');
    assert.ok(next.logprob(zebra) < own.logprob(zebra));
    const apart = next.logprob(zebra) - next.logprob(apple) - (own.logprob(zebra) - own.logprob(apple));
    assert.ok(Math.abs(apart) < 1e-9);
  });

  it('says whom a token comes from, and where the writer wrote it', () => {
    const ids = textTokenizer.encode('So we met Quillonby');
    const by = ids[ids.length - 1];
    const { reader, next } = read(ids.slice(0, -1));
    const origin = reader.origin([], by, next.logprob(by));
    assert.ok(origin && origin.document > 0.9);
    assert.equal(origin.passage?.uri, HERE);
    assert.ok(TEXT.slice(origin.passage?.offset).startsWith('by'));
  });

  it('stays what it was once it is known whole, whatever is forgotten in the meantime', () => {
    const file = { uri: 'file:///book/b.md', text: 'the '.repeat(2000), markdown: true };
    for (const _ of memory.addFile(file));
    const { next } = read(textTokenizer.encode('x'));
    const all = Array.from({ length: textTokenizer.size }, (_, id) => id);
    next.mass(all);
    const [the] = textTokenizer.encode(' the');
    const rank = next.rank(the);
    memory.removeFile(file.uri);
    assert.equal(next.rank(the), rank);
    memory.open('file:///other.md', '');
    assert.equal(next.rank(the), rank);
    assert.deepEqual(next.best(3), next.best(3, all));
  });

  it('finds among few tokens what it would find among all, however unequal they are', () => {
    const story = Array.from({ length: 80 }, (_, i) => `The mill and the road and the ${i} of the day. `).join('');
    memory.open(HERE, story);
    while (memory.readOn(1000));
    memory.turnTo(story.length);
    const all = Array.from({ length: textTokenizer.size }, (_, id) => id);
    const property = fc.property(
      fc.constantFrom('So the', ' and', 'We met him on the road', 'x'),
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.integer(),
      fc.integer({ min: 1, max: 6 }),
      (text, spread, seed, count) => {
        const logits = LOGITS.map((_, id) => spread * Math.sin(id * 1.3 + seed));
        const tokens = textTokenizer.encode(text);
        const { next: few } = read(tokens, logits);
        const { next: whole } = read(tokens, logits);
        assert.ok(Math.abs(whole.mass(all) - 1) < 1e-9);
        const best = few.best(count);
        assert.deepEqual(best, whole.best(count, all));
        for (const [rank, id] of best.entries()) {
          assert.ok(Math.abs(few.logprob(id) - whole.logprob(id)) < 1e-9);
          assert.equal(few.rank(id), rank);
          assert.equal(whole.rank(id), rank);
        }
        assert.equal(few.rank(Math.abs(seed) % all.length), whole.rank(Math.abs(seed) % all.length));
      },
    );
    fc.assert(property, { numRuns: 60, seed: 4 });
  });
});

describe('the keeper of the memory', () => {
  it('reads what it is told of, and forgets it when told', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    keeper.update({ kind: 'open', uri: HERE, text: TEXT });
    keeper.update({ kind: 'files', files: [{ uri: 'file:///book/b.md', bytes: bytesOf(TEXT), markdown: true }] });
    await settled(keeper);
    assert.equal(keeper.update({ kind: 'status' }).files, 1);
    const forgotten = keeper.update({ kind: 'forget' });
    assert.deepEqual([forgotten.files, forgotten.tokens], [0, 0]);
  });

  it('takes nothing from a file that is no UTF-8, and forgets what it was before', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    const uri = 'file:///book/other.txt';
    const filesOf = async (bytes: Uint8Array) => {
      keeper.update({ kind: 'files', files: [{ uri, bytes, markdown: false }] });
      const { files, words } = await settled(keeper);
      return [files, words];
    };
    assert.deepEqual(await filesOf(bytesOf('Le résumé était écrit.')), [1, 4]);
    assert.deepEqual(await filesOf(Buffer.from('Le résumé était écrit.', 'latin1')), [0, 0]);
  });

  it('says when all has been read, and at once when there is nothing to read', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    assert.equal((await settled(keeper)).words, 0);
    keeper.update({ kind: 'open', uri: HERE, text: TEXT });
    const files = Array.from({ length: 30 }, (_, i) => ({ uri: `${HERE}${i}`, bytes: bytesOf(TEXT), markdown: false }));
    keeper.update({ kind: 'files', files });
    let done = false;
    const status = settled(keeper).then((result) => {
      done = true;
      return result;
    });
    await turns(1);
    assert.equal(done, false);
    const words = TEXT.match(/\p{L}+/gu)?.length ?? 0;
    const { files: read, waiting, words: known } = await status;
    assert.deepEqual([read, waiting, known], [30, 0, 31 * words]);
  });

  it('says what the writer’s texts say comes next, for a page that mixes it with the model by itself', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    assert.equal(keeper.recall([1, 2, 3], { document: HERE, offset: 0 }, 0.1), null);
    keeper.update({ kind: 'open', uri: HERE, text: TEXT });
    await settled(keeper);
    const ids = textTokenizer.encode('So we met Quillonby');
    const recalled = keeper.recall(ids.slice(0, -1), { document: HERE, offset: TEXT.length }, 0.1);
    assert.ok(recalled);
    const { modelShare, ids: known, addends } = recalled;
    assert.ok(Math.abs(modelShare + addends.reduce((sum, addend) => sum + addend) - 1) < 1e-9);
    assert.equal(known[addends.indexOf(Math.max(...addends))], ids[ids.length - 1]);
    // What follows the cursor is no continuation of what stands before it.
    const there = TEXT.indexOf(' Quillonby');
    const before = textTokenizer.encode(TEXT.slice(0, there));
    const cut = keeper.recall(before, { document: HERE, offset: there }, 0.1);
    const named = cut?.ids.indexOf(ids[ids.length - 1]) ?? -1;
    assert.ok(named < 0 || (cut?.addends[named] ?? 0) < 0.1);
  });

  it('reads nothing while the model is wanted, and goes on afterwards', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    let finish = () => {};
    const wanted = keeper.pauseDuring(() => new Promise<void>((done) => (finish = done)));
    const files = [{ uri: 'file:///book/b.md', bytes: bytesOf(TEXT.repeat(200)), markdown: true }];
    keeper.update({ kind: 'files', files });
    await turns(50);
    assert.equal(keeper.update({ kind: 'status' }).tokens, 0);
    finish();
    await wanted;
    await settled(keeper);
    assert.ok(keeper.update({ kind: 'status' }).tokens > 3000);
  });

  it('gets on, a piece after each task, where the next task has always begun', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    const files = [{ uri: 'file:///book/b.md', bytes: bytesOf(TEXT.repeat(200)), markdown: true }];
    keeper.update({ kind: 'files', files });
    let end = () => {};
    const begin = () => keeper.pauseDuring(() => new Promise<void>((done) => (end = done)));
    let last = begin();
    for (let task = 0; task < 20; task++) {
      const [before, finish] = [last, end];
      last = begin();
      finish();
      await before;
      await turns(2);
    }
    assert.ok(keeper.update({ kind: 'status' }).tokens > 3000);
    end();
    await last;
  });

  it('reads a long file in pieces, between which others have their turn', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    const text = TEXT.repeat(3000);
    keeper.update({ kind: 'files', files: [{ uri: 'file:///book/b.md', bytes: bytesOf(text), markdown: true }] });
    let most = 0;
    let last = 0;
    for (let tokens = 0; tokens < 50_000; ) {
      await turns(1);
      tokens = keeper.update({ kind: 'status' }).tokens;
      most = Math.max(most, tokens - last);
      last = tokens;
    }
    assert.ok(most < 3000, `${most} tokens in one piece`);
  });

  it('learns from what is written where it was asked', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    const story = Array.from({ length: 12 }, (_, i) => `We met Quillonby Vane on day ${i} and went on. `).join('');
    keeper.update({ kind: 'open', uri: HERE, text: TEXT });
    await settled(keeper);
    const ids = textTokenizer.encode(story);
    const [, by] = textTokenizer.encode('illonby');
    const trust = () =>
      keeper.memory.expect(textTokenizer.encode(' met Quillonby').slice(0, -1), 0.01).probability(by, 0);
    const before = trust();
    for (let at = 2; at < ids.length; at++) {
      const reader = new MemoryReader(keeper.memory, gpt2Tokenizer());
      reader.read(LOGITS, ids.slice(0, at));
      keeper.learnFrom(reader.lesson);
    }
    assert.ok(trust() > before + 0.05, `${before} ${trust()}`);
  });

  it('follows edits of the open document only', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    keeper.update({ kind: 'open', uri: HERE, text: TEXT });
    keeper.update({ kind: 'edit', uri: HERE, edits: [{ offset: TEXT.length, removed: 0, text: 'Marbolette sang.' }] });
    keeper.update({ kind: 'edit', uri: 'file:///other.md', edits: [{ offset: 0, removed: 50, text: '' }] });
    await settled(keeper);
    assert.equal(keeper.update({ kind: 'status' }).tokens, textTokenizer.encode(`${TEXT}Marbolette sang.`).length);
  });

  it('holds 300,000 tokens of files in at most 40 bytes each', async () => {
    const keeper = new MemoryKeeper(textTokenizer);
    const words = Array.from({ length: 3000 }, (_, i) => textTokenizer.decode([1000 + i * 13]).trim() || 'word');
    let seed = 7;
    const next = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return words[Math.floor(3000 ** (seed / 0x80000000))];
    };
    const file = (i: number) => ({
      uri: `file:///book/${i}.md`,
      bytes: bytesOf(Array.from({ length: 8000 }, next).join(' ')),
      markdown: false,
    });
    keeper.update({ kind: 'files', files: Array.from({ length: 30 }, (_, i) => file(i)) });
    await settled(keeper);
    const { tokens, bytes } = keeper.update({ kind: 'status' });
    assert.ok(tokens > 200_000);
    assert.ok(bytes / tokens <= 40, `${bytes / tokens}`);
  }).timeout(60_000);
});
