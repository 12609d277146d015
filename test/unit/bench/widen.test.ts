import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openModel } from '../../../src/gpt2/files/openModel';
import { expectedShapes } from '../../../src/gpt2/weights';
import { writeWidened } from '../../bench/widen';
import { randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../support/randomModel';
import { maxDifference, referenceForward } from '../../support/reference';

describe('a widened model', () => {
  it('says what the model says that it was made from, in other widths and depths', async () => {
    const folder = await temporaryFolder();
    const config = tinyConfig({ n_embd: 16, n_layer: 2, n_head: 2, n_inner: 64, n_positions: 16, vocab_size: 40 });
    const weights = randomWeights(config, 5);
    await writeModel(join(folder, 'source'), config, weights);
    const ids = [3, 1, 4, 1, 5, 9, 2, 6];
    const expected = referenceForward(weights, config, ids).logits;
    for (const times of [2, 3]) {
      const to = join(folder, `times-${times}`);
      await writeWidened(join(folder, 'source'), to, { times, layers: 4, positions: 64 });
      const wider = await openModel(to);
      const { n_embd, n_head, n_layer, n_positions } = wider.config;
      assert.deepEqual([n_embd, n_head, n_layer, n_positions], [16 * times, 2 * times, 4, 64]);
      const tensors = new Map<string, Float32Array>();
      for (const name of expectedShapes(wider.config).keys()) tensors.set(name, (await wider.weights.get(name)).values);
      await wider.close();
      const { logits } = referenceForward(tensors, wider.config, ids);
      for (const [i, row] of logits.entries()) {
        assert.ok(maxDifference(row, expected[i]) < 1e-4, `${times} times, ${i}`);
      }
    }
    await rm(folder, { recursive: true });
  });

  it('has no width that is no multiple, and no fewer layers', async () => {
    const folder = await temporaryFolder();
    const config = tinyConfig({ vocab_size: 40 });
    await writeModel(join(folder, 'source'), config, randomWeights(config, 5));
    for (const wider of [
      { times: 1.5, layers: 2, positions: 64 },
      { times: 2, layers: 1, positions: 64 },
    ]) {
      await assert.rejects(writeWidened(join(folder, 'source'), join(folder, 'to'), wider), RangeError);
    }
    await rm(folder, { recursive: true });
  });
});
