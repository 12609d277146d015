import assert from 'node:assert/strict';
import { parseConfig, UnsupportedModelError } from '../../../src/gpt2/config';
import type { ByteSource, DType, TensorEntry } from '../../../src/gpt2/files/safetensors';
import { checkWeights, expectedShapes } from '../../../src/gpt2/weights';
import { tinyConfig } from '../../support/randomModel';

const NOWHERE: ByteSource = { name: 'model.safetensors', size: 0, read: () => Promise.reject(new Error('Not read.')) };

function entriesOf(shapes: Iterable<readonly [string, readonly number[]]>, dtype: DType = 'F32') {
  return new Map<string, TensorEntry>(
    [...shapes].map(([name, shape]) => [name, { name, dtype, shape, source: NOWHERE, offset: 0, byteLength: 4 }]),
  );
}

describe("a GPT-2's weights", () => {
  const config = tinyConfig();
  const shapes = expectedShapes(config);
  const check = (change: (entries: Map<string, TensorEntry>) => void, prefix = '', of = config) => {
    const entries = entriesOf([...expectedShapes(of)].map(([name, shape]) => [prefix + name, shape]));
    change(entries);
    return () => checkWeights(entries, of);
  };
  const unsupported = (message: RegExp) => (error: Error) => {
    assert.ok(error instanceof UnsupportedModelError);
    assert.match(error.message, message);
    return true;
  };
  const escaped = (name: string) => name.replaceAll('.', '\\.');

  it('are those of the config, with or without the prefix of fine-tunes, mask buffers left aside', () => {
    for (const prefix of ['', 'transformer.']) {
      const masks = entriesOf(
        [0, 1].flatMap((layer) => [
          [`${prefix}h.${layer}.attn.bias`, [1, 1, 64, 64]] as const,
          [`${prefix}h.${layer}.attn.masked_bias`, []] as const,
        ]),
        'BOOL',
      );
      check((entries) => {
        for (const [name, entry] of masks) entries.set(name, entry);
      }, prefix)();
    }
  });

  it('are each named when missing, of another shape, or of a type that holds no weights', () => {
    for (const [name, shape] of shapes) {
      assert.throws(
        check((entries) => entries.delete(name)),
        unsupported(new RegExp(`^Tensor ${escaped(name)} is missing\\.$`)),
      );
      const wrong = new RegExp(`Tensor ${escaped(name)} has shape`);
      for (const other of [[...shape, 1], shape.slice(1), shape.map((size) => size + 1), [...shape].reverse()]) {
        if (other.join() === shape.join()) continue;
        assert.throws(
          check((entries) => entries.set(name, { ...(entries.get(name) as TensorEntry), shape: other })),
          unsupported(wrong),
        );
      }
      for (const dtype of ['F64', 'I64', 'U8'] as const) {
        assert.throws(
          check((entries) => entries.set(name, { ...(entries.get(name) as TensorEntry), dtype })),
          unsupported(new RegExp(`Tensor ${escaped(name)} has type ${dtype}`)),
        );
      }
    }
  });

  it('are each named when unknown, or there under both names', () => {
    const names = [
      'score.weight',
      'h.2.ln_1.weight',
      'h.0.attn.c_attn.lora_A',
      'bias',
      'transformer.transformer.wpe.weight',
    ];
    for (const name of names) {
      const extra = entriesOf([[name, [1]]]).get(name) as TensorEntry;
      assert.throws(
        check((entries) => entries.set(name, extra)),
        unsupported(new RegExp(`Unknown tensor ${escaped(name)}`)),
      );
    }
    const twice = entriesOf([['transformer.ln_f.bias', [32]]]).get('transformer.ln_f.bias') as TensorEntry;
    assert.throws(
      check((entries) => entries.set(twice.name, twice)),
      unsupported(/Tensor ln_f\.bias is there twice/),
    );
  });

  it('have a head of their own only when it is not tied', () => {
    const untied = tinyConfig({ tie_word_embeddings: false });
    const head = entriesOf([['lm_head.weight', [config.vocab_size, config.n_embd]]]).get(
      'lm_head.weight',
    ) as TensorEntry;
    check((entries) => entries.set(head.name, head))();
    assert.throws(
      check((entries) => entries.set(head.name, { ...head, shape: [1, 2] })),
      unsupported(/Tensor lm_head\.weight has shape \[1,2\]/),
    );
    check(() => {}, '', untied)();
    assert.throws(
      check((entries) => entries.delete(head.name), '', untied),
      unsupported(/Tensor lm_head\.weight is missing/),
    );
  });
});

describe("a GPT-2's config", () => {
  const raw = { model_type: 'gpt2', vocab_size: 100, n_positions: 64, n_embd: 32, n_layer: 2, n_head: 2 };

  it('takes what Hugging Face leaves out from its defaults', () => {
    assert.deepEqual(parseConfig(raw), {
      vocab_size: 100,
      n_positions: 64,
      n_embd: 32,
      n_layer: 2,
      n_head: 2,
      n_inner: 128,
      activation_function: 'gelu_new',
      layer_norm_epsilon: 1e-5,
      scale_attn_weights: true,
      scale_attn_by_inverse_layer_idx: false,
      tie_word_embeddings: true,
    });
    const { n_positions: _, ...older } = raw;
    assert.equal(parseConfig({ ...older, n_ctx: 128 }).n_positions, 128);
    assert.equal(parseConfig({ ...raw, n_inner: null }).n_inner, 128);
  });

  it('names the field that is missing, malformed or not supported', () => {
    const cases: readonly [change: object, message: RegExp][] = [
      [{ model_type: 'llama' }, /model_type "llama"/],
      [{ model_type: undefined }, /model_type undefined/],
      [{ add_cross_attention: true }, /cross-attention/],
      [{ n_head: 3 }, /n_embd 32 is not a multiple of n_head 3/],
      [{ layer_norm_epsilon: 0 }, /layer_norm_epsilon/],
      [{ layer_norm_epsilon: '1e-5' }, /layer_norm_epsilon/],
      [{ activation_function: 'swish' }, /activation_function "swish"/],
      [{ scale_attn_weights: 1 }, /scale_attn_weights must be true or false/],
      [{ tie_word_embeddings: 'yes' }, /tie_word_embeddings/],
    ];
    for (const field of ['vocab_size', 'n_positions', 'n_embd', 'n_layer', 'n_head', 'n_inner']) {
      for (const value of [0, -1, 1.5, '12', Number.NaN]) {
        assert.throws(() => parseConfig({ ...raw, [field]: value }), new RegExp(`${field} must be a positive integer`));
      }
    }
    for (const [change, message] of cases) {
      assert.throws(() => parseConfig({ ...raw, ...change }), message);
      assert.throws(() => parseConfig({ ...raw, ...change }), UnsupportedModelError);
    }
    for (const json of [null, 3, 'gpt2', []]) assert.throws(() => parseConfig(json), /does not hold a JSON object/);
  });
});
