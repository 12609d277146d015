import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onnx } from 'onnx-proto';
import { LocalEngine } from '../../../src/engine/localEngine';
import { compileModel } from '../../../src/gpt2/compileModel';
import { readOwnGraph } from '../../../src/gpt2/graphFile';
import { randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../support/randomModel';

describe('a compiled graph', () => {
  let folder: string;
  let compiled: string;
  before(async () => {
    folder = await temporaryFolder();
    compiled = join(folder, 'compiled');
    const config = tinyConfig({ vocab_size: 100 });
    await writeModel(join(folder, 'source'), config, randomWeights(config, 1));
    await compileModel(join(folder, 'source'), compiled, 'q8');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const fails = (message: RegExp) => assert.rejects(LocalEngine.open(compiled), { name: 'EngineError', message });

  it('reads its weights from the file beside it', async () => {
    for (const graph of ['model.onnx', 'inspect.onnx', 'head.onnx']) {
      await readOwnGraph(join(compiled, graph));
    }
  });

  it('is not loaded when it names a file elsewhere, or that file is a link', async () => {
    const file = join(compiled, 'model.onnx');
    const whole = await readFile(file);
    await copyFile(join(compiled, 'model.onnx.data'), join(folder, 'elsewhere'));
    await mkdir(join(compiled, 'inner'));
    await copyFile(join(compiled, 'model.onnx.data'), join(compiled, 'inner', 'data'));
    for (const location of ['../elsewhere', join(folder, 'elsewhere'), 'inner/data', 'inner/../model.onnx.data', '']) {
      const model = onnx.ModelProto.decode(whole);
      for (const { externalData } of model.graph?.initializer ?? []) {
        const entry = externalData?.find(({ key }) => key === 'location');
        if (entry) {
          entry.value = location;
        }
      }
      await writeFile(file, onnx.ModelProto.encode(model).finish());
      await fails(/cannot be loaded: the graph reads weights from .*, so it was not compiled by Inkling/);
    }
    const twice = onnx.ModelProto.decode(whole);
    for (const { externalData } of twice.graph?.initializer ?? []) {
      if (externalData?.length) externalData.push({ key: 'location', value: '../elsewhere' });
    }
    await writeFile(file, onnx.ModelProto.encode(twice).finish());
    await fails(/reads weights from "model\.onnx\.data", "\.\.\/elsewhere"/);
    // onnxruntime joins what is there twice; protobufjs takes the last.
    const name = 'wte.weight';
    const before = { graph: { initializer: [{ name, externalData: [{ key: 'location', value: '../elsewhere' }] }] } };
    await writeFile(file, Buffer.concat([onnx.ModelProto.encode(before).finish(), whole]));
    await fails(/not written as Inkling writes/);
    const hidden = onnx.ModelProto.decode(whole);
    hidden.graph?.node?.push({
      opType: 'Constant',
      output: ['x'],
      attribute: [{ name: 'value', t: { dims: [1], dataType: 1 } }],
    });
    await writeFile(file, onnx.ModelProto.encode(hidden).finish());
    await fails(/parts that no GPT-2 needs/);
    await writeFile(file, whole.subarray(0, 1000));
    await fails(/cannot be loaded/);
    await writeFile(file, whole);
    await rename(join(compiled, 'model.onnx.data'), join(folder, 'moved'));
    await symlink(join(folder, 'moved'), join(compiled, 'model.onnx.data'));
    await fails(/no file of its own but a link/);
    await rm(join(compiled, 'model.onnx.data'));
    await rename(join(folder, 'moved'), join(compiled, 'model.onnx.data'));
    const engine = await LocalEngine.open(compiled);
    await engine.dispose();
  });
});
