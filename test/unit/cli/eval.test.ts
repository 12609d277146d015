import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Built, buildWithTinyModel, inkling } from '../../support/build';

const SAMPLE = join(__dirname, '../../data/ghost-sample.jsonl');
const STORY = join(__dirname, '../../data/golden-road.txt');
const PROSE = 'The cat sat on the mat and the dog sat on the cat while it rained. '.repeat(20);

describe('inkling eval', () => {
  let built: Built;
  before(async () => {
    built = await buildWithTinyModel();
  });

  it('measures the model and the baselines on cases, as JSON', async () => {
    const training = join(built.folder, 'training.txt');
    await writeFile(training, PROSE);
    const { stdout, status } = await inkling([
      'eval',
      SAMPLE,
      '--cases',
      '5',
      '--typed',
      '1',
      '--train',
      training,
      '--json',
    ]);
    assert.equal(status, 0);
    const { cases, evaluations } = JSON.parse(stdout);
    assert.equal(cases, 5);
    assert.equal(evaluations.length, 3);
    for (const { ungated, gated, curve, keystrokes } of evaluations) {
      assert.ok(gated.coverage <= ungated.coverage);
      assert.equal(curve.length, 10);
      assert.ok(keystrokes.ungated < 1);
    }
  });

  it('chooses cursors in a text, and says that it has no baselines', async () => {
    const text = join(built.folder, 'held-out.md');
    await writeFile(text, PROSE);
    const { stdout, stderr, status } = await inkling(['eval', text, '--cases', '3', '--typed', '0']);
    assert.equal(status, 0);
    assert.match(stdout, /^3 cases\n\n\| {2}\| coverage \|/);
    assert.match(stderr, /without baselines/);
  });

  it('types with a memory of the writer’s texts and without', async () => {
    const documents = join(built.folder, 'texts.jsonl');
    // Short paragraphs: a case is typed to the end of its paragraph.
    const text = (await readFile(STORY, 'utf8')).slice(0, 3000).replace(/(.{140}\S*) /g, '$1\n\n');
    await writeFile(documents, ['a', 'b'].map((name) => JSON.stringify({ path: `${name}.txt`, text })).join('\n'));
    const args = ['--memory', '--documents', documents, '--cases', '2', '--typed', '0', '--keys', '200', '--json'];
    const { stdout, status } = await inkling(['eval', ...args]);
    assert.equal(status, 0);
    const { evaluations, keys, memoryKeys } = JSON.parse(stdout);
    assert.equal(evaluations.length, 2);
    assert.ok(keys.count > 0 && memoryKeys.count === keys.count);
    // In the second text the memory has read these very sentences; the tiny model knows nothing.
    assert.ok(memoryKeys.saved > keys.saved, `${memoryKeys.saved} > ${keys.saved}`);
  });

  it('names what is wrong with a file', async () => {
    const { stderr, status } = await inkling(['eval', join(built.folder, 'none.txt')]);
    assert.equal(status, 2);
    assert.match(stderr, /there is no such file/);
  });
});
