import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { gpt2Tokenizer, readTokenizer, type Tokenizer } from '../core/tokenizer';
import { LocalEngine } from '../engine/localEngine';
import { cacheFolder, compiledFolder } from '../gpt2/compiledCache';
import { readManifest } from '../gpt2/compiledModel';
import { readTokenizerFiles } from '../gpt2/files/tokenizerFiles';
import { locateModel } from '../gpt2/locateModel';
import { PRECISIONS, type Precision } from '../gpt2/quantise';
import { formatBytes } from '../store/format';
import { integer, UsageError } from './input';

/** The options that choose and load a model. */
export interface ModelOptions {
  readonly model?: string;
  readonly precision?: Precision;
  readonly threads: number;
}

const MOST_THREADS = 1024;

/** The compiled default model next to the bundle, and in a checkout the weights that it was compiled from. */
const BUILT_MODEL = join(__dirname, 'model');
const SOURCE_MODEL = join(__dirname, '..', 'models', 'default');

export function withModelOptions(command: Command, precision: Precision): Command {
  return command
    .option(
      '--model <path>',
      'a GPT-2: a folder with config.json and weights, a file of weights (safetensors, torch, GGUF), or a compiled ' +
        'model; the default model by default',
    )
    .addOption(
      new Option(
        '--precision <precision>',
        `how weights are kept (default: ${precision}, or what the folder is compiled to)`,
      ).choices(PRECISIONS),
    )
    .option('--threads <n>', 'threads of one run; 0 lets onnxruntime choose', integer(0, MOST_THREADS), 0);
}

/**
 * Loads the model, compiling it first if necessary.
 * @throws UsageError when the path of `--model` does not exist; UnsupportedModelError or EngineError when the model
 * cannot be run
 */
export async function openEngine(options: ModelOptions, otherwise: Precision): Promise<LocalEngine> {
  const folder = await locate(options, otherwise);
  const engine = await LocalEngine.open(folder, { threads: options.threads });
  for (const note of (await engine.info()).notes ?? []) {
    process.stderr.write(`Note: ${note}\n`);
  }
  return engine;
}

async function locate({ model, precision }: ModelOptions, otherwise: Precision): Promise<string> {
  const compiled = await readManifest(model ?? BUILT_MODEL);
  if (model === undefined) {
    // A package has no weights to recompile, so the default model keeps the precision of the build.
    const wanted = precision ?? (existsSync(SOURCE_MODEL) ? otherwise : (compiled?.precision ?? otherwise));
    return locateModel({ path: '', precision: wanted }, __dirname, cacheFolder(), { onProgress: progress(wanted) });
  }
  if (!statSync(model, { throwIfNoEntry: false })) {
    throw new UsageError(`--model ${model}: there is no such folder or file. Name one that holds a GPT-2.`);
  }
  const wanted = precision ?? compiled?.precision ?? otherwise;
  return compiledFolder(model, wanted, cacheFolder(), { onProgress: progress(wanted, model) });
}

function progress(precision: Precision, model = 'the default model') {
  return compilationProgress(`Compiling ${model} to ${precision}, which is needed once`);
}

/**
 * The tokenizer given by `--tokenizer`, or GPT-2's own.
 * @throws UsageError when the folder does not exist; TokenizerError when its files cannot be read
 */
export async function openTokenizer(folder: string | undefined): Promise<Tokenizer> {
  if (folder === undefined) return gpt2Tokenizer();
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(
      `--tokenizer ${folder}: there is no such folder. Name one with tokenizer.json, or with vocab.json and merges.txt.`,
    );
  }
  const files = await readTokenizerFiles(folder);
  if (!files) {
    throw new UsageError(`--tokenizer ${folder}: it has no tokenizer.json, and no vocab.json with merges.txt.`);
  }
  return readTokenizer(files);
}

/** Compilations shorter than this are not mentioned. */
const PATIENCE_MS = 1_000;

/**
 * Reports a slow compilation on standard error: a percentage on a terminal, a single line elsewhere. Standard output is
 * reserved for results.
 * @returns a listener for the fraction done
 */
export function compilationProgress(what: string): (fraction: number) => void {
  const begun = Date.now();
  let shown = -1;
  return (fraction) => {
    const percent = Math.floor(100 * fraction);
    if (percent === shown || (shown < 0 && Date.now() - begun < PATIENCE_MS)) return;
    // A wrapped line could not be overwritten by a carriage return.
    const room = (process.stderr.columns || 80) - ' … 100 %'.length - 1;
    const begins = what.slice(0, Math.max(0, room)).trimEnd();
    if (process.stderr.isTTY) process.stderr.write(`\r${begins} … ${percent} %${percent === 100 ? '\n' : ''}`);
    else if (shown < 0) process.stderr.write(`${what} …\n`);
    shown = percent;
  };
}

/** Reports a download's progress on standard error, if that is a terminal. */
export function downloadProgress(): (done: number, total: number) => void {
  let shown = '';
  return (done, total) => {
    // Some mirrors do not report a file's size.
    const part = total === 0 ? formatBytes(done) : `${Math.floor((100 * done) / total)} %`;
    if (!process.stderr.isTTY || part === shown) return;
    shown = part;
    const line = total === 0 ? part : `${formatBytes(done)} of ${formatBytes(total)}`;
    process.stderr.write(`\r${line} ${done === total ? '\n' : ''}`);
  };
}
