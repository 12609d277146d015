import { type Command, Option } from 'commander';
import { askFigure } from '../../pictures/ask';
import { toSvg } from '../../pictures/draw';
import { toPage } from '../../pictures/html';
import { KINDS, PICTURE_DECODING, PICTURE_OPTIONS, PictureError, readRequest } from '../../pictures/request';
import { toCsv, toJson, toMarkdown } from '../../pictures/table';
import { decodingFlag } from '../generationOptions';
import { type InputOptions, readText, UsageError, warnOfTrailingSpace } from '../input';
import { type ModelOptions, openEngine, withModelOptions } from '../model';
import { requireSeparate, writeOutput } from '../output';

interface DrawOptions extends InputOptions, ModelOptions, Record<string, unknown> {
  readonly svg?: string;
  readonly html?: string;
  readonly csv?: string;
  readonly markdown?: string;
  readonly json?: boolean;
}

/** `draw`: one picture of a text, as an image or as its numbers. */
export function addDraw(program: Command): void {
  const command = program
    .command('draw')
    .summary('draw a picture: tokens, next tokens, beams, attention and more')
    .description(
      `Draws a picture of a text, or gives its numbers; a Markdown table by default.\n\nKinds:\n${Object.entries(KINDS)
        .map(([kind, what]) => `  ${kind.padEnd(10)} ${what}`)
        .join('\n')}`,
    )
    .argument('<kind>', 'what to draw')
    .argument('[text]', 'the text; - or nothing reads standard input')
    .option('--file <file>', 'read the text from a file')
    .option('--svg <file>', 'write an SVG; - is standard output')
    .option('--html <file>', 'write a page that is complete in itself; - is standard output')
    .option('--csv <file>', 'write the numbers as CSV; - is standard output')
    .option('--markdown <file>', 'write the numbers as a Markdown table; - is standard output (the default)')
    .option('--json', 'print the numbers, in full and with where they come from');
  const own = PICTURE_OPTIONS.map(({ name, argument, help }) => {
    return new Option(argument ? `--${name} ${argument}` : `--${name}`, help);
  });
  // The type of a value depends on the kind of picture, so values are kept as typed and validated later.
  const decoding = PICTURE_DECODING.map((name) => decodingFlag(name).argParser((text) => text));
  const options = [...own, ...decoding.filter(({ long }) => !own.some((option) => option.long === long))];
  for (const option of options) command.addOption(option.helpGroup('Options of the pictures:'));
  withModelOptions(command, 'q8').action(async (kind: string, argument: string | undefined, given: DrawOptions) => {
    const words = options.flatMap((option) => {
      const value = given[option.attributeName()];
      const name = (option.long ?? '').slice(2);
      return value === undefined ? [] : [value === true ? name : `${name}=${value}`];
    });
    const files = [given.svg, given.html, given.csv, given.markdown];
    requireSeparate([...files, given.json ? '-' : undefined]);
    const text = await readText(argument, given);
    if (kind !== 'tokens' && kind !== 'surprisal') warnOfTrailingSpace(text);
    const request = asUsage(() => readRequest(kind, words, text));
    const engine = await openEngine(given, 'q8');
    try {
      const figure = await askFigure(engine, request, { path: given.model }).catch(rethrow);
      if (given.svg !== undefined) writeOutput(given.svg, toSvg(figure));
      if (given.html !== undefined) writeOutput(given.html, toPage([figure]));
      if (given.csv !== undefined) writeOutput(given.csv, toCsv(figure));
      if (given.markdown !== undefined) writeOutput(given.markdown, toMarkdown(figure));
      if (given.json) process.stdout.write(toJson(figure));
      else if (files.every((file) => file === undefined)) writeOutput('-', toMarkdown(figure));
    } finally {
      await engine.dispose();
    }
  });
}

function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return rethrow(error);
  }
}

function rethrow(error: unknown): never {
  throw error instanceof PictureError ? new UsageError(error.message) : error;
}
