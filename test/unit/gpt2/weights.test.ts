import assert from 'node:assert/strict';
import { parseConfig, parseNanoGptArgs } from '../../../src/gpt2/config';
import { UnsupportedModelError } from '../../../src/gpt2/errors';
import type { Tensor } from '../../../src/gpt2/files/tensor';
import { checkWeights, expectedShapes, headDiffers } from '../../../src/gpt2/weights';
import { tinyConfig } from '../../support/randomModel';

/** A tensor whose values are all its name's length. */
function tensor(name: string, shape: readonly number[], type = 'F32'): Tensor {
  const format = type === 'F32' ? 'float32' : undefined;
  const rowSize = shape.slice(1).reduce((a, b) => a * b, 1);
  const rows = async (from: number, to: number) => new Float32Array((to - from) * rowSize).fill(name.length);
  return { type, format, shape, byteLength: 4 * rowSize * (shape[0] ?? 1), place: name, rows };
}

function tensorsOf(shapes: Iterable<readonly [string, readonly number[]]>, type?: string): Map<string, Tensor> {
  return new Map([...shapes].map(([name, shape]) => [name, tensor(name, shape, type)]));
}

describe("a GPT-2's weights", () => {
  const config = tinyConfig();
  const shapes = expectedShapes(config);
  const check = (change: (tensors: Map<string, Tensor>) => void, prefix = '', of = config) => {
    const tensors = tensorsOf([...expectedShapes(of)].map(([name, shape]) => [prefix + name, shape]));
    change(tensors);
    return () => checkWeights(tensors, of);
  };
  const unsupported = (message: RegExp) => (error: Error) => {
    assert.ok(error instanceof UnsupportedModelError);
    assert.match(error.message, message);
    return true;
  };
  const escaped = (name: string) => name.replaceAll('.', '\\.');

  it('are those of the config under any prefix or wrapper, mask buffers left aside', () => {
    const wrap = (name: string) =>
      `_fsdp_wrapped_module.${name.replace(/^h\.(\d+)\./, 'h.$1._fsdp_wrapped_module._checkpoint_wrapped_module.')}`;
    const wrapped = tensorsOf([...shapes].map(([name, shape]) => [wrap(name), shape]));
    assert.deepEqual(checkWeights(wrapped, config).ignored, []);
    wrapped.set('h.0.ln_1.weight', tensor('h.0.ln_1.weight', [32]));
    assert.throws(() => checkWeights(wrapped, config), unsupported(/h\.0\.ln_1\.weight is there twice/));
    const prefixes = ['', 'transformer.', 'module.', '_orig_mod.transformer.', 'module._orig_mod.', 'a.b.c.model.'];
    for (const prefix of prefixes) {
      const masks = tensorsOf(
        [0, 1].flatMap((layer) => [
          [`${prefix}h.${layer}.attn.bias`, [1, 1, 64, 64]] as const,
          [`${prefix}h.${layer}.attn.masked_bias`, []] as const,
        ]),
        'BOOL',
      );
      const weights = check((tensors) => {
        for (const [name, mask] of masks) {
          tensors.set(name, mask);
        }
      }, prefix)();
      assert.deepEqual(weights.ignored, []);
    }
  });

  it('are each named when missing, of another shape, or of a type that holds no weights', () => {
    for (const [name, shape] of shapes) {
      assert.throws(
        check((tensors) => tensors.delete(name)),
        unsupported(new RegExp(`^Tensor ${escaped(name)} is missing\\.$`)),
      );
      const wrong = new RegExp(`Tensor ${escaped(name)} has shape`);
      for (const other of [[...shape, 1], shape.slice(1), shape.map((size) => size + 1), [...shape].reverse()]) {
        if (other.join() === shape.join()) {
          continue;
        }
        assert.throws(
          check((tensors) => tensors.set(name, tensor(name, other))),
          unsupported(wrong),
        );
      }
      for (const type of ['complex64', 'I64', 'U8']) {
        assert.throws(
          check((tensors) => tensors.set(name, tensor(name, shape, type))),
          unsupported(new RegExp(`Tensor ${escaped(name)} has type ${type}`)),
        );
      }
    }
  });

  it('are each named when unknown, and more than one model or an adapter is called what it is', () => {
    const extras: readonly [string, RegExp][] = [
      ['h.2.ln_1.weight', /Unknown tensor h\.2\.ln_1\.weight/],
      ['bias', /Unknown tensor bias/],
      ['emb_norm.weight', /Unknown tensor emb_norm\.weight/],
      ['lm_head.bias', /Unknown tensor lm_head\.bias/],
      ['transformer.ln_f.bias', /Unknown tensor transformer\.ln_f\.bias/],
      ['h.0.attn.c_attn.lora_A', /h\.0\.attn\.c_attn\.lora_A belongs to a LoRA adapter/],
      ['ema.wpe.weight', /more than one model \(wpe\.weight, ema\.wpe\.weight\)/],
    ];
    for (const [name, message] of extras) {
      assert.throws(
        check((tensors) => tensors.set(name, tensor(name, [1]))),
        unsupported(message),
      );
    }
    assert.throws(
      check((tensors) => tensors.set('transformer.h.0.crossattention.c_attn.weight', tensor('x', [1])), 'transformer.'),
      unsupported(/Unknown tensor transformer\.h\.0\.crossattention/),
    );
  });

  it("leave other tasks' heads aside and name them", () => {
    const extras = [
      'v_head.summary.weight',
      'v_head.summary.bias',
      'score.weight',
      'multiple_choice_head.summary.bias',
    ];
    for (const prefix of ['', 'transformer.', 'pretrained_model.transformer.']) {
      const weights = check((tensors) => {
        for (const name of extras) {
          tensors.set(name, tensor(name, [1, 32]));
        }
      }, prefix)();
      assert.deepEqual(weights.ignored, extras);
    }
  });

  it('may all lie as [out, in], which square ones cannot tell by themselves', async () => {
    const isLinear = (name: string) => /(c_attn|c_proj|c_fc)\.weight$/.test(name);
    const turned = [...shapes].map(([name, shape]) => [name, isLinear(name) ? [...shape].reverse() : shape] as const);
    const tensors = tensorsOf(turned);
    const square = 'h.1.attn.c_proj.weight';
    const counting = async (from: number, to: number) =>
      Float32Array.from({ length: (to - from) * 32 }, (_, i) => from * 32 + i);
    tensors.set(square, { ...tensor(square, [32, 32]), rows: counting });
    const weights = checkWeights(tensors, config);
    const { values } = await weights.get(square);
    assert.deepEqual([...values.slice(0, 3)], [0, 32, 64]);
    assert.deepEqual([...(await weights.get(square, 1, 2)).values.slice(0, 3)], [1, 33, 65]);
    const one = 'h.1.mlp.c_fc.weight';
    tensors.set(one, tensor(one, [32, 128]));
    assert.throws(() => checkWeights(tensors, config), unsupported(/has shape/), 'one that lies otherwise is wrong');
  });

  it('have a head of their own only when it is not tied', () => {
    const untied = tinyConfig({ tie_word_embeddings: false });
    const head = tensor('lm_head.weight', [config.vocab_size, config.n_embd]);
    assert.ok(check((tensors) => tensors.set('lm_head.weight', head))().hasOwnHead);
    assert.throws(
      check((tensors) => tensors.set('lm_head.weight', { ...head, shape: [1, 2] })),
      unsupported(/Tensor lm_head\.weight has shape \[1,2\]/),
    );
    check(() => {}, '', untied)();
    assert.throws(
      check((tensors) => tensors.delete('lm_head.weight'), '', untied),
      unsupported(/Tensor lm_head\.weight is missing/),
    );
  });

  it('take the head for the embedding where only that is there', async () => {
    const name = 'lm_head.weight';
    const weights = check((tensors) => {
      tensors.delete('wte.weight');
      tensors.set(name, tensor(name, [config.vocab_size, config.n_embd]));
    })();
    assert.equal((await weights.get('wte.weight', 0, 1)).values[0], name.length);
    assert.equal(weights.hasOwnHead, false);
  });

  it('tell whether a tied head differs from the embedding, and read nothing where the two are one', async () => {
    const shape = [config.vocab_size, config.n_embd];
    const withHead = (head: Tensor) => check((tensors) => tensors.set('lm_head.weight', head))();
    assert.equal(await headDiffers(withHead(tensor('lm_head.weight', shape)), config), true);
    const copy = { ...tensor('wte.weight', shape), place: 'elsewhere' };
    assert.equal(await headDiffers(withHead(copy), config), false);
    const same = { ...copy, place: 'wte.weight', rows: () => Promise.reject(new Error('Read.')) };
    assert.equal(await headDiffers(withHead(same), config), false);
  });

  it('are counted before anything of the size that a config claims is made', () => {
    const huge = { ...config, n_layer: 2_000_000_000 };
    assert.throws(() => checkWeights(tensorsOf(shapes), huge), unsupported(/n_layer 2000000000.*only \d+ tensors/));
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

  it("takes transformers' other names and defaults, and configs from before model_type", () => {
    const { n_positions, n_embd, n_layer, n_head, ...rest } = raw;
    const others = {
      max_position_embeddings: n_positions,
      hidden_size: n_embd,
      num_hidden_layers: n_layer,
      num_attention_heads: n_head,
    };
    assert.deepEqual(parseConfig({ ...rest, ...others }), parseConfig(raw));
    assert.equal(parseConfig({ ...raw, num_hidden_layers: 7 }).n_layer, 7, 'the other name wins');
    const {
      vocab_size,
      n_positions: positions,
      n_embd: width,
      n_layer: layers,
      n_head: heads,
    } = parseConfig({ model_type: 'gpt2' });
    assert.deepEqual([vocab_size, positions, width, layers, heads], [50257, 1024, 768, 12, 12]);
    const { model_type: _, ...untyped } = raw;
    assert.deepEqual(parseConfig(untyped), parseConfig(raw));
    assert.deepEqual(parseConfig({ ...untyped, architectures: ['GPT2LMHeadModel'] }), parseConfig(raw));
    assert.equal(parseConfig({ ...raw, tie_word_embeddings: null }).tie_word_embeddings, false, 'None is no');
    assert.deepEqual(
      parseConfig({ ...raw, reorder_and_upcast_attn: true, n_ctx: 8, summary_type: 'mean' }),
      parseConfig(raw),
    );
  });

  it("is told by nanoGPT's model_args, whose GELU is the exact one", () => {
    const args = new Map<unknown, unknown>([
      ['n_layer', 2],
      ['n_head', 2],
      ['n_embd', 32],
      ['block_size', 64],
      ['bias', false],
      ['vocab_size', 100],
      ['dropout', 0.1],
    ]);
    assert.deepEqual(parseNanoGptArgs(args), { ...parseConfig(raw), activation_function: 'gelu' });
    args.delete('block_size');
    assert.throws(() => parseNanoGptArgs(args), /model_args block_size must be a positive integer/);
  });

  it('names the field that is missing, malformed or not supported', () => {
    const cases: readonly [change: object, message: RegExp][] = [
      [{ model_type: 'llama' }, /model_type "llama"/],
      [{ model_type: undefined, architectures: ['LlamaForCausalLM'] }, /no model_type/],
      [{ model_type: undefined, n_embd: undefined }, /no model_type/],
      [{ quantization_config: { load_in_8bit: true } }, /quantised \(quantization_config\)/],
      [{ add_cross_attention: true }, /cross-attention/],
      [{ n_head: 3 }, /n_embd 32 is not a multiple of n_head 3/],
      [{ layer_norm_epsilon: 0 }, /layer_norm_epsilon/],
      [{ layer_norm_epsilon: '1e-5' }, /layer_norm_epsilon/],
      [{ layer_norm_epsilon: Number.POSITIVE_INFINITY }, /layer_norm_epsilon/],
      [{ activation_function: 'swiglu' }, /activation_function "swiglu"/],
      [{ activation_function: 'toString' }, /activation_function "toString"/],
      [{ activation_function: 'x'.repeat(1e6) }, /activation_function "x{50,90}… is not supported/],
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
