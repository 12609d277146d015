import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { compileModel, MANIFEST } from '../../gpt2/compiledModel';
import { PRECISIONS, type Precision } from '../../gpt2/precision';
import { UsageError } from '../input';
import { compilationProgress } from '../progress';

/** `compile`: safetensors to ONNX. */
export function addCompile(program: Command): void {
  program
    .command('compile')
    .summary('compile a GPT-2 to ONNX')
    .description('Compiles config.json and model.safetensors of a GPT-2 to the ONNX files that the engine runs.')
    .argument('<from>', 'the folder of the model')
    .argument('<to>', 'the folder to make; an older compiled model there is replaced, anything else is left alone')
    .addOption(new Option('--precision <precision>', 'how to keep the weights').choices(PRECISIONS).default('q8'))
    .action(async (from: string, to: string, { precision }: { precision: Precision }) => {
      refuseToDelete(to);
      await compileModel(from, to, precision, { onProgress: compilationProgress(`Compiling ${from} to ${precision}`) });
    });
}

/** A compiled model takes the place of the whole folder, so the folder must hold nothing else. */
function refuseToDelete(folder: string): void {
  if (!existsSync(folder)) return;
  const replaceable = existsSync(join(folder, MANIFEST)) || readdirSync(folder).length === 0;
  if (!replaceable) throw new UsageError(`${folder} holds something else than a compiled model; name a new folder.`);
}
