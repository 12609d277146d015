import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { LocalEngine } from '../engine/localEngine';
import { cacheFolder, compiledFolder } from '../gpt2/compiledCache';
import { readManifest } from '../gpt2/compiledModel';
import { locateModel } from '../gpt2/locateModel';
import { PRECISIONS, type Precision } from '../gpt2/precision';
import { integer, UsageError } from './input';
import { compilationProgress } from './progress';

/** Which model a command runs, and how. */
export interface ModelOptions {
  readonly model?: string;
  readonly precision?: Precision;
  readonly threads: number;
}

const MOST_THREADS = 1024;

/** Beside the bundle: what the build compiled, and the weights it came from where the sources are there. */
const BUILT_MODEL = join(__dirname, 'model');
const SOURCE_MODEL = join(__dirname, '..', 'models', 'default');

export function withModelOptions(command: Command, precision: Precision): Command {
  return command
    .option(
      '--model <path>',
      'a GPT-2: a folder with config.json and weights, a file of weights (safetensors, torch, GGUF), or a compiled ' +
        'model; the default model unless told',
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
 * Loads the model, compiling it first where that is due.
 * @throws UsageError when `--model` is not there, UnsupportedModelError or EngineError when what it holds cannot be run
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
    // Without its weights at hand, the default model is what the build made of it.
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
