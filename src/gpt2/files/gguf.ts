import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { type ByteSource, quoted } from './byteSource';
import { damaged, type Metadata, readGgufHeader, type TensorInfo } from './ggufHeader';
import {
  BYTES_PER_FLOAT,
  countOf,
  float16ToFloat32,
  type PlainFloat,
  refuseOverlaps,
  type Tensor,
  toFloat32,
} from './tensor';

/** The tokenizer in a GGUF file; byte-level BPE like GPT-2's. */
export interface GgufTokenizer {
  /** The vocabulary ordered by id, spelled as in `vocab.json` (`Ġ` for a space). */
  readonly tokens: readonly string[];
  /** As in `merges.txt`. */
  readonly merges: readonly string[];
  /** llama.cpp's token types: 1 normal, 3 control, 4 user-defined, 5 unused. */
  readonly types?: readonly number[];
  /** `tokenizer.ggml.pre`: the pre-tokenizer; `gpt-2` is GPT-2's own. */
  readonly pre?: string;
  readonly bosId?: number;
  readonly eosId?: number;
  readonly unkId?: number;
  readonly addBos?: boolean;
}

/** A GPT-2 from a GGUF file. */
export interface GgufModel {
  readonly name?: string;
  /** The shape, with the field names of `config.json`. */
  readonly config: Record<string, unknown>;
  /** By their names in transformers; matrices are `[out, in]`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly tokenizer?: GgufTokenizer;
}

const DEFAULT_ALIGNMENT = 32;
/** Type numbers of GGML. https://github.com/ggml-org/ggml/blob/master/include/ggml.h */
const TYPES: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  6: 'Q5_0',
  7: 'Q5_1',
  8: 'Q8_0',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  12: 'Q4_K',
  13: 'Q5_K',
  14: 'Q6_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  30: 'BF16',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
  40: 'NVFP4',
  41: 'Q1_0',
};
const FLOATS: Readonly<Record<string, PlainFloat>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
};

/** Q8_0: blocks of 32 values, each a float16 scale and 32 signed bytes. */
const BLOCK = 32;
const BLOCK_BYTES = 2 + BLOCK;

/**
 * Reads a GGUF file: its header with metadata, and the positions of the tensors.
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 * @throws UnsupportedModelError when the file is damaged, no GPT-2, or quantised in an unsupported way
 */
export async function readGguf(source: ByteSource): Promise<GgufModel> {
  const { metadata, infos, end } = await readGgufHeader(source);
  const architecture = metadata.get('general.architecture');
  if (architecture !== 'gpt2') {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} holds a model of architecture {1}; Inkling runs GPT-2 models only ("gpt2").',
        source.name,
        quoted(typeof architecture === 'string' ? architecture : l10n.t('unknown')),
      ),
    );
  }
  if (Number(metadata.get('split.count') ?? 1) > 1) {
    throw new UnsupportedModelError(
      l10n.t("{0} is one of several parts; join them with llama.cpp's llama-gguf-split --merge.", source.name),
    );
  }
  const alignment = Number(metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT);
  if (!Number.isSafeInteger(alignment) || alignment <= 0) {
    throw damaged(source, `an alignment of ${alignment} is none`);
  }
  const dataStart = Math.ceil(end / alignment) * alignment;
  const tensors = new Map<string, Tensor>();
  for (const info of infos) {
    const name = transformersName(info.name);
    if (tensors.has(name)) {
      throw damaged(source, `tensor ${quoted(info.name)} is there twice`);
    }
    tensors.set(name, tensorOf(source, info, dataStart));
  }
  const spans = infos.map(({ name, offset }) => {
    const { byteLength } = tensors.get(transformersName(name)) as Tensor;
    return { name, begin: offset, end: offset + byteLength };
  });
  refuseOverlaps(source.name, spans);
  const name = metadata.get('general.name');
  return {
    ...(typeof name === 'string' && { name }),
    config: configOf(metadata, tensors),
    tensors,
    tokenizer: tokenizerOf(metadata),
  };
}

function configOf(metadata: Metadata, tensors: ReadonlyMap<string, Tensor>): Record<string, unknown> {
  return {
    model_type: 'gpt2',
    vocab_size: tensors.get('wte.weight')?.shape[0],
    n_positions: metadata.get('gpt2.context_length'),
    n_embd: metadata.get('gpt2.embedding_length'),
    n_layer: metadata.get('gpt2.block_count'),
    n_head: metadata.get('gpt2.attention.head_count'),
    n_inner: metadata.get('gpt2.feed_forward_length'),
    layer_norm_epsilon: metadata.get('gpt2.attention.layer_norm_epsilon'),
    bos_token_id: metadata.get('tokenizer.ggml.bos_token_id'),
    eos_token_id: metadata.get('tokenizer.ggml.eos_token_id'),
  };
}

