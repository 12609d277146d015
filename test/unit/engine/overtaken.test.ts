import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalEngine } from '../../../src/engine/localEngine';
import { tokenize } from '../../support/gpt2';
import { openRandom } from '../../support/models';
import { temporaryFolder } from '../../support/randomModel';

const prose = readFileSync(join(__dirname, '../../data/golden-road.txt'), 'utf8');

describe('a completion that is overtaken', () => {
  let folder: string;
  let engine: LocalEngine;
  before(async () => {
    folder = await temporaryFolder();
    const { session, compiled } = await openRandom(folder, { n_positions: 2048 }, 95);
    await session.close();
    engine = await LocalEngine.open(compiled, { threads: 1 });
  });
  after(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('leaves what it has read to the next one, however fast the writer types', async () => {
    const typed = 'and so it was';
    const results: Promise<unknown>[] = [];
    for (let length = 0; length <= typed.length; length++) {
      const { runs } = await engine.stats();
      const prefix = `${prose} ${typed.slice(0, length)}`;
      const completion = engine.complete({ prefix, maxTokens: 4 });
      results.push(completion);
      completion.catch(() => {});
      // The next key comes while a chunk of the text is read.
      while (length < typed.length && (await engine.stats()).runs === runs) await new Promise(setImmediate);
    }
    const settled = await Promise.allSettled(results);
    assert.equal(settled.at(-1)?.status, 'fulfilled');
    assert.ok(settled.slice(0, -1).every(({ status }) => status === 'rejected'));
    const { tokensFed } = await engine.stats();
    const once = tokenize(prose).length;
    assert.ok(tokensFed < once + 200, `${tokensFed} tokens fed for a text of ${once}`);
  });

  it('needs no run for the word under the cursor once its beginning was read', async () => {
    const at = (typed: string) => engine.complete({ prefix: `${prose} ${typed}`, maxTokens: 3 });
    await at('t');
    const { runs } = await engine.stats();
    await at('t');
    assert.equal((await engine.stats()).runs, runs, 'the same again');
    await at('th');
    const { runs: after } = await engine.stats();
    assert.ok(after - runs <= 3, `${after - runs} runs: one for each token that is new`);
  });

  it('neither ends one in the background nor is ended by it, and comes first', async () => {
    const order: string[] = [];
    const ask = (name: string, prefix: string, background: boolean) =>
      engine.complete({ prefix, maxTokens: 4, background }).then(() => order.push(name));
    const first = ask('background', `${prose.slice(0, 2000)} one`, true);
    const second = ask('background too', `${prose.slice(0, 2000)} two`, true);
    await Promise.all([first, second, ask('foreground', 'It was', false)]);
    assert.deepEqual(order.toSorted(), ['background', 'background too', 'foreground']);
    assert.equal(order.at(-1), 'background too');
  });
});
