import type { Command } from 'commander';
import type { LogitsRequest } from '../../engine/api';
import {
  answerLines,
  type InputOptions,
  printJson,
  promptOf,
  readText,
  UsageError,
  warnOfTrailingSpace,
} from '../input';
import { type ModelOptions, openEngine, withModelOptions } from '../model';
import { writeOutput } from '../output';

interface LogitsOptions extends InputOptions, ModelOptions {
  readonly bos?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** `logits`: raw logits of the last position. */
export function addLogits(program: Command): void {
  const command = program
    .command('logits')
    .summary("print the last position's full logits")
    .description('Prints {"logits":[…]}, one number for each token of the vocabulary, or writes them as raw float32.')
    .argument('[text]', 'the text; - or nothing reads standard input')
    .option('--file <file>', 'read the text from a file')
    .option('--bos', 'put <|endoftext|> before the text')
    .option('--out <file>', 'write little-endian float32 to a file instead; - is standard output')
    .option('--json', 'print JSON (the default)')
    .option('--jsonl', 'answer each line {"text":…} or {"ids":[…]} of the input with one line of JSON');
  withModelOptions(command, 'fp32').action(async (argument: string | undefined, options: LogitsOptions) => {
    if (options.out !== undefined && (options.jsonl || options.json)) {
      throw new UsageError('--out writes raw float32: leave --json and --jsonl away.');
    }
    const text = await readText(argument, options);
    warnOfTrailingSpace(text);
    const engine = await openEngine(options, 'fp32');
    try {
      const logits = async (prompt: Pick<LogitsRequest, 'text' | 'appended'>) => ({
        logits: Array.from(await engine.logits({ ...prompt, bos: options.bos })),
      });
      if (options.jsonl) return await answerLines(options, (request) => logits(promptOf(request)));
      if (options.out === undefined) return printJson(await logits({ text }));
      const { buffer, byteOffset, byteLength } = await engine.logits({ text, bos: options.bos });
      writeOutput(options.out, new Uint8Array(buffer, byteOffset, byteLength));
    } finally {
      await engine.dispose();
    }
  });
}
