import { type Command, Option } from 'commander';
import { PRECISIONS, type Precision } from '../gpt2/compile';
import { compileModel } from '../store/compiledModel';

/** `compile`: safetensors to ONNX. */
export function addCompile(program: Command): void {
  program
    .command('compile')
    .summary('compile a GPT-2 to ONNX')
    .description('Compiles config.json and model.safetensors of a GPT-2 to the ONNX files that the engine runs.')
    .argument('<from>', 'the folder of the model')
    .argument('<to>', 'the folder to make; an old one is replaced')
    .addOption(new Option('--precision <precision>', 'how to keep the weights').choices(PRECISIONS).default('q8'))
    .action(async (from: string, to: string, { precision }: { precision: Precision }) => {
      let shown = -1;
      const onProgress = (fraction: number) => {
        const percent = Math.floor(100 * fraction);
        if (!process.stderr.isTTY || percent === shown) return;
        shown = percent;
        process.stderr.write(`\r${percent} %${percent === 100 ? '\n' : ''}`);
      };
      await compileModel(from, to, precision, { onProgress });
    });
}
