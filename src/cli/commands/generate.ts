import { type Command, Option } from 'commander';
import type { GenerationConfig } from '../../core/decoding/options';
import { endOf } from '../../core/text/lines';
import { gpt2Tokenizer } from '../../core/tokenizer';
import type { Engine, GenerateRequest, Generation, GenerationEvent } from '../../engine/api';
import { asTyped, generationConfig, withGenerationOptions } from '../generationOptions';
import {
  answerLines,
  INTERRUPTED,
  type InputOptions,
  integer,
  printJson,
  promptOf,
  readText,
  warnOfTrailingSpace,
} from '../input';
import { withModelOptions } from '../model';
import { type EngineOptions, openAnyEngine, withServerOptions } from '../server';
import { type Terminal, terminalOf } from '../terminal';

interface GenerateOptions extends InputOptions, EngineOptions, Record<string, unknown> {
  readonly json?: boolean;
  readonly bos?: boolean;
  readonly trace?: number | true;
}

/** Default number of candidates per step for `--trace`. */
const TRACED = 10;
/** Characters of the prompt shown before the continuation. */
const PROMPT = 400;

/** `generate`: continues a text. */
export function addGenerate(program: Command): void {
  const command = program
    .command('generate')
    .summary('continue a text')
    .description(
      'Continues a text and prints what comes as it comes; on a terminal after the prompt, which is dimmed. Options have the names and meanings of Hugging Face ' +
        'generate(); without any the most probable token is taken each time (greedy).',
    )
    .argument('[text]', 'the text; - or nothing reads standard input')
    .option('--file <file>', 'read the text from a file')
    .option('--bos', 'put <|endoftext|> before the text')
    .option(
      '--json',
      'print {"text","ids","finish"}, text and ids being what was added; with --num-return-sequences also ' +
        '"sequences":[{"text","ids","finish","score"}]; "seed" where one was drawn',
    )
    .option('--jsonl', 'answer each line {"text":…} or {"ids":[…]} of the input with one line of JSON')
    .addOption(
      new Option('--trace [k]', 'print the k best candidates of each step, one line of JSON each')
        .argParser(integer(1))
        .conflicts('jsonl'),
    );
  withGenerationOptions(withServerOptions(withModelOptions(command, 'fp32'))).action(
    async (argument: string | undefined, options: GenerateOptions) => {
      // Report mistakes before loading the model; its own tokenizer replaces this one afterwards.
      generationConfig(options, gpt2Tokenizer());
      const trace = options.trace === true ? TRACED : options.trace;
      const text = await readText(argument, options);
      warnOfTrailingSpace(text);
      const engine = await openAnyEngine(options, 'fp32');
      try {
        const config = generationConfig(options, await engine.tokenizer());
        const request = { bos: options.bos, config, trace };
        if (options.jsonl) {
          return await answerLines(options, async (line) =>
            answerOf(await withTypedErrors(engine.generate({ ...request, ...promptOf(line) })), config),
          );
        }
        await run(engine, { ...request, text }, options.json ?? false, terminalOf(command));
      } finally {
        await engine.dispose();
      }
    },
  );
}

async function run(engine: Engine, request: GenerateRequest, json: boolean, terminal: Terminal): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const several = (request.config.numReturnSequences ?? 1) > 1;
  const stream = !json && !request.trace && !several;
  if (stream && terminal.isRead) process.stdout.write(promptShown(request.text, terminal));
  let streamed = 0;
  const onEvent = (event: GenerationEvent) => {
    if (request.trace) printJson(event);
    else if (stream && event.kind === 'token') {
      process.stdout.write(event.text);
      streamed += event.text.length;
    }
  };
  const generation = await withTypedErrors(engine.generate(request, onEvent, stop.signal));
  if (stop.signal.aborted) process.exitCode = INTERRUPTED;
  if (json || request.trace) printJson(answerOf(generation, request.config));
  else if (several) printSequences(generation);
  // The rest of a character that the last token left incomplete.
  else process.stdout.write(`${generation.text.slice(streamed)}\n`);
}

/**
 * The end of the prompt as printed before the continuation: dimmed, or followed by a marker where there are no colours.
 */
function promptShown(text: string, { paint }: Terminal): string {
  const end = text.length > PROMPT ? `…${endOf(text, PROMPT)}` : text;
  return paint.level > 0 ? paint.dim(end) : `${end}▸`;
}

/** Reports options that do not fit the prompt or the model as usage errors. */
async function withTypedErrors<T>(running: Promise<T>): Promise<T> {
  try {
    return await running;
  } catch (error) {
    throw asTyped(error);
  }
}

/** The fields of a generation that scripts can rely on. */
function answerOf({ text, ids, finish, sequences, seed }: Generation, config: GenerationConfig): object {
  return {
    text,
    ids,
    finish,
    ...((config.numReturnSequences ?? 1) > 1 && { sequences }),
    ...(config.seed === undefined && seed !== undefined && { seed }),
  };
}

function printSequences({ sequences }: Generation): void {
  sequences.forEach(({ text, score }, i) => {
    process.stdout.write(`[${i + 1}] score ${score.toFixed(3)}\n${text}\n`);
  });
}
