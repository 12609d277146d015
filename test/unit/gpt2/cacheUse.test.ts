import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sweepCache } from '../../../src/gpt2/cacheUse';
import { compiledFolder } from '../../../src/gpt2/compiledCache';
import { useTemporaryFolder } from '../../support/content';
import { randomWeights, tinyConfig, writeModel } from '../../support/randomModel';

const DAY_MS = 24 * 60 * 60_000;
const config = tinyConfig({ vocab_size: 100 });

describe('the cache of compiled models', () => {
  const folder = useTemporaryFolder();
  const cache = () => join(folder(), 'cache');
  /** Nobody has its number any more. */
  const ended = spawnSync(process.execPath, ['--version']).pid;

  let seed = 0;
  /** Compiles a checkpoint as training leaves it, written anew each time. */
  const compiled = async (source = 'training', precision: 'q8' | 'q4' = 'q8') => {
    await writeModel(join(folder(), source), config, randomWeights(config, ++seed));
    return basename(await compiledFolder(join(folder(), source), precision, cache()));
  };
  const noteOf = (name: string) => readdirSync(cache()).filter((each) => each.startsWith(`${name}.`));
  /** As if another process had used it. */
  const usedBy = async (name: string, pid: number, world?: string) => {
    const [note] = noteOf(name);
    const other = note.replace(/[0-9a-f]{8}-/, (own) => (world ? `${world}-` : own)).replace(/-\d+/, `-${pid}`);
    await rename(join(cache(), note), join(cache(), other));
    return join(cache(), other);
  };
  const kept = () => readdirSync(cache()).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const edited = (name: string, change: object) => {
    const manifest = join(cache(), name, 'manifest.json');
    return writeFile(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), ...change }));
  };
  const aged = (path: string, days: number) => {
    const then = new Date(Date.now() - days * DAY_MS);
    return utimes(path, then, then);
  };

  beforeEach(() => rm(cache(), { recursive: true, force: true }));

  it('keeps the last state of a checkpoint that training overwrites, and what others use', async () => {
    const other = await compiled('other');
    await usedBy(other, ended);
    const coarser = await compiled('training', 'q4');
    await usedBy(coarser, ended);
    const first = await compiled();
    await usedBy(first, ended);
    const second = await compiled();
    assert.deepEqual(kept().sort(), [other, coarser, second].sort(), 'the first is gone');
    assert.deepEqual(noteOf(first), []);
    const third = await compiled();
    assert.ok(kept().includes(second), 'a process that lives uses it');
    await usedBy(second, ended, 'ffffffff');
    await compiled('something');
    assert.ok(kept().includes(second) && kept().includes(third), 'a process elsewhere may use it');
  });

  it('drops what another version of Inkling has compiled, unless it may be in use', async () => {
    const names = [await compiled('one'), await compiled('two'), await compiled('three')];
    const [old, unnoted, inUse] = names;
    for (const name of names) await edited(name, { builderVersion: 1 });
    await usedBy(old, ended);
    for (const note of noteOf(unnoted)) await rm(join(cache(), note));
    const now = await compiled('four');
    assert.deepEqual(kept().sort(), [unnoted, inUse, now].sort());
  });

  it('drops what nobody has used for two months, and nothing that it has not made', async () => {
    const [used, unused, elsewhere] = [await compiled('one'), await compiled('two'), await compiled('three')];
    await usedBy(used, ended);
    await aged(await usedBy(unused, ended), 61);
    await aged(await usedBy(elsewhere, ended, 'ffffffff'), 61);
    for (const name of [used, unused, elsewhere]) await aged(join(cache(), name), 100);
    const foreign = 'f'.repeat(32);
    await writeModel(join(cache(), foreign), config, randomWeights(config, 1));
    await aged(join(cache(), foreign), 100);
    await sweepCache(cache(), '', '');
    assert.deepEqual(kept().sort(), [used, foreign].sort());
  });

  it('notes each use, and keeps no more than the last note of those that have ended', async () => {
    const name = await compiled('one');
    await aged(await usedBy(name, ended), 61);
    await aged(join(cache(), name), 100);
    assert.equal(basename(await compiledFolder(join(folder(), 'one'), 'q8', cache())), name);
    assert.equal(noteOf(name).length, 1);
    await usedBy(name, ended);
    await sweepCache(cache(), '', '');
    assert.deepEqual(kept(), [name], 'it was used today');
  });

  it('is made where it does not exist', async () => {
    await sweepCache(join(folder(), 'none'), '', '');
    assert.equal((await compiled()).length, 32);
  });
});
