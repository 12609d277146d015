import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { quoted } from './byteSource';
import { keyText } from './pickleValues';
import type { Tensor } from './tensor';
import type { TorchCheckpoint } from './torchCheckpoint';
import { TorchTensor } from './torchTensor';

/** Keys under which training programs store the weights, most common first. */
const USUAL_KEYS = ['state_dict', 'model_state_dict', 'model', 'module', 'net', 'network', 'weights', 'params'];
/** Number of keys listed in a message. */
const MOST_NAMED = 5;
/** Limit of nesting around the weights. */
const MOST_DEPTH = 3;

/** The weights in a checkpoint under their original names, and nanoGPT's description of the shape. */
export interface StateDict {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** nanoGPT's `model_args`. */
  readonly modelArgs?: ReadonlyMap<unknown, unknown>;
}

/**
 * Finds the weights: the checkpoint itself, or a state dict within it.
 * @throws UnsupportedModelError saying what the checkpoint contains instead
 */
export function findStateDict(file: string, { value, open }: TorchCheckpoint): StateDict {
  if (!(value instanceof Map)) {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} holds tensors without names or no tensors at all; Inkling reads a state_dict(), which names each weight.',
        file,
      ),
    );
  }
  const modelArgs = value.get('model_args');
  const found = stateDictsIn(value);
  const chosen = found.length > 1 ? likeliest(file, found) : found[0];
  if (!chosen) {
    throw new UnsupportedModelError(l10n.t('{0} has no GPT-2 weights: {1}.', file, contentsOf(value)));
  }
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of chosen.dict) {
    if (typeof name === 'string' && tensor instanceof TorchTensor) {
      tensors.set(name, open(tensor));
    }
  }
  return { tensors, ...(modelArgs instanceof Map && { modelArgs }) };
}

interface Found {
  readonly key: string;
  readonly dict: ReadonlyMap<unknown, unknown>;
}

/** The outermost dicts that contain tensors of a GPT-2. */
function stateDictsIn(value: ReadonlyMap<unknown, unknown>): Found[] {
  let level: Found[] = [{ key: '', dict: value }];
  const seen = new Set<unknown>([value]);
  for (let depth = 0; depth <= MOST_DEPTH; depth++) {
    const found = level.filter(({ dict }) => isStateDict(dict));
    if (found.length > 0) {
      return found;
    }
    const next: Found[] = [];
    for (const { dict } of level) {
      for (const [key, inner] of dict) {
        if (inner instanceof Map && !seen.has(inner)) {
          seen.add(inner);
          next.push({ key: keyText(key), dict: inner });
        }
      }
    }
    level = next;
  }
  return [];
}

/** Whether a dict has GPT-2's tensors or those of an adapter to it, or consists of named tensors only (a shard). */
function isStateDict(dict: ReadonlyMap<unknown, unknown>): boolean {
  let areAll = dict.size > 0;
  for (const [name, value] of dict) {
    const isTensor = typeof name === 'string' && value instanceof TorchTensor;
    if (isTensor && /(^|\.)(w[tp]e\.weight|h\.\d+\.|lora_|lm_head\.weight)/.test(name)) {
      return true;
    }
    areAll &&= isTensor;
  }
  return areAll;
}

function likeliest(file: string, found: readonly Found[]): Found {
  for (const usual of USUAL_KEYS) {
    const named = found.find(({ key }) => key === usual);
    if (named) {
      return named;
    }
  }
  const keys = found.map(({ key }) => quoted(key)).slice(0, MOST_NAMED);
  throw new UnsupportedModelError(
    l10n.t(
      '{0} holds more than one model ({1}); save the state_dict() of the one that is wanted.',
      file,
      keys.join(', '),
    ),
  );
}

function contentsOf(value: ReadonlyMap<unknown, unknown>): string {
  const keys = [...value.keys()].slice(0, MOST_NAMED).map((key) => quoted(keyText(key)));
  return keys.length === 0 ? 'it is empty' : `it holds ${keys.join(', ')}${value.size > keys.length ? ', …' : ''}`;
}
