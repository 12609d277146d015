import { readdir } from 'node:fs/promises';
import * as l10n from '@vscode/l10n';
import { readTokenizer, TokenizerError, type TokenizerFiles } from '../../core/tokenizer';
import { type Gpt2Config, parseConfig, parseNanoGptArgs } from '../config';
import { UnsupportedModelError } from '../errors';
import { checkWeights, type Weights } from '../weights';
import { type OpenFile, openFile, quoted } from './byteSource';
import { findModelFiles, type ModelFiles, nameOfModel } from './findModelFiles';
import { type GgufTokenizer, readGguf } from './gguf';
import { filesOfGguf } from './ggufTokenizer';
import { readJsonFile } from './jsonFile';
import { readSafetensors } from './safetensors';
import { findStateDict } from './stateDict';
import type { Tensor } from './tensor';
import { readTokenizerFiles } from './tokenizerFiles';
import { readTorchCheckpoint } from './torchCheckpoint';

/** A GPT-2 from any supported format, with weights that can be read. */
export interface OpenModel {
  /** Name from the config, otherwise that of its folder or file. */
  readonly name: string;
  readonly config: Gpt2Config;
  readonly weights: Weights;
  /** Its folder, which also holds the tokenizer's files. */
  readonly folder: string;
  /** Absolute paths of the weight files. */
  readonly files: readonly string[];
  /** The tokenizer's files, or their equivalent from a GGUF file; absent where the model has none. */
  readonly tokenizer?: TokenizerFiles;
  /** The end-of-text token, if the config names one. */
  readonly endOfText?: number;
  /** All tokens that end a text by the config. */
  readonly ends: readonly number[];
  /** Notes for the user on how the file was read, in whole sentences. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** Contents of a weight file, before they are checked against a GPT-2's shape. */
interface Content {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The shape, if the file itself contains it. */
  readonly config?: Gpt2Config;
  readonly name?: string;
  readonly tokenizer?: GgufTokenizer;
  /** Tokens that end a text. */
  readonly ends?: readonly number[];
  readonly zeroBiases?: boolean;
}

/**
 * Opens and checks a model: safetensors, a torch checkpoint or GGUF, whole or in shards. Weights are not read yet.
 * @param path its folder, or a file in it
 * @throws UnsupportedModelError saying what is missing or not supported, and what to do
 */
export async function openModel(path: string): Promise<OpenModel> {
  const found = await findModelFiles(path);
  // safetensors files have no config of their own, so an unsupported config is rejected before looking at the weights.
  const needed = found.format === 'safetensors' ? await readConfig(found) : undefined;
  const opened: OpenFile[] = [];
  const close = async () => {
    await Promise.all(opened.map((file) => file.close()));
  };
  try {
    for (const file of found.weights) {
      opened.push(await openFile(file));
    }
    const content = await readContent(found.format, opened);
    // A config in the file itself belongs to its weights; one beside it may be another model's.
    const own = content.config && { config: content.config, json: undefined };
    const { config, json } = own ?? needed ?? (await readConfig(found));
    const weights = checkWeights(content.tensors, config, content);
    // The first of several end tokens is also the one that starts a text.
    const ends = content.ends ?? endsOf(json);
    const [endOfText] = ends;
    const tokenizer = await readOwnTokenizer(found.folder, content.tokenizer, { rows: config.vocab_size, endOfText });
    return {
      name:
        nameFrom((json as { _name_or_path?: unknown } | undefined)?._name_or_path) ??
        nameFrom(content.name) ??
        nameOfModel(found.format === 'gguf' ? found.weights[0] : found.folder),
      config,
      weights,
      folder: found.folder,
      files: found.weights,
      ...(tokenizer && { tokenizer }),
      ...(endOfText !== undefined && { endOfText }),
      ends,
      notes: [...notesOf(weights, json), ...(await adapterBeside(found.folder))],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The shape in the folder's `config.json`, and its raw content.
 * @throws UnsupportedModelError where it is missing or not supported
 */
async function readConfig({ folder, config }: ModelFiles): Promise<{ config: Gpt2Config; json: unknown }> {
  if (config === undefined) {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} has no config.json, which says how the model is built. Put the one it was trained with beside it.',
        folder,
      ),
    );
  }
  const json = await readJsonFile(config);
  return { config: parseConfig(json), json };
}

async function readContent(format: ModelFiles['format'], files: readonly OpenFile[]): Promise<Content> {
  if (format === 'gguf') {
    const { config, ...rest } = await readGguf(files[0]);
    return { ...rest, config: parseConfig(config), ends: endsOf(config) };
  }
  const tensors = new Map<string, Tensor>();
  let modelArgs: ReadonlyMap<unknown, unknown> | undefined;
  for (const file of files) {
    const read = format === 'torch' ? await readTorch(file) : { tensors: await readSafetensors(file) };
    for (const [name, tensor] of read.tensors) {
      if (tensors.has(name)) {
        throw new UnsupportedModelError(l10n.t('{0}: tensor {1} is in another file too.', file.name, quoted(name)));
      }
      tensors.set(name, tensor);
    }
    modelArgs ??= read.modelArgs;
  }
  const isNanoGpt = modelArgs?.has('block_size');
  return {
    tensors,
    ...(modelArgs && isNanoGpt && { config: parseNanoGptArgs(modelArgs), zeroBiases: modelArgs.get('bias') === false }),
  };
}

async function readTorch(file: OpenFile): Promise<{
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly modelArgs?: ReadonlyMap<unknown, unknown>;
}> {
  return findStateDict(file.name, await readTorchCheckpoint(file));
}

const LONGEST_NAME = 200;

/**
 * The tokenizer in the folder or in the GGUF file, checked to fit the model.
 * @throws UnsupportedModelError where it cannot be read or does not fit
 */
async function readOwnTokenizer(
  folder: string,
  embedded: GgufTokenizer | undefined,
  options: { readonly rows: number; readonly endOfText?: number },
): Promise<TokenizerFiles | undefined> {
  try {
    const files = embedded ? filesOfGguf(embedded) : await readTokenizerFiles(folder);
    if (files) {
      readTokenizer(files, options);
    }
    return files;
  } catch (error) {
    if (error instanceof TokenizerError) {
      throw new UnsupportedModelError(
        l10n.t('{0} Inkling needs the tokenizer that the model was trained with.', error.message),
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

const MOST_ENDS = 100;

function endsOf(config: unknown): number[] {
  const ids = [(config as { eos_token_id?: unknown } | undefined)?.eos_token_id].flat().slice(0, MOST_ENDS);
  return ids.filter((id): id is number => typeof id === 'number' && Number.isInteger(id) && id >= 0);
}

/** Characters that could control the user's terminal, or are invisible. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function nameFrom(given: unknown): string | undefined {
  return typeof given === 'string' ? given.slice(0, LONGEST_NAME).replace(UNSEEN, '') || undefined : undefined;
}

/** A note on an adapter that lies beside whole weights, where PEFT would apply it. */
async function adapterBeside(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const adapter = names.find((name) => /^adapter_model\.(safetensors|bin)$/.test(name));
  return adapter === undefined
    ? []
    : [
        l10n.t(
          'The adapter beside the weights ({0}) is not applied. To have what it changes, merge the two where PEFT is installed.',
          adapter,
        ),
      ];
}

const MOST_NAMED = 5;

function notesOf({ ignored }: Weights, json: unknown): string[] {
  const notes: string[] = [];
  if (ignored.length > 0) {
    const named = ignored.slice(0, MOST_NAMED).map(quoted).join(', ');
    notes.push(
      l10n.t(
        'Tensors that do not predict tokens are left aside: {0}{1}.',
        named,
        ignored.length > MOST_NAMED ? ', …' : '',
      ),
    );
  }
  if ((json as { auto_map?: unknown } | undefined)?.auto_map) {
    notes.push(
      l10n.t('config.json names code of its own (auto_map), which is not run: the model is taken for a plain GPT-2.'),
    );
  }
  return notes;
}
