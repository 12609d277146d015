import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildWithTinyModel, inkling } from '../../support/build';
import { encode } from '../../support/gpt2';

describe('inkling generate', () => {
  before(async function () {
    this.timeout(120_000);
    await buildWithTinyModel();
  });

  it('streams the text that it gives as JSON, also where a character is cut short', async () => {
    const [half] = encode('🙂');
    const args = ['generate', 'Hi!', '--max-new-tokens', '1', '--forced-bos-token-id', String(half)];
    const [streamed, json] = await Promise.all([inkling(args), inkling([...args, '--json'])]);
    const { text, ids } = JSON.parse(json.stdout);
    assert.deepEqual([text, ids], ['\uFFFD', [half]]);
    assert.equal(streamed.stdout, `${text}\n`);
  });

  it('interrupted, gives what there is of every text, with the seed', async () => {
    const { folder } = await buildWithTinyModel();
    const args = ['generate', 'Hi!', '--num-return-sequences', '2', '--temperature', '1', '--max-new-tokens', '100000'];
    const child = spawn(process.execPath, [join(folder, 'dist/cli.js'), ...args, '--trace', '1'], {
      env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
    });
    let output = '';
    child.stdout.on('data', (part: Buffer) => {
      // The first steps are there, so the generation runs.
      if (output === '') child.kill('SIGINT');
      output += part;
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    const { seed, sequences, finish, text } = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
    assert.deepEqual([status, finish, sequences.length], [130, 'cancelled', 2]);
    assert.equal(sequences[0].text, text);
    for (const { ids } of sequences) assert.ok(ids.length > 0);
    const again = await inkling([
      ...args.slice(0, -1),
      String(sequences[0].ids.length),
      '--seed',
      String(seed),
      '--json',
    ]);
    assert.deepEqual(JSON.parse(again.stdout).sequences[0].ids, sequences[0].ids);
  });

  it('interrupted, gives what there is of a line, and begins no other', async () => {
    const { folder } = await buildWithTinyModel();
    const args = ['generate', '--jsonl', '--max-new-tokens', '100000'];
    const child = spawn(process.execPath, [join(folder, 'dist/cli.js'), ...args], {
      env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
    });
    let output = '';
    child.stdout.on('data', (part: Buffer) => {
      // The first line is answered, so the second is at work.
      if (output === '') setTimeout(() => child.kill('SIGINT'), 200);
      output += part;
    });
    child.stdin.write('{"text":""}\n{"text":"Hi!"}\n{"text":"Once"}\n');
    const status = await new Promise((resolve) => child.on('close', resolve));
    const [refused, cut, ...more] = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.match(refused.error, /empty/);
    assert.deepEqual([status, cut.finish, more], [130, 'cancelled', []]);
  });

  it('names the options of a line that they do not fit as they were typed', async () => {
    const input = '{"text":"one two three four"}\n{"text":"one"}\n';
    const { stdout, status } = await inkling(['generate', '--jsonl', '--max-length', '3'], { input });
    const [first, second] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.match(first.error, /^--max-length of 3 leaves no room after a prompt of 4 tokens\.$/);
    assert.equal(second.ids.length, 2);
    assert.equal(status, 1);
  });
});
