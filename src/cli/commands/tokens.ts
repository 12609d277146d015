import type { Command } from 'commander';
import type { Token } from '../../core/tokenizer';
import { answerLines, type InputOptions, printJson, readText, textOf } from '../input';
import { openTokenizer } from '../model';

interface TokensOptions extends InputOptions {
  readonly tokenizer?: string;
  readonly json?: boolean;
}

/** `tokens`: how BPE cuts a text. */
export function addTokens(program: Command): void {
  program
    .command('tokens')
    .summary('show how GPT-2, or another tokenizer, cuts a text into tokens')
    .description(
      'Shows the tokens of a text: id, display form (Ġ is a space), and where each lies in bytes and UTF-16 units. ' +
        'With --tokenizer the tokens are those of Hugging Face `encode`, with what the template puts around the text.',
    )
    .argument('[text]', 'the text; - or nothing reads standard input')
    .option('--file <file>', 'read the text from a file')
    .option(
      '--tokenizer <folder>',
      "a folder with tokenizer.json, or vocab.json and merges.txt; GPT-2's own unless told",
    )
    .option('--json', 'print {"tokens":[{"id","text","display","bytes":[from,to],"utf16":[from,to]}]}')
    .option('--jsonl', 'answer each line {"text":…} of the input with one line of JSON')
    .action(async (argument: string | undefined, options: TokensOptions) => {
      const tokenizer = await openTokenizer(options.tokenizer);
      const text = await readText(argument, options);
      const tokensOf = (each: string) => tokenizer.tokenize(each, { template: true });
      if (options.jsonl) return answerLines(options, (request) => ({ tokens: tokensOf(textOf(request)) }));
      const tokens = tokensOf(text);
      if (options.json) return printJson({ tokens });
      for (const token of tokens) process.stdout.write(`${describe(token)}\n`);
    });
}

function describe({ id, display, bytes, utf16 }: Token): string {
  return `${String(id).padStart(6)}  ${display.padEnd(20)}  bytes ${bytes.join('–')}  utf16 ${utf16.join('–')}`;
}
