import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Session } from '../../../../src/engine/session';
import { compileModel } from '../../../../src/gpt2/compileModel';
import { UnsupportedModelError } from '../../../../src/gpt2/errors';
import { bufferSource } from '../../../../src/gpt2/files/byteSource';
import { readGguf } from '../../../../src/gpt2/files/gguf';
import { valuesOf } from '../../../../src/gpt2/files/tensor';
import { transpose } from '../../../../src/gpt2/quantise';
import { expectedShapes } from '../../../../src/gpt2/weights';
import { useTemporaryFolder } from '../../../support/content';
import { type GgufTensor, type GgufValue, ggufFile } from '../../../support/ggufFile';
import { randomIds } from '../../../support/models';
import { randomWeights, tinyConfig } from '../../../support/randomModel';
import { maxDifference, referenceForward } from '../../../support/reference';

const read = (bytes: Uint8Array) => readGguf(bufferSource('model.gguf', bytes));

/** Q8_0 blocks of 32: a float16 scale of 0.5, then the numbers from -16 to 15. */
function q8(blocks: number): Uint8Array {
  const block = Uint8Array.of(0x00, 0x38, ...Array.from({ length: 32 }, (_, i) => (i - 16) & 0xff));
  return Uint8Array.from({ length: 34 * blocks }, (_, i) => block[i % 34]);
}

const METADATA: Readonly<Record<string, GgufValue>> = {
  'general.architecture': 'gpt2',
  'general.name': 'Anna',
  'gpt2.context_length': 8,
  'gpt2.embedding_length': 32,
  'gpt2.feed_forward_length': 64,
  'gpt2.block_count': 1,
  'gpt2.attention.head_count': 2,
  'gpt2.attention.layer_norm_epsilon': { float: 1e-5 },
  'tokenizer.ggml.model': 'gpt2',
  'tokenizer.ggml.pre': 'gpt-2',
  'tokenizer.ggml.tokens': ['a', 'Ġ', 'Ġa'],
  'tokenizer.ggml.merges': ['Ġ a'],
  'tokenizer.ggml.bos_token_id': 1,
  'tokenizer.ggml.eos_token_id': 2,
  'tokenizer.ggml.add_bos_token': true,
};
const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const TENSORS: readonly GgufTensor[] = [
  { name: 'token_embd.weight', shape: [32, 3], type: 8, data: q8(3) },
  { name: 'blk.0.attn_qkv.bias', shape: [2], type: 0, data: bytesOf(Float32Array.of(1.5, -2)) },
  { name: 'output_norm.weight', shape: [2], type: 1, data: Uint8Array.of(0, 0x3c, 0, 0xc0) },
  { name: 'blk.0.ffn_down.weight', shape: [2, 1], type: 30, data: Uint8Array.of(0x80, 0x3f, 0, 0xc0) },
  { name: 'output_norm.bias', shape: [2], type: 28, data: new Uint8Array(Float64Array.of(0.25, -3).buffer) },
];

