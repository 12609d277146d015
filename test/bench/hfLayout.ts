import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attentionScale, type Gpt2Config } from '../../src/gpt2/config';
import { ExternalData, FLOAT, GraphBuilder, INT64, UINT8 } from '../../src/gpt2/onnx';
import { transpose } from '../../src/gpt2/quantise';
import type { Weights } from '../../src/gpt2/weights';

/** The element type numbers of ONNX that `Cast` takes. */
const TO_FLOAT = FLOAT;

/**
 * Writes a GPT-2 as the ONNX files on the Hugging Face hub have it (`onnx/model.onnx` or `onnx/model_quantized.onnx`):
 * the whole cache goes in and comes out of every step, logits for every position, a head of its own beside the
 * embedding; q8 means 8-bit weights for each matrix as a whole and activations quantised for each tensor as it comes
 * (`DynamicQuantizeLinear`, `MatMulInteger`), as onnxruntime's `quantize_dynamic` makes them.
 * @param dtype which of the two layouts
 */
export async function writeHfLayout(
  folder: string,
  config: Gpt2Config,
  weights: Weights,
  dtype: 'fp32' | 'q8',
): Promise<void> {
  const name = dtype === 'fp32' ? 'model.onnx' : 'model_quantized.onnx';
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const file = await open(join(folder, 'onnx', `${name}_data`), 'w');
  try {
    const data = new ExternalData(`${name}_data`, { write: async (bytes) => void (await file.writeFile(bytes)) });
    await writeFile(join(folder, 'onnx', name), await buildHfGraph(config, weights, data, dtype));
  } finally {
    await file.close();
  }
  const externalData = { 'transformers.js_config': { use_external_data_format: { [name]: 1 } } };
  const hub = { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], ...config };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...hub, ...externalData }));
  await writeFile(join(folder, 'generation_config.json'), JSON.stringify({ _from_model_config: true }));
}

