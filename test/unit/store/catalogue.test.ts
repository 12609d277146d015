import assert from 'node:assert/strict';
import { catalogue, findInCatalogue } from '../../../src/store/catalogue';
import { parametersOf } from '../../../src/store/modelCosts';

describe('the catalogue', () => {
  const pinned = catalogue.filter(({ revision }) => revision !== undefined);
  const others = catalogue.filter(({ revision }) => revision === undefined);

  it('pins each of the models whose hashes are public to a commit and to the content of its files', () => {
    assert.deepEqual(
      pinned.map(({ id }) => id.split('/')[1]),
      ['distilgpt2', 'gpt2', 'gpt2-medium', 'gpt2-large', 'gpt2-xl'],
    );
    for (const { revision, configSha256, weights, shape } of pinned) {
      assert.match(revision ?? '', /^[0-9a-f]{40}$/);
      assert.match(configSha256 ?? '', /^[0-9a-f]{64}$/);
      assert.match(weights.sha256 ?? '', /^[0-9a-f]{64}$/);
      const perWeight = weights.bytes / parametersOf(shape);
      assert.ok(perWeight > 4 && perWeight < 4.42, 'float32, and the mask buffers');
    }
  });

  it('knows how many weights the published models have', () => {
    assert.deepEqual(
      pinned.map(({ shape }) => parametersOf(shape)),
      [81_912_576, 124_439_808, 354_823_168, 774_030_080, 1_557_611_200],
    );
  });

  it('offers a dozen and more of other languages and kinds, whose lengths go with their shapes', () => {
    assert.ok(others.length >= 12);
    assert.ok(new Set(others.map(({ language }) => language)).size >= 10);
    for (const { id, weights, shape } of others) {
      const perWeight = weights.bytes / parametersOf(shape);
      const isHalf = id === 'microsoft/DialoGPT-small';
      // A head that is stored beside the embedding, and attention masks, come on top.
      assert.ok(isHalf ? perWeight > 2 && perWeight < 3 : perWeight > 3.9 && perWeight < 5.7, `${id}: ${perWeight}`);
    }
  });

  it('is found by hub names in any case, and by the short names that OpenAI’s models once had', () => {
    assert.equal(findInCatalogue('gpt2')?.id, 'openai-community/gpt2');
    assert.equal(findInCatalogue('OpenAI-Community/GPT2')?.id, 'openai-community/gpt2');
    assert.equal(findInCatalogue('distilbert/distilgpt2')?.name, 'DistilGPT-2');
    assert.equal(findInCatalogue('benjamin/GerPT2')?.name, 'GerPT2');
    for (const name of ['2', 'gerpt2', 'someone/gpt2', '']) {
      assert.equal(findInCatalogue(name), undefined, name);
    }
  });
});
