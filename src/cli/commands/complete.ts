import type { Command } from 'commander';
import { readPrompt } from '../../core/completion/complete';
import {
  COMPLETION_DEFAULTS,
  type CompleteRequest,
  type Completion,
  type CompletionReason,
} from '../../core/completion/types';
import { consider, readPlainText, type TextReading } from '../../core/ghostText/consider';
import { gate } from '../../core/ghostText/gate';
import { TypingPace } from '../../core/ghostText/pace';
import { ghostTextSettings } from '../../core/ghostText/settings';
import { afterKey } from '../../core/ghostText/suppression';
import { MarkdownDocument, readMarkdown } from '../../core/markdown';
import type { Engine } from '../../engine/api';
import { LocalEngine } from '../../engine/localEngine';
import { SETTINGS, withinSchema } from '../../manifest';
import { answerLines, type InputOptions, integer, number, printJson, readText, textOf, UsageError } from '../input';
import { withModelOptions } from '../model';
import { type EngineOptions, openAnyEngine, withServerOptions } from '../server';

interface Limits {
  readonly maxTokens?: number;
  readonly minLogprob?: number;
}

interface CompleteOptions extends InputOptions, EngineOptions, Limits {
  readonly json?: boolean;
  readonly suffix?: string;
  readonly before?: string;
  readonly after?: string;
  readonly language?: string;
}

const LANGUAGE = 'markdown';

/** Reasons for no suggestion, shown after `No suggestion: `. */
const SILENCES: Readonly<Record<CompletionReason, string>> = {
  sentence: 'the sentence was complete',
  newline: 'the line was complete',
  budget: 'nothing whole came within the limit of tokens',
  'end-of-text': 'the model saw the end of the text there',
  unsure: 'the model was not sure enough of the next word',
  empty: 'the model had nothing to add',
  repeats: 'what came next repeats the text around the cursor',
  'mid-word': 'the word goes on to the right of the cursor',
  unfinished: 'the model was still at work',
  repetition: 'it began to go in circles',
  unbalanced: 'it left a quote or a bracket unbalanced',
  boilerplate: 'it turned into a stock phrase of web pages',
  'blocked-word': 'a blocked word came next',
};

/** `complete`: the ghost text after a text, or at a place in a document. */
export function addComplete(program: Command): void {
  const command = program
    .command('complete')
    .summary('show what ghost text would suggest')
    .description(
      'Shows what the model would suggest after a text. With --before it shows what the editor would do at that place ' +
        'of a document, with default settings, when the last key was just typed: what the model reads, why there is no ' +
        'suggestion, or the suggestion.',
    )
    .argument('[text]', 'the text before the cursor; - or nothing reads standard input')
    .option('--file <file>', 'read the text from a file')
    .option('--suffix <text>', 'the text after the cursor')
    .option('--before <text>', 'the document before the cursor, as the editor has it')
    .option('--after <text>', 'the document after the cursor, with --before')
    .option('--language <id>', `language of the document, with --before (default: "${LANGUAGE}")`)
    .option('--max-tokens <n>', 'most tokens to suggest', integer(1))
    .option(
      '--min-logprob <nats>',
      'lowest mean log-probability to show; with --before in place of the gate',
      number(Number.NEGATIVE_INFINITY, 0),
    )
    .option('--json', 'print {"suggestions":[{"text","logprob","tokens":[{"id","text","logprob"}]}],"reason"}')
    .option(
      '--jsonl',
      'answer each line {"text":…,"suffix":…} or {"before":…,"after":…,"language":…} of the input with one line of JSON',
    );
  withServerOptions(withModelOptions(command, 'q8')).action(
    async (argument: string | undefined, options: CompleteOptions) => {
      const place = placeOf(argument, options);
      const text = place ? '' : await readText(argument, options);
      const engine = await openAnyEngine(options, 'q8');
      try {
        if (options.jsonl) return await answerLines(options, (request) => answerLine(engine, request, options));
        if (place) return printJson(await completeAt(engine, place, options));
        const completion = await completeAfter(engine, text, options.suffix, options);
        if (options.json) printJson(answerOf(completion));
        else for (const suggestion of completion.suggestions) process.stdout.write(`${suggestion.text}\n`);
        if (!options.json && completion.suggestions.length === 0) {
          process.stderr.write(`No suggestion: ${SILENCES[completion.reason]}.\n`);
        }
      } finally {
        await engine.dispose();
      }
    },
  );
}

