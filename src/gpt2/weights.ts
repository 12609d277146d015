import * as l10n from '@vscode/l10n';
import type { Gpt2Config } from './config';
import { UnsupportedModelError } from './errors';
import { quoted } from './files/byteSource';
import { requireFloats, type Tensor, transposed, zeros } from './files/tensor';

/** A GPT-2's weights, checked against its config and read on demand. */
export interface Weights {
  /**
   * Reads a tensor as float32 by its name in `openai-community/gpt2` (no `transformer.` prefix), or its rows `fromRow`
   * to `toRow`.
   * @returns the values, and their size in the file
   */
  get(name: string, fromRow?: number, toRow?: number): Promise<{ values: Float32Array; byteLength: number }>;
  /** Total size of all tensors in the files; for progress. */
  readonly byteLength: number;
  /** Tensors in the files that language modelling does not use: heads for other tasks. */
  readonly ignored: readonly string[];
  /** Whether a tied model's file also has a head, which may differ from the embedding; see `headDiffers`. */
  readonly hasOwnHead: boolean;
}

export interface WeightOptions {
  /** Whether missing biases are zeros (nanoGPT's `bias=False`). */
  readonly zeroBiases?: boolean;
}

/** Causal masks in older checkpoints; the graph has its own. */
const MASK_BUFFER = /^h\.\d+\.attn\.(bias|masked_bias)$/;
const HEAD = 'lm_head.weight';
const EMBEDDING = 'wte.weight';
/** Matrices of the linear layers, which PyTorch's `nn.Linear` and GGUF store transposed. */
const LINEAR = /^h\.\d+\.(attn\.c_attn|attn\.c_proj|mlp\.c_fc|mlp\.c_proj)\.weight$/;

/**
 * Checks that the tensors are those of a GPT-2 with this config. Names may have any prefix that training programs add
 * (`module.`, `_orig_mod.`, `model.transformer.`); matrices may be `[in, out]` or, all of them, `[out, in]`.
 * @throws UnsupportedModelError naming the first tensor that is missing, unknown, or of the wrong shape or type
 */
export function checkWeights(
  tensors: ReadonlyMap<string, Tensor>,
  config: Gpt2Config,
  { zeroBiases = false }: WeightOptions = {},
): Weights {
  if (config.n_layer > tensors.size) {
    throw new UnsupportedModelError(
      l10n.t('config.json says n_layer {0}; the file holds only {1} tensors.', config.n_layer, tensors.size),
    );
  }
  const { body, head, ignored } = sort(tensors, config);
  const shapes = expectedShapes(config);
  const isLinear = liesTransposed(body, shapes);
  const found = new Map<string, Tensor>();
  for (const [name, shape] of shapes) {
    const named = name === HEAD ? head : (body.get(name) ?? headAsEmbedding(name, config, head));
    if (!named) {
      if (zeroBiases && name.endsWith('.bias')) {
        found.set(name, zeros(shape));
        continue;
      }
      throw new UnsupportedModelError(l10n.t('Tensor {0} is missing.', nearestName(name, body)));
    }
    found.set(name, checked(named, shape, isLinear && LINEAR.test(name)));
  }
  for (const [name, { fullName }] of body) {
    if (!shapes.has(name)) {
      throw new UnsupportedModelError(l10n.t('Unknown tensor {0}: this is not a plain GPT-2.', quoted(fullName)));
    }
  }
  const copy = config.tie_word_embeddings && head && body.has(EMBEDDING) ? head : undefined;
  const embedding = found.get(EMBEDDING) as Tensor;
  if (copy) {
    const tensor = checked(copy, [config.vocab_size, config.n_embd], false);
    if (tensor.place !== embedding.place) {
      found.set(HEAD, tensor);
    }
  }
  return {
    byteLength: [...shapes.keys()].reduce((sum, name) => sum + (found.get(name)?.byteLength ?? 0), 0),
    ignored,
    hasOwnHead: copy !== undefined && found.has(HEAD),
    async get(name, fromRow = 0, toRow) {
      const tensor = found.get(name);
      if (!tensor) {
        throw new Error(l10n.t('No tensor is called {0}.', name));
      }
      const rows = tensor.shape[0];
      const to = toRow ?? rows;
      return { values: await tensor.rows(fromRow, to), byteLength: (tensor.byteLength / rows) * (to - fromRow) };
    },
  };
}

/** Rows compared at once. */
const ROWS = 4096;

/**
 * Whether a tied model's file has a head that differs from its embedding. Like transformers 5, Inkling then uses the
 * head.
 */
export async function headDiffers(weights: Weights, config: Gpt2Config): Promise<boolean> {
  if (!weights.hasOwnHead) {
    return false;
  }
  for (let row = 0; row < config.vocab_size; row += ROWS) {
    const to = Math.min(row + ROWS, config.vocab_size);
    const { values: head } = await weights.get(HEAD, row, to);
    const { values: embedding } = await weights.get(EMBEDDING, row, to);
    if (head.some((value, i) => value !== embedding[i])) {
      return true;
    }
  }
  return false;
}

