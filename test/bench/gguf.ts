import { open } from 'node:fs/promises';
import type { Gpt2Config } from '../../src/gpt2/config';
import { transpose } from '../../src/gpt2/quantise';
import type { Weights } from '../../src/gpt2/weights';
import { display, END_OF_TEXT, merges } from '../support/gpt2';

/** How llama.cpp keeps a matrix; vectors stay float32. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
export type GgufType = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0';

const TYPE_NUMBER = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 8, BF16: 30 } as const;
/** Numbers of `general.file_type`: what most of a file is. */
const FILE_TYPE = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 7, BF16: 32 } as const;
const ALIGNMENT = 32;
const BLOCK = 32;

interface TensorPlan {
  readonly name: string;
  /** Innermost size first. */
  readonly shape: readonly number[];
  readonly type: keyof typeof TYPE_NUMBER;
  readonly bytes: () => Promise<Uint8Array>;
}

/** Writes a GPT-2 with its tokenizer for llama.cpp. */
export async function writeGguf(file: string, config: Gpt2Config, weights: Weights, type: GgufType): Promise<void> {
  const tensors = plan(config, weights, type);
  const out = await open(file, 'w');
  try {
    const header = new Header();
    header.bytes(new TextEncoder().encode('GGUF'));
    header.uint32(3);
    const entries = metadata(config, type);
    header.uint64(tensors.length);
    header.uint64(entries.length);
    for (const [key, value] of entries) header.entry(key, value);
    let offset = 0;
    for (const { name, shape, type: kind } of tensors) {
      header.string(name);
      header.uint32(shape.length);
      for (const size of shape) header.uint64(size);
      header.uint32(TYPE_NUMBER[kind]);
      header.uint64(offset);
      offset += aligned(byteLength(shape, kind));
    }
    await out.writeFile(pad(header.finish()));
    for (const tensor of tensors) await out.writeFile(pad(await tensor.bytes()));
  } finally {
    await out.close();
  }
}

type Value = string | { uint32: number } | { float32: number } | { strings: readonly string[] };

function metadata(config: Gpt2Config, type: GgufType): [string, Value][] {
  return [
    ['general.architecture', 'gpt2'],
    ['general.name', 'gpt2-random'],
    ['general.file_type', { uint32: FILE_TYPE[type] }],
    ['gpt2.context_length', { uint32: config.n_positions }],
    ['gpt2.embedding_length', { uint32: config.n_embd }],
    ['gpt2.feed_forward_length', { uint32: config.n_inner }],
    ['gpt2.block_count', { uint32: config.n_layer }],
    ['gpt2.attention.head_count', { uint32: config.n_head }],
    ['gpt2.attention.layer_norm_epsilon', { float32: config.layer_norm_epsilon }],
    ['tokenizer.ggml.model', 'gpt2'],
    ['tokenizer.ggml.pre', 'gpt-2'],
    ['tokenizer.ggml.tokens', { strings: Array.from({ length: config.vocab_size }, (_, id) => display(id)) }],
    ['tokenizer.ggml.merges', { strings: merges() }],
    ['tokenizer.ggml.bos_token_id', { uint32: END_OF_TEXT }],
    ['tokenizer.ggml.eos_token_id', { uint32: END_OF_TEXT }],
  ];
}

function plan(config: Gpt2Config, weights: Weights, type: GgufType): TensorPlan[] {
  const { n_embd, n_inner, n_layer, vocab_size, n_positions } = config;
  const quantise = WRITERS[type];
  const read = async (name: string) => (await weights.get(name)).values;
  const floats = (name: string, source: string, ...shape: number[]): TensorPlan => ({
    name,
    shape,
    type: 'F32',
    bytes: async () => new Uint8Array((await read(source)).buffer),
  });
  const linear = (name: string, source: string, from: number, to: number): TensorPlan[] => [
    {
      name: `${name}.weight`,
      shape: [from, to],
      type,
      bytes: async () => quantise(transpose(await read(`${source}.weight`), from, to)),
    },
    floats(`${name}.bias`, `${source}.bias`, to),
  ];
  const norm = (name: string, source: string): TensorPlan[] => [
    floats(`${name}.weight`, `${source}.weight`, n_embd),
    floats(`${name}.bias`, `${source}.bias`, n_embd),
  ];
  const layers = Array.from({ length: n_layer }, (_, i) => [
    ...norm(`blk.${i}.attn_norm`, `h.${i}.ln_1`),
    ...linear(`blk.${i}.attn_qkv`, `h.${i}.attn.c_attn`, n_embd, 3 * n_embd),
    ...linear(`blk.${i}.attn_output`, `h.${i}.attn.c_proj`, n_embd, n_embd),
    ...norm(`blk.${i}.ffn_norm`, `h.${i}.ln_2`),
    ...linear(`blk.${i}.ffn_up`, `h.${i}.mlp.c_fc`, n_embd, n_inner),
    ...linear(`blk.${i}.ffn_down`, `h.${i}.mlp.c_proj`, n_inner, n_embd),
  ]);
  const embedding: TensorPlan = {
    name: 'token_embd.weight',
    shape: [n_embd, vocab_size],
    type,
    bytes: async () => quantise(await read('wte.weight')),
  };
  const positions = floats('position_embd.weight', 'wpe.weight', n_embd, n_positions);
  return [embedding, positions, ...layers.flat(), ...norm('output_norm', 'ln_f')];
}

