import type { Command } from 'commander';
import { gpt2Tokenizer, type Token } from '../../core/tokenizer';
import { answerLines, type InputOptions, printJson, readText, textOf } from '../input';

/** `tokens`: how BPE cuts a text. */
export function addTokens(program: Command): void {
  program
    .command('tokens')
    .summary('show how GPT-2 cuts a text into tokens')
    .description(
      'Shows the tokens of a text: id, display form (Ġ is a space), and where each lies in bytes and UTF-16 units.',
    )
    .argument('[text]', 'the text; - or nothing reads standard input')
    .option('--file <file>', 'read the text from a file')
    .option('--json', 'print {"tokens":[{"id","text","display","bytes":[from,to],"utf16":[from,to]}]}')
    .option('--jsonl', 'answer each line {"text":…} of the input with one line of JSON')
    .action(async (argument: string | undefined, options: InputOptions & { json?: boolean }) => {
      const text = await readText(argument, options);
      if (options.jsonl) {
        return answerLines(options, (request) => ({ tokens: gpt2Tokenizer().tokenize(textOf(request)) }));
      }
      const tokens = gpt2Tokenizer().tokenize(text);
      if (options.json) return printJson({ tokens });
      for (const token of tokens) process.stdout.write(`${describe(token)}\n`);
    });
}

function describe({ id, display, bytes, utf16 }: Token): string {
  return `${String(id).padStart(6)}  ${display.padEnd(20)}  bytes ${bytes.join('–')}  utf16 ${utf16.join('–')}`;
}
