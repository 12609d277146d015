import type { Command } from 'commander';
import type { Token } from '../../core/tokenizer';
import { tokenChips } from '../heatText';
import { answerLines, type InputOptions, printJson, readText, textOf } from '../input';
import { openTokenizer } from '../model';
import { counted } from '../output';
import { readable, terminalOf } from '../terminal';

interface TokensOptions extends InputOptions {
  readonly tokenizer?: string;
  readonly json?: boolean;
}

/** `tokens`: the BPE tokens of a text. */
export function addTokens(program: Command): void {
  const command = program
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
      "a folder with tokenizer.json, or vocab.json and merges.txt; GPT-2's own by default",
    )
    .option('--json', 'print {"tokens":[{"id","text","display","bytes":[from,to],"utf16":[from,to]}]}')
    .option('--jsonl', 'answer each line {"text":…} of the input with one line of JSON');
  command.action(async (argument: string | undefined, options: TokensOptions) => {
    const tokenizer = await openTokenizer(options.tokenizer);
    const text = await readText(argument, options);
    const tokensOf = (each: string) => tokenizer.tokenize(each, { template: true });
    if (options.jsonl) return answerLines(options, (request) => ({ tokens: tokensOf(textOf(request)) }));
    const tokens = tokensOf(text);
    if (options.json) return printJson({ tokens });
    const terminal = terminalOf(command);
    if (terminal.isRead) {
      const unscored = tokens.map((token) => ({ ...token, logprob: null, rank: null }));
      const count = `${counted(tokens.length, 'token')}, ${counted([...text].length, 'character')}`;
      process.stdout.write(`${tokenChips(terminal, text, unscored)}${terminal.paint.bold(count)}\n\n`);
    }
    for (const token of tokens) process.stdout.write(`${describe(token, text)}\n`);
  });
}

/** The vocabulary's notation shows the bytes; the readable text is added where it differs. */
function describe({ id, display, text, bytes, utf16 }: Token, source: string): string {
  const covers = source.slice(...utf16);
  const isPart = text.includes('\ufffd') && !covers.includes('\ufffd');
  const says = isPart ? `  a part of ${readable(covers)}` : display === text ? '' : `  ${readable(text)}`;
  return `${String(id).padStart(6)}  ${display.padEnd(20)}  bytes ${bytes.join('–')}  utf16 ${utf16.join('–')}${says}`;
}
