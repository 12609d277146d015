import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { compileInWorker } from '../../../src/gpt2/compileInWorker';
import { compileModel } from '../../../src/gpt2/compileModel';
import { UnsupportedModelError } from '../../../src/gpt2/errors';
import { useTemporaryFolder } from '../../support/content';
import { unigramModel } from '../../support/unigramModel';

describe('compiling in a thread', () => {
  const folder = useTemporaryFolder();
  const script = join(__dirname, '../../../out/test/compile.js');
  const compile = compileInWorker(script);
  const { config, weights } = unigramModel();

  before(() =>
    build({
      entryPoints: [join(__dirname, '../../../src/gpt2/compileWorker.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
    }),
  );
  beforeEach(async () => {
    await writeFile(join(folder(), 'config.json'), config);
    await writeFile(join(folder(), 'model.safetensors'), weights);
  });

  it('writes what compiling here writes, and tells how far it is', async () => {
    const fractions: number[] = [];
    const [here, there] = [join(folder(), 'here'), join(folder(), 'there')];
    const onProgress = (fraction: number) => fractions.push(fraction);
    assert.deepEqual(await compile(folder(), there, 'q8', { onProgress }), await compileModel(folder(), here, 'q8'));
    for (const name of await readdir(here)) {
      assert.deepEqual(await readFile(join(there, name)), await readFile(join(here, name)), name);
    }
    assert.ok(fractions.length > 3);
    assert.equal(fractions.at(-1), 1);
  });

  it('passes on why a model cannot be compiled', async () => {
    await writeFile(join(folder(), 'config.json'), '{"model_type": "llama"}');
    await assert.rejects(
      compile(folder(), join(folder(), 'to'), 'q8'),
      (error) => error instanceof UnsupportedModelError,
    );
  });

  it('ends at once when cancelled and makes no folder', async () => {
    const cancel = new AbortController();
    const done = compile(folder(), join(folder(), 'to'), 'q8', {
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    });
    await assert.rejects(done, { name: 'AbortError' });
    assert.ok(!(await readdir(folder())).includes('to'));
  });
});
