import type { Command } from 'commander';
import type { Tokenizer } from '../../core/tokenizer';
import { answerLines, type InputOptions, idsIn, printJson, UsageError } from '../input';
import { openTokenizer } from '../model';

interface DecodeOptions extends InputOptions {
  readonly tokenizer?: string;
  readonly skipSpecial?: boolean;
  readonly json?: boolean;
}

/** `decode`: the text of token ids. */
export function addDecode(program: Command): void {
  program
    .command('decode')
    .summary('show the text that token ids spell')
    .description('Shows the text of token ids. Bytes that are no UTF-8 become U+FFFD.')
    .argument('[ids...]', 'the ids')
    .option('--file <file>', 'read lines {"ids":[…]} from a file; implies --jsonl')
    .option(
      '--tokenizer <folder>',
      "a folder with tokenizer.json, or vocab.json and merges.txt; GPT-2's own by default",
    )
    .option('--skip-special', 'leave special tokens out, such as <|endoftext|>')
    .option('--json', 'print {"text"}')
    .option('--jsonl', 'answer each line {"ids":[…]} of the input with one line {"text"}')
    .action(async (given: string[], options: DecodeOptions) => {
      const tokenizer = await openTokenizer(options.tokenizer);
      const textOf = (ids: readonly number[]) =>
        tokenizer.decode(options.skipSpecial ? withoutSpecial(tokenizer, ids) : ids);
      if (options.jsonl || options.file !== undefined) {
        if (given.length > 0) throw new UsageError('Give ids or lines of them, not both.');
        return answerLines(options, (request) => ({ text: textOf(idsIn(request)) }));
      }
      if (given.length === 0) throw new UsageError('Give ids, or --jsonl.');
      const ids = given.map(readId);
      const unknown = ids.find((id) => !tokenizer.has(id));
      if (unknown !== undefined) throw new UsageError(`The tokenizer has no token ${unknown}.`);
      const text = textOf(ids);
      if (options.json) return printJson({ text });
      process.stdout.write(`${text}\n`);
    });
}

function readId(given: string): number {
  const id = Number(given);
  if (!/^\d+$/.test(given) || !Number.isSafeInteger(id)) throw new UsageError(`“${given}” is no token id.`);
  return id;
}

function withoutSpecial(tokenizer: Tokenizer, ids: readonly number[]): readonly number[] {
  return ids.filter((id) => !tokenizer.isSpecial(id));
}
