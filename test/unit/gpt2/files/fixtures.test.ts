import assert from 'node:assert/strict';
import { join } from 'node:path';
import { tryCheckpoints } from '../../../formats/checkpoints';
import { fuzz } from '../../../formats/fuzz';
import { useTemporaryFolder } from '../../../support/content';

/** Tiny models as torch and transformers write them; `make_checkpoints.py` beside them says how. */
const FIXTURES = join(__dirname, '../../../data/formats/checkpoints');

describe('files of other programs', () => {
  const folder = useTemporaryFolder();

  it('load with the weights bit for bit and the logits that transformers computes', async () => {
    let loaded = 0;
    for await (const { name, problem } of tryCheckpoints(FIXTURES, folder())) {
      assert.equal(problem, undefined, name);
      loaded++;
    }
    assert.equal(loaded, 27);
  }).timeout(60_000);

  it('are read or refused by name however they are damaged: 10,000 of them', async () => {
    const { read, refused } = await fuzz(10_000, 7);
    assert.equal(read + refused, 10_000);
    assert.ok(read > 100 && refused > 5000, `${read} read, ${refused} refused`);
  }).timeout(120_000);
});
