import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { CachedModel } from '../../../src/engine/cachedModel';
import { Session } from '../../../src/engine/session';
import { ACTIVATION_NAMES } from '../../../src/gpt2/activation';
import { compileModel } from '../../../src/gpt2/compileModel';
import { randomIds } from '../../support/models';
import { randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../support/randomModel';
import { maxDifference, referenceForward } from '../../support/reference';

describe("transformers' activations", () => {
  let folder: string;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [i, name] of ACTIVATION_NAMES.entries()) {
    it(`${name} is computed by its formula`, async () => {
      const config = tinyConfig({ vocab_size: 200, n_embd: 16, n_positions: 16, activation_function: name });
      const weights = randomWeights(config, 900 + i);
      // Large enough that what is cut off at 6 or 10 is cut off.
      for (const [tensor, values] of weights) {
        if (tensor.endsWith('c_fc.weight')) {
          values.forEach((value, at) => {
            values[at] = 12 * value;
          });
        }
      }
      await writeModel(join(folder, 'source'), config, weights);
      await compileModel(join(folder, 'source'), join(folder, 'compiled'), 'fp32');
      const session = await Session.open(join(folder, 'compiled'), config, { threads: 1 });
      const ids = randomIds(config, 12, i);
      const [{ logits }] = await new CachedModel(session, gpt2Tokenizer()).forward([ids]);
      await session.close();
      const expected = referenceForward(weights, config, ids).logits.at(-1) ?? new Float64Array();
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(maxDifference(logits, expected) < 1e-5 * (1 + largest));
    });
  }
});