/** Name and shape of every tensor of a GPT-2; Conv1D weights are `[in, out]`. */
export function expectedShapes(config: Gpt2Config): Map<string, readonly number[]> {
  const { vocab_size, n_positions, n_embd, n_inner, n_layer, activation_function } = config;
  const shapes = new Map<string, readonly number[]>([
    [EMBEDDING, [vocab_size, n_embd]],
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
    if (activation_function === 'prelu') {
      shapes.set(`h.${layer}.mlp.act.weight`, [1]);
    }
  }
  if (!config.tie_word_embeddings) {
    shapes.set(HEAD, [vocab_size, n_embd]);
  }
  return shapes;
}

interface Named {
  readonly fullName: string;
  readonly tensor: Tensor;
}

/** The tensors of a file by purpose. */
interface Sorted {
  /** Those of the transformer, without prefix and masks. */
  readonly body: ReadonlyMap<string, Named>;
  readonly head?: Named;
  /** Names of all others. */
  readonly ignored: readonly string[];
}

/** Heads for other tasks, as added by transformers' GPT-2 classes, TRL and others. */
const OTHER_HEAD =
  /^(score|classifier|classification_head|multiple_choice_head|qa_outputs|v_head|value_head|reward_head)\./;

/** Name parts inserted by FSDP, activation checkpointing and torch.compile. */
const WRAPPER = /(^|\.)(?:(?:_fsdp_wrapped_module|_checkpoint_wrapped_module|_orig_mod)\.)+/g;

function unwrapped(given: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [fullName, tensor] of given) {
    const name = fullName.replace(WRAPPER, '$1');
    if (tensors.has(name)) {
      throw new UnsupportedModelError(l10n.t('Tensor {0} is there twice, as {1} too.', quoted(name), quoted(fullName)));
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

function sort(given: ReadonlyMap<string, Tensor>, config: Gpt2Config): Sorted {
  const tensors = unwrapped(given);
  const adapter = [...tensors.keys()].find((name) => /\blora_|\.ia3_|^prompt_embeddings/.test(name));
  if (adapter !== undefined) {
    throw new UnsupportedModelError(
      l10n.t(
        'Tensor {0} belongs to a LoRA adapter, which only changes another model. Merge the two where PEFT is installed (model.merge_and_unload().save_pretrained("NEW")) and take the result.',
        quoted(adapter),
      ),
    );
  }
  const prefix = prefixOf(tensors, config);
  const body = new Map<string, Named>();
  const ignored: string[] = [];
  let head: Named | undefined;
  for (const [fullName, tensor] of tensors) {
    const named = { fullName, tensor };
    if (fullName.endsWith(HEAD) && prefix.startsWith(fullName.slice(0, -HEAD.length))) {
      if (head) {
        throw new UnsupportedModelError(
          l10n.t('The file holds two heads, {0} and {1}.', quoted(head.fullName), quoted(fullName)),
        );
      }
      head = named;
    } else if (!fullName.startsWith(prefix) || (prefix === '' && OTHER_HEAD.test(fullName))) {
      if (/(^|\.)lm_head\./.test(fullName)) {
        throw new UnsupportedModelError(l10n.t('Unknown tensor {0}: this is not a plain GPT-2.', quoted(fullName)));
      }
      ignored.push(fullName);
    } else if (!MASK_BUFFER.test(fullName.slice(prefix.length))) {
      body.set(fullName.slice(prefix.length), named);
    }
  }
  return { body, head, ignored };
}

/** The prefix of the transformer's names: whatever precedes `wpe.weight`, which every GPT-2 has once. */
function prefixOf(tensors: ReadonlyMap<string, Tensor>, { n_layer }: Gpt2Config): string {
  const anchors = ['wpe.weight', `h.${n_layer - 1}.attn.c_attn.weight`, 'ln_f.weight'];
  for (const anchor of anchors) {
    const prefixes = [...tensors.keys()]
      .filter((name) => name === anchor || name.endsWith(`.${anchor}`))
      .map((name) => name.slice(0, -anchor.length));
    if (prefixes.length > 1) {
      const [a, b] = prefixes.map((prefix) => quoted(`${prefix}${anchor}`));
      throw new UnsupportedModelError(
        l10n.t('The file holds more than one model ({0}, {1}); save the wanted one alone.', a, b),
      );
    }
    if (prefixes.length === 1) {
      return prefixes[0];
    }
  }
  throw new UnsupportedModelError(l10n.t('The file holds no GPT-2 weights: tensor wpe.weight is missing.'));
}

/** Safetensors' `save_model` keeps one of two tied tensors, which may be the head. */
function headAsEmbedding(name: string, config: Gpt2Config, head: Named | undefined): Named | undefined {
  return name === EMBEDDING && config.tie_word_embeddings ? head : undefined;
}

/** Whether the matrices are transposed. Square ones do not show it, but all are stored alike, so the others decide. */
function liesTransposed(body: ReadonlyMap<string, Named>, shapes: ReadonlyMap<string, readonly number[]>): boolean {
  const telling = [...shapes].filter(([name, [rows, columns]]) => LINEAR.test(name) && rows !== columns);
  return telling.every(([name, [rows, columns]]) => {
    const found = body.get(name)?.tensor.shape ?? [];
    return found.length === 2 && found[0] === columns && found[1] === rows;
  });
}

function checked({ fullName, tensor }: Named, shape: readonly number[], isTransposed: boolean): Tensor {
  const shown = quoted(fullName);
  const expected = isTransposed ? [...shape].reverse() : shape;
  if (tensor.shape.length !== expected.length || tensor.shape.some((size, i) => size !== expected[i])) {
    throw new UnsupportedModelError(
      l10n.t(
        'Tensor {0} has shape [{1}]; the config asks for [{2}].',
        shown,
        String(tensor.shape.slice(0, 8)),
        String(expected),
      ),
    );
  }
  requireFloats(shown, tensor);
  return isTransposed ? transposed(tensor) : tensor;
}

/** The full name in the file's own style. */
function nearestName(name: string, body: ReadonlyMap<string, Named>): string {
  for (const [known, { fullName }] of body) {
    return quoted(`${fullName.slice(0, -known.length)}${name}`);
  }
  return name;
}
