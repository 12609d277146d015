import assert from 'node:assert/strict';
import { join } from 'node:path';
import { tryTokenizers } from '../../../../formats/tokenizers';

/** Small tokenizers as Hugging Face's tokenizers writes them; `make_tokenizers.py` beside them says how. */
const FIXTURES = join(__dirname, '../../../../data/formats/tokenizers');

describe('tokenizers of other models', () => {
  it('give the ids, names, spans and texts that Hugging Face gives, or are refused by name', async () => {
    let read = 0;
    let refused = 0;
    for await (const { name, problem, refusal } of tryTokenizers(FIXTURES)) {
      assert.equal(problem, undefined, name);
      if (refusal === undefined) read++;
      else refused++;
    }
    assert.deepEqual([read, refused], [20, 4]);
  });
});