function byteLength(shape: readonly number[], type: keyof typeof TYPE_NUMBER): number {
  const count = shape.reduce((a, b) => a * b, 1);
  const blockBytes = { F32: 4 * BLOCK, F16: 2 * BLOCK, BF16: 2 * BLOCK, Q8_0: 2 + BLOCK, Q4_0: 2 + BLOCK / 2 }[type];
  return (count / BLOCK) * blockBytes;
}

const WRITERS: Readonly<Record<GgufType, (values: Float32Array) => Uint8Array>> = {
  F32: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  F16: (values) => new Uint8Array(Uint16Array.from(values, toFloat16).buffer),
  BF16: (values) => new Uint8Array(Uint16Array.from(values, toBfloat16).buffer),
  Q8_0: toQ8,
  Q4_0: toQ4,
};

/** A float16 scale and 32 signed bytes for each block. */
function toQ8(values: Float32Array): Uint8Array {
  const out = new DataView(new ArrayBuffer(byteLength([values.length], 'Q8_0')));
  for (let from = 0, at = 0; from < values.length; from += BLOCK, at += 2 + BLOCK) {
    const scale = Math.abs(extreme(values, from)) / 127;
    out.setUint16(at, toFloat16(scale), true);
    for (let i = 0; i < BLOCK; i++) out.setInt8(at + 2 + i, scale && Math.round(values[from + i] / scale));
  }
  return new Uint8Array(out.buffer);
}

/** A float16 scale and 32 values of 4 bits: value i in the low half of byte i, value i + 16 in its high half. */
function toQ4(values: Float32Array): Uint8Array {
  const out = new DataView(new ArrayBuffer(byteLength([values.length], 'Q4_0')));
  const nibble = (value: number, scale: number) => (scale ? Math.min(15, Math.floor(value / scale + 8.5)) : 8);
  for (let from = 0, at = 0; from < values.length; from += BLOCK, at += 2 + BLOCK / 2) {
    const scale = extreme(values, from) / -8;
    out.setUint16(at, toFloat16(scale), true);
    for (let i = 0; i < BLOCK / 2; i++) {
      const low = nibble(values[from + i], scale);
      out.setUint8(at + 2 + i, low | (nibble(values[from + i + BLOCK / 2], scale) << 4));
    }
  }
  return new Uint8Array(out.buffer);
}

/** The value of a block that is farthest from 0. */
function extreme(values: Float32Array, from: number): number {
  let result = 0;
  for (let i = from; i < from + BLOCK; i++) if (Math.abs(values[i]) > Math.abs(result)) result = values[i];
  return result;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Rounds to the nearest half; scales are neither subnormal floats nor near a half's maximum. */
function toFloat16(value: number): number {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = Math.abs(float[0]);
  if (magnitude < 2 ** -14) return sign | Math.round(magnitude * 2 ** 24);
  return sign | (((bits[0] & 0x7fffffff) - 0x38000000 + 0x1000) >>> 13);
}

/** Cut, not rounded: the reader is what is tested. */
function toBfloat16(value: number): number {
  float[0] = value;
  return bits[0] >>> 16;
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(aligned(bytes.length));
  padded.set(bytes);
  return padded;
}

class Header {
  readonly #parts: Uint8Array[] = [];

  bytes(part: Uint8Array): void {
    this.#parts.push(part);
  }

  uint32(value: number): void {
    this.bytes(new Uint8Array(Uint32Array.of(value).buffer));
  }

  uint64(value: number): void {
    this.bytes(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }

  string(text: string): void {
    const encoded = new TextEncoder().encode(text);
    this.uint64(encoded.length);
    this.bytes(encoded);
  }

  entry(key: string, value: Value): void {
    this.string(key);
    if (typeof value === 'string') {
      this.uint32(8);
      this.string(value);
    } else if ('strings' in value) {
      this.uint32(9);
      this.uint32(8);
      this.uint64(value.strings.length);
      for (const each of value.strings) this.string(each);
    } else if ('uint32' in value) {
      this.uint32(4);
      this.uint32(value.uint32);
    } else {
      this.uint32(6);
      this.bytes(new Uint8Array(Float32Array.of(value.float32).buffer));
    }
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}
