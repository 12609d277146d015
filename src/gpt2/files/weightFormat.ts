import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { openFile, quoted } from './byteSource';

/** Supported formats of weights; torch's is a pickle, alone or in a zip archive. */
export type WeightFormat = 'safetensors' | 'torch' | 'gguf';

/** File names of torch checkpoints. */
export const TORCH_NAMES = /\.(bin|pt|pth|ckpt)$/i;

/** Bytes needed to recognise a format. */
const HEAD_BYTES = 64;
const BRACE = 0x7b;

/**
 * Detects the format of a weight file by its first bytes. Its extension must match the format.
 * @throws UnsupportedModelError saying what the file is instead, and what to do
 */
export async function formatOf(path: string): Promise<WeightFormat> {
  const file = await openFile(path);
  try {
    const head = Buffer.from(await file.read(0, Math.min(HEAD_BYTES, file.size)));
    return formatOfBytes(file.name, head);
  } finally {
    await file.close();
  }
}

function formatOfBytes(name: string, head: Buffer): WeightFormat {
  const start = head.toString('latin1');
  const isNamedSafetensors = /\.safetensors$/i.test(name);
  if (head.length === 0) {
    throw new UnsupportedModelError(l10n.t('{0} is empty. Download or copy it again.', name));
  }
  if (start.startsWith('version https://git-')) {
    throw new UnsupportedModelError(
      l10n.t('{0} is only a Git LFS pointer to the weights. Run "git lfs pull" in its folder.', name),
    );
  }
  if (start.startsWith('\x89HDF')) {
    throw new UnsupportedModelError(toConvert(name, 'TensorFlow'));
  }
  if (start.startsWith('GGUF')) {
    return 'gguf';
  }
  // A safetensors file begins with the length of its header, which is arbitrary, so the header must follow.
  if (head[8] === BRACE && head.subarray(5, 8).every((byte) => byte === 0)) {
    if (!isNamedSafetensors) {
      throw new UnsupportedModelError(
        l10n.t('{0} is a safetensors file under another name; call it model.safetensors.', name),
      );
    }
    return 'safetensors';
  }
  const isTorch = start.startsWith('PK') || (head[0] === 0x80 && head[1] <= 5);
  if (isNamedSafetensors && isTorch) {
    throw new UnsupportedModelError(l10n.t('{0} is a torch checkpoint (a pickle); call it pytorch_model.bin.', name));
  }
  if (!isNamedSafetensors && (isTorch || TORCH_NAMES.test(name))) {
    return 'torch';
  }
  if (isNamedSafetensors) {
    return 'safetensors';
  }
  throw new UnsupportedModelError(
    l10n.t(
      '{0} is no model; choose model.safetensors, pytorch_model.bin, a .gguf file, or their folder.',
      quoted(name),
    ),
  );
}

/** Weights that transformers 4 converts, and version 5 no more. */
function toConvert(name: string, what: 'TensorFlow' | 'Flax'): string {
  const option = { TensorFlow: 'from_tf', Flax: 'from_flax' }[what];
  return l10n.t(
    '{0} holds weights for {1}. Convert it where PyTorch, {1} and transformers 4 are installed: {2}.',
    name,
    what,
    `python -c "from transformers import AutoModelForCausalLM as M; M.from_pretrained('FOLDER', ${option}=True).save_pretrained('NEW')"`,
  );
}

function toReplace(name: string, what: string): string {
  return l10n.t('{0} is made for {1}. Take the model.safetensors it was made from.', name, what);
}

/** Files of other programs by name, with the reason for refusing each. */
const REFUSALS: readonly (readonly [test: RegExp, why: (name: string) => string])[] = [
  [/\.h5$|\.(ckpt\.)?(index|meta|data-\d+-of-\d+|pb)$/i, (name) => toConvert(name, 'TensorFlow')],
  [/\.msgpack$/i, (name) => toConvert(name, 'Flax')],
  [/\.np[yz]$/i, (name) => toReplace(name, 'NumPy')],
  [/\.onnx$/i, (name) => toReplace(name, 'ONNX Runtime')],
  [/\.ggml$/i, (name) => toReplace(name, 'GGML')],
  [/\.ot$/i, (name) => toReplace(name, 'rust-bert')],
  [/\.(mlmodel|mlpackage|tflite)$/i, (name) => toReplace(name, 'Core ML, LiteRT')],
];

/** @throws UnsupportedModelError when the name is that of an unsupported format */
export function refuseByName(name: string): void {
  const [, why] = REFUSALS.find(([test]) => test.test(name)) ?? [];
  if (why) {
    throw new UnsupportedModelError(why(quoted(name)));
  }
}
