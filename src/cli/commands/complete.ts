import type { Command } from 'commander';
import type { Completion } from '../../core/completion/types';
import { answerLines, type InputOptions, integer, number, printJson, readText, textOf } from '../input';
import { type ModelOptions, openEngine, withModelOptions } from '../model';

interface CompleteOptions extends InputOptions, ModelOptions {
  readonly json?: boolean;
  readonly suffix?: string;
  readonly maxTokens?: number;
  readonly minLogprob?: number;
}

/** `complete`: what ghost text would show after a text. */
export function addComplete(program: Command): void {
  const command = program
    .command('complete')
    .summary('show what ghost text would suggest')
    .description('Shows what the editor would suggest after a text, or nothing where it would stay silent.')
    .argument('[text]', 'the text before the cursor; - or nothing reads standard input')
    .option('--file <file>', 'read the text from a file')
    .option('--suffix <text>', 'the text after the cursor')
    .option('--max-tokens <n>', 'most tokens to suggest', integer(1))
    .option('--min-logprob <nats>', 'lowest mean log-probability to show', number(Number.NEGATIVE_INFINITY, 0))
    .option('--json', 'print {"suggestions":[{"text","logprob","tokens":[{"id","text","logprob"}]}],"reason"}')
    .option('--jsonl', 'answer each line {"text":…,"suffix":…} of the input with one line of JSON');
  withModelOptions(command, 'q8').action(async (argument: string | undefined, options: CompleteOptions) => {
    const text = await readText(argument, options);
    const engine = await openEngine(options, 'q8');
    const { maxTokens, minLogprob } = options;
    const limits = { ...(maxTokens && { maxTokens }), ...(minLogprob !== undefined && { minLogprob }) };
    const complete = (prefix: string, suffix?: string): Promise<Completion> =>
      engine.complete({ prefix, ...(suffix !== undefined && { suffix }), ...limits });
    try {
      if (options.jsonl) {
        return await answerLines(options, (request) =>
          complete(textOf(request), typeof request.suffix === 'string' ? request.suffix : options.suffix).then(
            answerOf,
          ),
        );
      }
      const completion = await complete(text, options.suffix);
      if (options.json) printJson(answerOf(completion));
      else for (const suggestion of completion.suggestions) process.stdout.write(`${suggestion.text}\n`);
    } finally {
      await engine.dispose();
    }
  });
}

/** The part of a completion that is promised to scripts. */
function answerOf({ suggestions, reason }: Completion): object {
  return {
    suggestions: suggestions.map(({ text, logprob, tokens }) => ({
      text,
      logprob,
      tokens: tokens.map((token) => ({ id: token.id, text: token.text, logprob: token.logprob })),
    })),
    reason,
  };
}
