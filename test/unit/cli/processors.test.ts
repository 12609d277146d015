import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inkling } from '../../support/build';

/** A case of `logits-processors.json`, whose source is named in the file. */
interface Case {
  readonly expected: readonly (number | string)[];
  readonly tolerance?: number;
}

const { cases } = JSON.parse(readFileSync(join(__dirname, '../../data/logits-processors.json'), 'utf8')) as {
  cases: readonly Case[];
};

describe('inkling processors', () => {
  it('gives what Hugging Face gives in every case of the oracle file', async function () {
    this.timeout(120_000);
    const input = cases.map((each) => `${JSON.stringify(each)}\n`).join('');
    const { stdout, stderr, status } = await inkling(['processors', '--jsonl'], { input });
    assert.deepEqual([stderr, status], ['', 0]);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(answers.length, cases.length);
    cases.forEach(({ expected, tolerance = 1e-5 }, i) => {
      assert.deepEqual(Object.keys(answers[i]), ['output']);
      expected.forEach((value, j) => {
        const got = answers[i].output[j];
        if (typeof value === 'string') assert.equal(got, value, `case ${i}`);
        else {
          assert.ok(
            Math.abs(got - value) <= tolerance + tolerance * Math.abs(value),
            `case ${i}: ${got}, not ${value}`,
          );
        }
      });
    });
  });

  it('names a processor that it does not know', async () => {
    const { stdout, status } = await inkling(['processors', '--jsonl'], {
      input: '{"processor":"magic","input":[1]}\n',
    });
    assert.match(JSON.parse(stdout).error, /Unknown processor magic/);
    assert.equal(status, 1);
  });
});
