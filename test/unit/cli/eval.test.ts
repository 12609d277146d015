import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Built, buildWithTinyModel, inkling } from '../../support/build';

const SAMPLE = join(__dirname, '../../data/ghost-sample.jsonl');
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

  it('names what is wrong with a file', async () => {
    const { stderr, status } = await inkling(['eval', join(built.folder, 'none.txt')]);
    assert.equal(status, 2);
    assert.match(stderr, /there is no such file/);
  });
});
