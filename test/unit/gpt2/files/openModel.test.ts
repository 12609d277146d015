import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openModel } from '../../../../src/gpt2/files/openModel';
import { useTemporaryFolder } from '../../../support/content';
import { randomWeights, tinyConfig, writeModel } from '../../../support/randomModel';

const CHECKPOINTS = join(__dirname, '../../../data/formats/checkpoints');
/** Of a model that is no GPT-2. */
const FOREIGN = JSON.stringify({ model_type: 'llama', _name_or_path: 'someone/else', eos_token_id: 7, auto_map: {} });

describe('a model with a config.json beside it', () => {
  const folder = useTemporaryFolder();
  const beside = async (checkpoint: string, config: string) => {
    const from = join(CHECKPOINTS, checkpoint);
    const to = join(folder(), dirname(checkpoint));
    await mkdir(to, { recursive: true });
    await cp(from, join(to, basename(checkpoint)));
    await writeFile(join(to, 'config.json'), config);
    return join(to, basename(checkpoint));
  };

  it("is what its file says where that tells its shape: the config is another model's", async () => {
    const { close, ...own } = await openModel(join(CHECKPOINTS, 'nanogpt/ckpt.pt'));
    await close();
    for (const config of [FOREIGN, '{']) {
      const opened = await openModel(await beside('nanogpt/ckpt.pt', config));
      await opened.close();
      assert.deepEqual(opened.config, own.config);
      assert.deepEqual([opened.name, opened.endOfText, opened.notes], [own.name, own.endOfText, own.notes]);
    }
  });

  it('is what the config says where its file does not, and refused with a config that cannot be run', async () => {
    const path = await beside('zip/pytorch_model.bin', FOREIGN);
    await assert.rejects(openModel(path), /model_type "llama"/);
  });

  it('says that an adapter beside the weights is not applied', async () => {
    const config = tinyConfig();
    await writeModel(folder(), config, randomWeights(config, 1));
    await writeFile(join(folder(), 'adapter_model.safetensors'), '');
    const { close, notes } = await openModel(folder());
    await close();
    assert.match(notes.join(), /adapter beside the weights \(adapter_model\.safetensors\) is not applied/);
  });

  it('ends a text with the first token of several that end one', async () => {
    const config = tinyConfig();
    await writeModel(folder(), config, randomWeights(config, 1));
    await writeFile(join(folder(), 'config.json'), JSON.stringify({ ...config, eos_token_id: [5, 7] }));
    const { close, endOfText } = await openModel(folder());
    await close();
    assert.equal(endOfText, 5);
  });
});