/** A cursor in a document. */
interface DocumentPlace {
  readonly before: string;
  readonly after: string;
  readonly language: string;
}

/**
 * The document place given by `--before` and its companions, if any.
 * @throws UsageError when a text is given as well
 */
function placeOf(argument: string | undefined, options: CompleteOptions): DocumentPlace | undefined {
  const { before, after = '', language = LANGUAGE, suffix, file, jsonl } = options;
  if (before === undefined) {
    if ((options.after ?? options.language) !== undefined && !jsonl) {
      throw new UsageError('--after and --language go with --before.');
    }
    return undefined;
  }
  if (jsonl) throw new UsageError('With --jsonl each line brings its own "before".');
  if (argument !== undefined || file !== undefined) throw new UsageError('Give a text or --before, not both.');
  if (suffix !== undefined) throw new UsageError('--suffix goes with a text; with --before it is --after.');
  return { before, after, language };
}

async function answerLine(engine: Engine, line: Record<string, unknown>, options: CompleteOptions) {
  // Some programs write null for an absent field.
  const field = (name: string) => (line[name] === undefined || line[name] === null ? undefined : textOf(line, name));
  const before = field('before');
  if (before === undefined) {
    return answerOf(await completeAfter(engine, textOf(line), field('suffix') ?? options.suffix, options));
  }
  const after = field('after') ?? options.after ?? '';
  const language = field('language') ?? options.language ?? LANGUAGE;
  return completeAt(engine, { before, after, language }, options);
}

function completeAfter(engine: Engine, prefix: string, suffix: string | undefined, limits: Limits) {
  return engine.complete({ prefix, ...(suffix !== undefined && { suffix }), ...given(limits) });
}

function given({ maxTokens, minLogprob }: Limits): Partial<CompleteRequest> {
  // An explicit gate replaces the editor's thresholds for further words.
  const gate = minLogprob !== undefined && { minLogprob, minRestLogprob: COMPLETION_DEFAULTS.minRestLogprob };
  return { ...(maxTokens && { maxTokens }), ...gate };
}

/** What the editor would do at this place, and the context that the model would read, even if it is not run. */
async function completeAt(engine: Engine, { before, after, language }: DocumentPlace, limits: Limits) {
  const defaults = ghostTextSettings(<T>(name: string) => {
    return withinSchema(undefined, SETTINGS[`inkling.${name}`]) as T;
  });
  const enabled = SETTINGS['inkling.enable'].default as Readonly<Record<string, boolean>>;
  const { suppressed, request } = consider({
    context: afterKey(before, after, language, enabled),
    read: () => read(before, after, language),
    settings: defaults,
  });
  const wanted = { ...request(), ...given(limits) };
  // The context in tokens is unknown for a server, whose tokenizer is not available here.
  const context =
    engine instanceof LocalEngine
      ? readPrompt(engine.model, wanted.prefix, wanted.maxTokens ?? defaults.maxTokens).text
      : wanted.prefix;
  if (suppressed) return { suggestions: [], suppressed, context, reason: null };
  const found = await engine.complete(wanted);
  const { calibration } = await engine.info();
  const moment = { rate: defaults.triggerRate, before, pace: new TypingPace(), waited: Number.POSITIVE_INFINITY };
  const { suggestions, reason } = answerOf(
    limits.minLogprob === undefined ? gate(found, moment, calibration).completion : found,
  );
  const [heldBack] = suggestions.length === 0 ? answerOf(found).suggestions : [];
  return { suggestions, suppressed, context, reason, ...(heldBack && { heldBack }) };
}

function read(before: string, after: string, language: string): TextReading {
  if (language !== 'markdown') return readPlainText(before);
  return readMarkdown(new MarkdownDocument(before + after), before.length);
}

/** The fields of a completion that scripts can rely on. */
function answerOf({ suggestions, reason }: Completion) {
  return {
    suggestions: suggestions.map(({ text, logprob, tokens }) => ({
      text,
      logprob,
      tokens: tokens.map((token) => ({ id: token.id, text: token.text, logprob: token.logprob })),
    })),
    reason,
  };
}