describe('a GGUF file', () => {
  it('tells its shape, its name and its tokenizer', async () => {
    for (const version of [2, 3]) {
      const { name, config, tokenizer } = await read(ggufFile(METADATA, TENSORS, version));
      assert.equal(name, 'Anna');
      assert.deepEqual(
        { ...config, layer_norm_epsilon: undefined },
        {
          model_type: 'gpt2',
          vocab_size: 3,
          n_positions: 8,
          n_embd: 32,
          n_layer: 1,
          n_head: 2,
          n_inner: 64,
          layer_norm_epsilon: undefined,
          bos_token_id: 1,
          eos_token_id: 2,
        },
      );
      assert.equal(config.layer_norm_epsilon, Math.fround(1e-5));
      assert.deepEqual(tokenizer, {
        tokens: ['a', 'Ġ', 'Ġa'],
        merges: ['Ġ a'],
        pre: 'gpt-2',
        bosId: 1,
        eosId: 2,
        unkId: undefined,
        addBos: true,
      });
    }
  });

  it('has F32, F16, BF16, F64 and Q8_0 tensors under the names of transformers, rows by themselves too', async () => {
    const { tensors } = await read(ggufFile(METADATA, TENSORS));
    const values = async (name: string, from?: number, to?: number) => {
      const tensor = tensors.get(name);
      assert.ok(tensor, name);
      return [...(await (from === undefined ? valuesOf(tensor) : tensor.rows(from, to ?? from + 1)))];
    };
    const row = Array.from({ length: 32 }, (_, i) => (i - 16) / 2);
    assert.deepEqual(tensors.get('wte.weight')?.shape, [3, 32]);
    assert.deepEqual(await values('wte.weight'), [...row, ...row, ...row]);
    assert.deepEqual(await values('wte.weight', 2), row);
    assert.deepEqual(await values('h.0.attn.c_attn.bias'), [1.5, -2]);
    assert.deepEqual(await values('ln_f.weight'), [1, -2]);
    assert.deepEqual(await values('h.0.mlp.c_proj.weight'), [1, -2]);
    assert.deepEqual(await values('ln_f.bias'), [0.25, -3]);
  });

  it('is refused by name when it is another model, quantised otherwise, or a part', async () => {
    const refuses = (bytes: Uint8Array, message: RegExp) =>
      assert.rejects(read(bytes), (error: Error) => {
        assert.ok(error instanceof UnsupportedModelError, error.stack);
        assert.match(error.message, message);
        return true;
      });
    await refuses(ggufFile({ ...METADATA, 'general.architecture': 'llama' }, TENSORS), /architecture llama/);
    await refuses(ggufFile({ ...METADATA, 'split.count': 3 }, TENSORS), /one of several parts.*--merge/);
    await refuses(ggufFile(METADATA, TENSORS, 1), /GGUF version 1/);
    await refuses(ggufFile(METADATA, TENSORS, 3 * 2 ** 24), /little-endian/);
    for (const [type, name] of [
      [2, 'Q4_0'],
      [12, 'Q4_K'],
      [14, 'Q6_K'],
      [23, 'IQ4_XS'],
      [26, 'I32'],
      [77, 'number 77'],
    ] as const) {
      const tensors = [{ name: 'token_embd.weight', shape: [32, 3], type, data: new Uint8Array(64) }];
      await refuses(ggufFile(METADATA, tensors), new RegExp(`quantised to ${name}; .*q8_0.*model\\.safetensors`));
    }
    await refuses(ggufFile(METADATA, [...TENSORS, TENSORS[0]]), /token_embd\.weight is there twice/);
    const whole = ggufFile(METADATA, TENSORS);
    const overlapping = Buffer.from(whole);
    const { name, shape } = TENSORS[1];
    const offset = whole.indexOf(name) + name.length + 4 + 8 * shape.length + 4;
    overlapping.writeBigUInt64LE(0n, offset);
    await refuses(overlapping, /is damaged: tensors \S+ and \S+ overlap/);
    for (let length = 4; length < whole.length - 32; length += 13) {
      await refuses(whole.subarray(0, length), /cut short|damaged/);
    }
  });
});

describe('a GPT-2 in a GGUF file', () => {
  const folder = useTemporaryFolder();

  it('gives the logits of its weights, which lie transposed there', async () => {
    const config = tinyConfig({ vocab_size: 40, n_embd: 32, n_inner: 96, n_positions: 16 });
    const weights = randomWeights(config, 3);
    const shapes = expectedShapes(config);
    const tensors = [...weights].map(([name, values]): GgufTensor => {
      const [rows, columns] = shapes.get(name) ?? [];
      const isLinear = /(c_attn|c_proj|c_fc)\.weight$/.test(name);
      const data = isLinear ? transpose(values, rows, columns) : values;
      const shape = columns === undefined ? [rows] : isLinear ? [rows, columns] : [columns, rows];
      return { name: ggufName(name), shape, type: 0, data: bytesOf(data) };
    });
    const metadata: Record<string, GgufValue> = {
      ...METADATA,
      'gpt2.context_length': config.n_positions,
      'gpt2.embedding_length': config.n_embd,
      'gpt2.feed_forward_length': config.n_inner,
      'gpt2.block_count': config.n_layer,
      'gpt2.attention.head_count': config.n_head,
    };
    const { 'tokenizer.ggml.model': _, ...withoutTokenizer } = metadata;
    const file = join(folder(), 'anna.gguf');
    await writeFile(file, ggufFile(withoutTokenizer, tensors));
    const compiled = join(folder(), 'compiled');
    const manifest = await compileModel(file, compiled, 'fp32');
    assert.deepEqual(
      { ...manifest.config, layer_norm_epsilon: 0 },
      { ...config, layer_norm_epsilon: 0 },
      'the shape is the one it was written with',
    );
    const session = await Session.open(compiled, manifest.config, { threads: 1 });
    const ids = randomIds(config, 10, 4);
    const logits = await session.step(session.newCache(), [ids], 1);
    await session.close();
    const expected = referenceForward(weights, manifest.config, ids).logits.at(-1) ?? new Float64Array();
    assert.ok(maxDifference(logits, expected) < 1e-4);
  });
});

/** llama.cpp's name of a tensor. */
function ggufName(name: string): string {
  return name
    .replace('wte', 'token_embd')
    .replace('wpe', 'position_embd')
    .replace('ln_f', 'output_norm')
    .replace(/^h\./, 'blk.')
    .replace('ln_1', 'attn_norm')
    .replace('attn.c_attn', 'attn_qkv')
    .replace('attn.c_proj', 'attn_output')
    .replace('ln_2', 'ffn_norm')
    .replace('mlp.c_fc', 'ffn_up')
    .replace('mlp.c_proj', 'ffn_down');
}
