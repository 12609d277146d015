import { type Command, Option } from 'commander';
import { compileModel, requireReplaceable } from '../../gpt2/compileModel';
import { PRECISIONS, type Precision } from '../../gpt2/quantise';
import { UsageError } from '../input';
import { compilationProgress } from '../model';

/** `compile`: weights to ONNX. */
export function addCompile(program: Command): void {
  program
    .command('compile')
    .summary('compile a GPT-2 to ONNX')
    .description('Compiles a GPT-2 (safetensors, a torch checkpoint or GGUF) to the ONNX files that the engine runs.')
    .argument('<from>', 'the folder of the model, or its file')
    .argument('<to>', 'the folder to make; an older compiled model there is replaced, anything else is left alone')
    .addOption(new Option('--precision <precision>', 'how to keep the weights').choices(PRECISIONS).default('q8'))
    .action(async (from: string, to: string, { precision }: { precision: Precision }) => {
      await requireReplaceable(to).catch((error: Error) => {
        throw new UsageError(error.message);
      });
      await compileModel(from, to, precision, { onProgress: compilationProgress(`Compiling ${from} to ${precision}`) });
    });
}
