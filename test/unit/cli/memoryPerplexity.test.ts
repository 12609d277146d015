import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Built, buildWithTinyModel, inkling } from '../../support/build';

/** Sentences that nobody foresees the first time. */
const TEXT = 'Marlow Quent keeps seven brass owls under the stairs. '.repeat(3);
const lines = (texts: readonly string[]) =>
  texts.map((text, i) => JSON.stringify({ path: `${i}.md`, text })).join('\n');

describe('inkling perplexity --memory', () => {
  let built: Built;
  let documents: string;
  let kept: Awaited<ReturnType<typeof measure>>;
  before(async () => {
    built = await buildWithTinyModel();
    documents = join(built.folder, 'documents.jsonl');
    await writeFile(documents, lines([TEXT, TEXT]));
    kept = await measure('--documents', documents);
  });

  const measure = async (...args: string[]) => {
    const { stdout, stderr, status } = await inkling(['perplexity', '--memory', '--json', ...args]);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  };

  it('prints what the model alone and the model with a memory make of all documents', () => {
    const { tokens, model, memory } = kept;
    assert.equal(tokens % 2, 0);
    assert.ok(memory.nats < model.nats / 2);
    assert.ok(memory.top1 > 0.5);
  });

  it('counts the limit over all documents', async () => {
    const most = kept.tokens / 2 + 5;
    assert.equal((await measure('--documents', documents, '--max-tokens', String(most))).tokens, most);
  });

  it('knows less when it forgets each document, and more when it has read the text before', async () => {
    const remembered = await measure('--documents', documents, '--remember', documents);
    const forgetful = await measure('--documents', documents, '--forget');
    assert.ok(remembered.memory.nats < kept.memory.nats);
    assert.ok(kept.memory.nats < forgetful.memory.nats);
    assert.equal(forgetful.model.nats, kept.model.nats);
  });

  it('does not take options that would do nothing', async () => {
    for (const args of [
      ['perplexity', documents, '--forget'],
      ['perplexity', '--memory'],
      ['perplexity', documents, '--memory', '--documents', documents],
    ]) {
      const { status, stderr } = await inkling(args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, /--memory/);
    }
  });

  it('takes documents for the memory that they imply', async () => {
    const args = ['--documents', documents, '--max-tokens', '3', '--json'];
    const [implied, told] = await Promise.all([
      inkling(['perplexity', ...args]),
      inkling(['perplexity', '--memory', ...args]),
    ]);
    assert.deepEqual(implied, told);
    assert.equal(implied.status, 0);
  });

  it('names the line that is no document', async () => {
    const broken = join(built.folder, 'broken.jsonl');
    await writeFile(broken, `${lines([TEXT])}\n{"path":"x"}`);
    const { status, stderr } = await inkling(['perplexity', '--memory', '--documents', broken]);
    assert.equal(status, 2);
    assert.match(stderr, /line 2/);
  });
});