async function buildHfGraph(
  config: Gpt2Config,
  weights: Weights,
  data: ExternalData,
  dtype: 'fp32' | 'q8',
): Promise<Uint8Array> {
  const { n_embd, n_head, n_layer, n_inner, vocab_size, n_positions } = config;
  const headSize = n_embd / n_head;
  const b = new GraphBuilder('gpt2-hf', data);
  const read = async (name: string) => (await weights.get(name)).values;
  const float = async (name: string, shape: number[], values: Float32Array) =>
    b.weight(name, FLOAT, shape, await data.store([values]));

  const bytesOf = async (name: string, shape: number[], values: Float32Array) => {
    const { bytes, scale, zero } = quantiseTensor(values);
    return {
      bytes: b.weight(`${name}_quantized`, UINT8, shape, await data.store([bytes])),
      scale: await float(`${name}_scale`, [], Float32Array.of(scale)),
      zero: b.weight(`${name}_zero_point`, UINT8, [], await data.store([Uint8Array.of(zero)])),
    };
  };
  const multiply = async (name: string, x: string, from: number, to: number, values: Float32Array) => {
    if (dtype === 'fp32') return b.op('MatMul', [x, await float(name, [from, to], values)]);
    const weight = await bytesOf(name, [from, to], values);
    const [quantised, scale, zero] = b.ops('DynamicQuantizeLinear', [x], 3);
    const product = b.op('MatMulInteger', [quantised, weight.bytes, zero, weight.zero]);
    return b.op('Mul', [b.op('Cast', [product], { to: TO_FLOAT }), b.op('Mul', [scale, weight.scale])]);
  };
  const vector = async (name: string, size: number) => float(name, [size], await read(name));
  const linear = async (name: string, x: string, from: number, to: number) =>
    b.op('Add', [
      await multiply(`${name}.weight`, x, from, to, await read(`${name}.weight`)),
      await vector(`${name}.bias`, to),
    ]);
  const norm = async (name: string, x: string) =>
    b.op('LayerNormalization', [x, await vector(`${name}.weight`, n_embd), await vector(`${name}.bias`, n_embd)], {
      axis: -1,
      epsilon: { float: config.layer_norm_epsilon },
    });

  const inputIds = b.input('input_ids', INT64, ['batch_size', 'sequence_length']);
  const attentionMask = b.input('attention_mask', INT64, ['batch_size', 'total_length']);
  const positionIds = b.input('position_ids', INT64, ['batch_size', 'sequence_length']);
  const past: [string, string][] = [];
  for (let i = 0; i < n_layer; i++) {
    const shape = ['batch_size', n_head, 'past_length', headSize];
    past.push([b.input(`past_key_values.${i}.key`, FLOAT, shape), b.input(`past_key_values.${i}.value`, FLOAT, shape)]);
  }
  const present: [string, string][] = [];

  const wte = await read('wte.weight');
  const embed = async () => {
    if (dtype === 'fp32') return b.op('Gather', [await float('wte', [vocab_size, n_embd], wte), inputIds]);
    const table = await bytesOf('wte', [vocab_size, n_embd], wte);
    return b.op('DequantizeLinear', [b.op('Gather', [table.bytes, inputIds]), table.scale, table.zero]);
  };
  const wpe = await float('wpe', [n_positions, n_embd], await read('wpe.weight'));
  let x = b.op('Add', [await embed(), b.op('Gather', [wpe, positionIds])]);

  // Which positions each token may look at: those that are not padding and not later than itself.
  const counted = b.op('CumSum', [attentionMask, b.integers('total_axis', [1])]);
  const place = b.op('Sub', [counted, b.integers('one', [1])]);
  const later = b.op('Greater', [
    b.op('Unsqueeze', [place, b.integers('row_axes', [1, 2])]),
    b.op('Unsqueeze', [positionIds, b.integers('column_axes', [1, 3])]),
  ]);
  const hidden = await float('hidden_score', [1], Float32Array.of(-3.4e38));
  const visible = await float('visible_score', [1], Float32Array.of(0));
  const bias = b.op('Where', [later, hidden, visible]);

  const splitHeads = b.integers('split_heads', [0, 0, n_head, headSize]);
  const mergeHeads = b.integers('merge_heads', [0, 0, n_embd]);
  for (let i = 0; i < n_layer; i++) {
    const qkv = await linear(`h.${i}.attn.c_attn`, await norm(`h.${i}.ln_1`, x), n_embd, 3 * n_embd);
    const [q, k, v] = b
      .ops('Split', [qkv], 3, { axis: 2 })
      .map((part) => b.op('Transpose', [b.op('Reshape', [part, splitHeads])], { perm: [0, 2, 1, 3] }));
    const keys = b.op('Concat', [past[i][0], k], { axis: 2 });
    const values = b.op('Concat', [past[i][1], v], { axis: 2 });
    const raw = b.op('MatMul', [q, b.op('Transpose', [keys], { perm: [0, 1, 3, 2] })]);
    const scale = await float(`scale_${i}`, [1], Float32Array.of(attentionScale(config, i)));
    const attention = b.op('Softmax', [b.op('Add', [b.op('Mul', [raw, scale]), bias])], { axis: 3 });
    const mixed = b.op('Transpose', [b.op('MatMul', [attention, values])], { perm: [0, 2, 1, 3] });
    x = b.op('Add', [x, await linear(`h.${i}.attn.c_proj`, b.op('Reshape', [mixed, mergeHeads]), n_embd, n_embd)]);
    const inner = await linear(`h.${i}.mlp.c_fc`, await norm(`h.${i}.ln_2`, x), n_embd, n_inner);
    const active = b.op('FastGelu', [inner], {}, 'com.microsoft');
    x = b.op('Add', [x, await linear(`h.${i}.mlp.c_proj`, active, n_inner, n_embd)]);
    present.push([keys, values]);
  }
  const last = await norm('ln_f', x);
  const head = await multiply('lm_head', last, n_embd, vocab_size, transpose(wte, vocab_size, n_embd));
  b.output('logits', head, ['batch_size', 'sequence_length', vocab_size]);
  present.forEach(([keys, values], i) => {
    const shape = ['batch_size', n_head, 'total_length', headSize];
    b.output(`present.${i}.key`, keys, shape);
    b.output(`present.${i}.value`, values, shape);
  });
  return b.encode('inkling-bench');
}

/** Asymmetric 8 bits with one scale for all: value = (byte - zero) * scale. */
function quantiseTensor(values: Float32Array): { bytes: Uint8Array; scale: number; zero: number } {
  let least = 0;
  let most = 0;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const scale = (most - least) / 255 || 1;
  const zero = Math.round(-least / scale);
  const bytes = Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round(value / scale) + zero)));
  return { bytes, scale, zero };
}
