import { bytesOf, littleEndian } from './torchFile';

/** A value of GGUF's metadata. */
export type GgufValue = string | number | boolean | { readonly float: number } | readonly string[];

export interface GgufTensor {
  readonly name: string;
  /** Innermost size first. */
  readonly shape: readonly number[];
  /** GGML's number: 0 float32, 1 float16, 8 Q8_0, 30 bfloat16. */
  readonly type: number;
  readonly data: Uint8Array;
}

const ALIGNMENT = 32;

/** A GGUF file. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
export function ggufFile(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
  version = 3,
): Buffer {
  const entries = Object.entries(metadata);
  const infos: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const { name, shape, type, data: bytes } of tensors) {
    const sizes = shape.map((size) => littleEndian(size, 8));
    infos.push(
      bytesOf(string(name), littleEndian(shape.length, 4), ...sizes, littleEndian(type, 4), littleEndian(offset, 8)),
    );
    const padded = Buffer.alloc(Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT);
    padded.set(bytes);
    data.push(padded);
    offset += padded.length;
  }
  const head = bytesOf(
    'GGUF',
    littleEndian(version, 4),
    littleEndian(tensors.length, 8),
    littleEndian(entries.length, 8),
  );
  const header = bytesOf(head, ...entries.map(([key, value]) => bytesOf(string(key), encoded(value))), ...infos);
  const padding = Buffer.alloc((ALIGNMENT - (header.length % ALIGNMENT)) % ALIGNMENT);
  return Buffer.concat([header, padding, ...data]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return bytesOf(littleEndian(bytes.length, 8), bytes);
}

function encoded(value: GgufValue): Buffer {
  if (typeof value === 'string') {
    return bytesOf(littleEndian(8, 4), string(value));
  }
  if (typeof value === 'number') {
    return bytesOf(littleEndian(4, 4), littleEndian(value, 4));
  }
  if (typeof value === 'boolean') {
    return bytesOf(littleEndian(7, 4), value ? 1 : 0);
  }
  if ('float' in value) {
    return bytesOf(littleEndian(6, 4), new Uint8Array(Float32Array.of(value.float).buffer));
  }
  return bytesOf(littleEndian(9, 4), littleEndian(8, 4), littleEndian(value.length, 8), ...value.map(string));
}

/** A few tensors and all kinds of metadata. */
export function smallGguf(): Buffer {
  const metadata = {
    'general.architecture': 'gpt2',
    'gpt2.context_length': 8,
    'gpt2.attention.layer_norm_epsilon': { float: 1e-5 },
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.tokens': ['a', 'b', 'ab'],
    'tokenizer.ggml.merges': ['a b'],
    'tokenizer.ggml.add_bos_token': true,
  };
  return ggufFile(metadata, [
    { name: 'token_embd.weight', shape: [32, 2], type: 8, data: new Uint8Array(68) },
    { name: 'output_norm.bias', shape: [4], type: 0, data: new Uint8Array(16) },
    { name: 'blk.0.attn_norm.weight', shape: [4], type: 1, data: new Uint8Array(8) },
  ]);
}
