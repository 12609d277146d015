import { type Gpt2Config, UnsupportedModelError } from './config';
import { readFloat32, type TensorEntry } from './files/safetensors';

/** A GPT-2's weights, checked against its config, each read when it is asked for. */
export interface Weights {
  /**
   * A tensor as float32, under its name in `openai-community/gpt2` (no `transformer.` prefix), or its rows
   * `fromRow` to `toRow`, with the bytes they take in the file.
   */
  get(name: string, fromRow?: number, toRow?: number): Promise<{ values: Float32Array; byteLength: number }>;
  /** Bytes of all tensors in the files; for progress. */
  readonly byteLength: number;
}

const PREFIX = 'transformer.';
/** Causal masks that older checkpoints carry along; the graph makes its own. */
const MASK_BUFFER = /^h\.\d+\.attn\.(bias|masked_bias)$/;
const HEAD = 'lm_head.weight';

/**
 * Checks that the tensors are those of a GPT-2 of this config, no more and no less.
 * @throws UnsupportedModelError naming the first tensor that is missing, unknown or of the wrong shape
 */
export function checkWeights(entries: ReadonlyMap<string, TensorEntry>, config: Gpt2Config): Weights {
  const shapes = expectedShapes(config);
  const found = new Map<string, TensorEntry>();
  for (const [fullName, entry] of entries) {
    const name = fullName.startsWith(PREFIX) ? fullName.slice(PREFIX.length) : fullName;
    if (MASK_BUFFER.test(name)) continue;
    // A tied head may be written out once more; `wte` is what counts.
    const copy = name === HEAD && config.tie_word_embeddings;
    const shape = shapes.get(copy ? 'wte.weight' : name);
    if (!shape) throw new UnsupportedModelError(`Unknown tensor ${fullName}: this is not a plain GPT-2.`);
    if (found.has(name)) throw new UnsupportedModelError(`Tensor ${name} is there twice.`);
    if (entry.shape.length !== shape.length || entry.shape.some((size, i) => size !== shape[i])) {
      throw new UnsupportedModelError(`Tensor ${fullName} has shape [${entry.shape}]; the config asks for [${shape}].`);
    }
    if (!['F32', 'F16', 'BF16'].includes(entry.dtype)) {
      throw new UnsupportedModelError(`Tensor ${fullName} has type ${entry.dtype}; Inkling reads F32, F16 and BF16.`);
    }
    if (!copy) found.set(name, entry);
  }
  for (const name of shapes.keys()) {
    if (!found.has(name)) throw new UnsupportedModelError(`Tensor ${name} is missing.`);
  }
  return {
    byteLength: [...found.values()].reduce((sum, entry) => sum + entry.byteLength, 0),
    async get(name, fromRow, toRow) {
      const entry = found.get(name);
      if (!entry) throw new Error(`No tensor is called ${name}.`);
      const part = rowsOf(entry, fromRow, toRow);
      return { values: await readFloat32(part), byteLength: part.byteLength };
    },
  };
}

/** Name and shape of every tensor of a GPT-2; Conv1D weights lie as `[in, out]`. */
export function expectedShapes(config: Gpt2Config): Map<string, readonly number[]> {
  const { vocab_size, n_positions, n_embd, n_inner, n_layer } = config;
  const shapes = new Map<string, readonly number[]>([
    ['wte.weight', [vocab_size, n_embd]],
    ['wpe.weight', [n_positions, n_embd]],
    ['ln_f.weight', [n_embd]],
    ['ln_f.bias', [n_embd]],
  ]);
  for (let layer = 0; layer < n_layer; layer++) {
    for (const norm of ['ln_1', 'ln_2']) {
      shapes.set(`h.${layer}.${norm}.weight`, [n_embd]);
      shapes.set(`h.${layer}.${norm}.bias`, [n_embd]);
    }
    const linear = (name: string, from: number, to: number) => {
      shapes.set(`h.${layer}.${name}.weight`, [from, to]);
      shapes.set(`h.${layer}.${name}.bias`, [to]);
    };
    linear('attn.c_attn', n_embd, 3 * n_embd);
    linear('attn.c_proj', n_embd, n_embd);
    linear('mlp.c_fc', n_embd, n_inner);
    linear('mlp.c_proj', n_inner, n_embd);
  }
  if (!config.tie_word_embeddings) shapes.set(HEAD, [vocab_size, n_embd]);
  return shapes;
}

function rowsOf(entry: TensorEntry, fromRow = 0, toRow = entry.shape[0]): TensorEntry {
  const rowBytes = entry.byteLength / entry.shape[0];
  return {
    ...entry,
    shape: [toRow - fromRow, ...entry.shape.slice(1)],
    offset: entry.offset + fromRow * rowBytes,
    byteLength: (toRow - fromRow) * rowBytes,
  };
}