function tokenizerOf(metadata: Metadata): GgufTokenizer | undefined {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const merges = metadata.get('tokenizer.ggml.merges');
  const types = metadata.get('tokenizer.ggml.token_type');
  if (metadata.get('tokenizer.ggml.model') !== 'gpt2' || !areStrings(tokens) || !areStrings(merges)) {
    return undefined;
  }
  const number = (key: string) => {
    const value = metadata.get(`tokenizer.ggml.${key}`);
    return typeof value === 'number' ? value : undefined;
  };
  const pre = metadata.get('tokenizer.ggml.pre');
  return {
    tokens,
    merges,
    ...(Array.isArray(types) && { types: types.map(Number) }),
    ...(typeof pre === 'string' && { pre }),
    bosId: number('bos_token_id'),
    eosId: number('eos_token_id'),
    unkId: number('unknown_token_id'),
    addBos: metadata.get('tokenizer.ggml.add_bos_token') === true,
  };
}

function areStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^token_embd\./, 'wte.'],
  [/^position_embd\./, 'wpe.'],
  [/^output_norm\./, 'ln_f.'],
  [/^output\./, 'lm_head.'],
  [/^blk\.(\d+)\.attn_norm\./, 'h.$1.ln_1.'],
  [/^blk\.(\d+)\.attn_qkv\./, 'h.$1.attn.c_attn.'],
  [/^blk\.(\d+)\.attn_output\./, 'h.$1.attn.c_proj.'],
  [/^blk\.(\d+)\.ffn_norm\./, 'h.$1.ln_2.'],
  [/^blk\.(\d+)\.ffn_up\./, 'h.$1.mlp.c_fc.'],
  [/^blk\.(\d+)\.ffn_down\./, 'h.$1.mlp.c_proj.'],
];

function transformersName(name: string): string {
  const known = NAMES.find(([pattern]) => pattern.test(name));
  return known ? name.replace(known[0], known[1]) : name;
}

function tensorOf(source: ByteSource, info: TensorInfo, dataStart: number): Tensor {
  const { name, shape, offset } = info;
  const type = TYPES[info.type] ?? `number ${info.type}`;
  const rowSize = shape[shape.length - 1] ?? 1;
  const format = type === 'Q8_0' ? 'q8_0' : FLOATS[type];
  if (!format) {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} is quantised to {1}; Inkling reads F32, F16, BF16 and Q8_0. Take the file of that name ending in f16 or q8_0, or the model.safetensors it was made from.',
        source.name,
        type,
      ),
    );
  }
  if (format === 'q8_0' && rowSize % BLOCK !== 0) {
    throw damaged(source, `tensor ${quoted(name)} has rows of no whole blocks`);
  }
  const bytesOf = (count: number) =>
    format === 'q8_0' ? (count / BLOCK) * BLOCK_BYTES : count * BYTES_PER_FLOAT[format];
  const byteLength = bytesOf(countOf(shape));
  const start = dataStart + offset;
  if (!(start + byteLength <= source.size)) {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} is cut short (truncated): tensor {1} ends beyond it. Download or copy it again.',
        source.name,
        quoted(name),
      ),
    );
  }
  return {
    type,
    format,
    shape,
    byteLength,
    place: `${source.name} ${start}`,
    async rows(from, to) {
      const perRow = bytesOf(countOf(shape.slice(1)));
      const bytes = await source.read(start + from * perRow, (to - from) * perRow);
      return format === 'q8_0' ? fromQ8(bytes) : toFloat32(bytes, format);
    },
  };
}

function fromQ8(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = bytes.length / BLOCK_BYTES;
  const scales = new Uint16Array(blocks);
  for (let block = 0; block < blocks; block++) {
    scales[block] = view.getUint16(block * BLOCK_BYTES, true);
  }
  const scaleOf = float16ToFloat32(scales);
  const values = new Float32Array(blocks * BLOCK);
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < BLOCK; i++) {
      values[block * BLOCK + i] = scaleOf[block] * view.getInt8(block * BLOCK_BYTES + 2 + i);
    }
  }
  return values;
}
