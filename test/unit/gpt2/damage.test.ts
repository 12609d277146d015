import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { LocalEngine } from '../../../src/engine/localEngine';
import { ForkedEngine } from '../../../src/engine/process/client';
import { compiledFolder } from '../../../src/gpt2/compiledCache';
import { type Manifest, sealed } from '../../../src/gpt2/compiledModel';
import { compileModel } from '../../../src/gpt2/compileModel';
import { locateModel } from '../../../src/gpt2/locateModel';
import { buildWithTinyModel } from '../../support/build';
import { noise, useTemporaryFolder } from '../../support/content';
import { randomWeights, tinyConfig, writeModel } from '../../support/randomModel';

const DAMAGED = { name: 'DamagedModelError' };

describe('a compiled model on a bad disk', () => {
  const folder = useTemporaryFolder();
  const config = tinyConfig();
  beforeEach(() => writeModel(join(folder(), 'source'), config, randomWeights(config, 1)));

  const flip = async (path: string, bit: number) => {
    const bytes = await readFile(path);
    bytes[Math.floor(bit / 8) % bytes.length] ^= 1 << (bit % 8);
    await writeFile(path, bytes);
  };
  const contents = async (of: string) => {
    const names = (await readdir(of)).sort();
    return Promise.all(names.map(async (name) => [name, (await readFile(join(of, name))).toString('latin1')]));
  };
  /** Every file with a place in it, and some more places in the weights. */
  const places = async (of: string) => {
    const names = await readdir(of);
    const bits = Array.from({ length: 20 }, (_, i) => noise(4, i + 1).readUInt32LE());
    return bits.map((bit, i) => [names[i] ?? 'model.onnx.data', bit] as const);
  };

  it('is compiled anew from its source wherever one bit has changed', async () => {
    const cache = join(folder(), 'cache');
    const find = () => compiledFolder(join(folder(), 'source'), 'q8', cache);
    const compiled = await find();
    const right = await contents(compiled);
    for (const [name, bit] of await places(compiled)) {
      await flip(join(compiled, name), bit);
      assert.equal(await find(), compiled);
      assert.deepEqual(await contents(compiled), right, `bit ${bit} of ${name}`);
    }
    const left = (await readdir(cache)).filter((name) => !name.endsWith('.used'));
    assert.equal(left.length, 1, 'nothing else is left, but for the note that it is used');
  });

  it('is refused by the name of the file where there is no source any more', async () => {
    const compiled = join(folder(), 'compiled');
    await compileModel(join(folder(), 'source'), compiled, 'q8');
    const choice = { path: compiled, precision: 'q8' } as const;
    assert.equal(await locateModel(choice, folder(), folder()), compiled);
    for (const [name, bit] of await places(compiled)) {
      if (name === 'manifest.json') continue;
      const right = await readFile(join(compiled, name));
      await flip(join(compiled, name), bit);
      await assert.rejects(locateModel(choice, folder(), folder()), { ...DAMAGED, message: new RegExp(name) });
      await writeFile(join(compiled, name), right);
    }
    await flip(join(compiled, 'manifest.json'), 8 * 100);
    await assert.rejects(locateModel(choice, folder(), folder()), { name: 'UnsupportedModelError' });
    await assert.rejects(LocalEngine.open(compiled), /no compiled model/);
  });

  it('is found below the home that a path begins with, as in a shell', async () => {
    const compiled = join(folder(), 'compiled');
    await compileModel(join(folder(), 'source'), compiled, 'q8');
    const variable = process.platform === 'win32' ? 'USERPROFILE' : 'HOME';
    const home = process.env[variable];
    process.env[variable] = folder();
    try {
      assert.equal(await locateModel({ path: '~/compiled', precision: 'q8' }, folder(), folder()), compiled);
      await assert.rejects(locateModel({ path: '~compiled', precision: 'q8' }, folder(), folder()), /no such file/);
    } finally {
      process.env[variable] = home;
    }
  });

  it('is damaged where its manifest names a file out of the folder', async () => {
    const compiled = join(folder(), 'compiled');
    const manifest = await compileModel(join(folder(), 'source'), compiled, 'q8');
    await writeFile(join(folder(), 'secret'), 'x');
    const secret = { ...manifest.files[0], name: '../secret' };
    const changed: Manifest = { ...manifest, files: [...manifest.files, secret] };
    await writeFile(join(compiled, 'manifest.json'), JSON.stringify(sealed(changed)));
    await assert.rejects(locateModel({ path: compiled, precision: 'q8' }, folder(), folder()), DAMAGED);
  });

  it('is told of by the engine as what has to be installed again', async function () {
    this.timeout(120_000);
    const built = await buildWithTinyModel();
    const compiled = join(folder(), 'compiled');
    await cp(join(built.folder, 'dist/model'), compiled, { recursive: true });
    await flip(join(compiled, 'model.onnx.data'), 12_345);
    const engine = new ForkedEngine({
      script: join(built.folder, 'dist/engine.js'),
      model: { path: compiled, precision: 'q8' },
      cache: join(folder(), 'cache'),
      threads: 1,
      idleMinutes: 0,
    });
    try {
      await assert.rejects(engine.info(), { name: 'EngineError', message: /is damaged.*Install the model again/ });
      const { health } = engine;
      assert.ok(health.state === 'error' && health.isDamaged && health.retryInMs === undefined);
    } finally {
      await engine.dispose();
    }
  });

  it('leaves nothing behind of six compilers that were killed', async function () {
    this.timeout(120_000);
    const built = await buildWithTinyModel();
    const shape = tinyConfig({ n_layer: 12, n_embd: 192, n_head: 4 });
    const path = join(folder(), 'larger');
    await writeModel(path, shape, randomWeights(shape, 2));
    const cache = join(folder(), 'cache');
    await mkdir(join(cache, '.staging-of-something-else'), { recursive: true });
    const args = JSON.stringify({ model: { path, precision: 'q8' }, cache, threads: 1 });
    const start = () => fork(join(built.folder, 'dist/engine.js'), [args], { execArgv: [], serialization: 'advanced' });
    for (let i = 0; i < 6; i++) {
      const child = start();
      const ended = once(child, 'exit');
      while (!readdirSync(cache).some((name) => name.includes(`-${child.pid}-`))) await turn();
      child.kill('SIGKILL');
      await ended;
      assert.ok(readdirSync(cache).some((name) => name.includes(`-${child.pid}-`)));
    }
    const last = start();
    assert.deepEqual((await once(last, 'message'))[0], { ready: true });
    assert.deepEqual(
      readdirSync(cache).filter((name) => name.startsWith('.')),
      ['.staging-of-something-else'],
    );
    last.disconnect();
    await once(last, 'exit');
  });

  it('whose cache cannot be written to is told of in a sentence', async () => {
    const file = join(folder(), 'a file');
    await writeFile(file, '');
    for (const cache of [file, join(file, 'cache')]) {
      await assert.rejects(compiledFolder(join(folder(), 'source'), 'q8', cache), {
        name: 'UnsupportedModelError',
        message: /^Inkling cannot write to .* \((ENOTDIR|EEXIST|ENOENT)\)\. Check that its disk is there/,
      });
    }
  });
});
