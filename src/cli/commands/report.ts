import { basename } from 'node:path';
import type { Command } from 'commander';
import { percent } from '../../core/logits';
import { heatOf } from '../../pictures/ask';
import { modelFlags, quote } from '../../pictures/command';
import { RANK_BANDS } from '../../pictures/figure';
import { type Reading, type Summary, summarise, toReport } from '../../pictures/report';
import { heatText } from '../heatText';
import { printJson, readText, UsageError } from '../input';
import { type ModelOptions, openEngine, withModelOptions } from '../model';
import { counted, requireSeparate, writeOutput } from '../output';
import { type Terminal, terminalOf } from '../terminal';

interface ReportOptions extends ModelOptions {
  readonly html?: string;
  readonly json?: boolean;
}

/** `report`: a page on how a model reads a whole document. */
export function addReport(program: Command): void {
  const command = program
    .command('report')
    .summary('make a page of how a model reads a whole document')
    .description(
      'Makes a page of a document, after GLTR: every token tinted by its rank (among the 10, 100 or 1000 that the model ' +
        'expected most) or by its surprisal, histograms of both, and the most surprising words. One HTML file without ' +
        'a script. On a terminal, without --html, the document is shown there as a heat map.',
    )
    .argument('[file]', 'the document, taken as it is; - or nothing reads standard input')
    .option('--html <file>', 'write the page to a file; - is standard output (the default, but on a terminal)')
    .option(
      '--json',
      'print {"tokens","scored","words","bitsPerCharacter","bitsPerToken","perplexity","ranks","surprisals"}',
    );
  withModelOptions(command, 'q8').action(async (file: string | undefined, options: ReportOptions) => {
    requireSeparate([options.html, options.json ? '-' : undefined]);
    const text = await readText(undefined, { file });
    if (text.trim() === '') throw new UsageError('There is nothing to read: the document is empty.');
    const engine = await openEngine(options, 'q8');
    try {
      const { name: model, precision } = await engine.info();
      const scored = await engine.score({ text, bos: true });
      const tokens = scored.map(({ top: _, ...token }) => token);
      const name = file === undefined || file === '-' ? 'standard input' : basename(file);
      const source = name === 'standard input' ? '-' : quote(name.replace(/^-/, './-'));
      const flags = modelFlags({ path: options.model, precision });
      const made = ['inkling', 'report', source, ...flags, '--html', 'PAGE.html'].join(' ');
      const reading: Reading = { name, text, tokens, model: { name: model, precision }, command: made };
      const terminal = terminalOf(command);
      if (options.html !== undefined) writeOutput(options.html, toReport(reading));
      if (options.json) printJson(summarise(reading));
      else if (options.html === undefined) {
        process.stdout.write(terminal.isRead ? shown(terminal, reading) : toReport(reading));
      }
    } finally {
      await engine.dispose();
    }
  });
}

function shown(terminal: Terminal, reading: Reading): string {
  const { text, tokens, model } = reading;
  return `${heatText(terminal, text, heatOf(text, tokens))}\n${inWords(summarise(reading))} (${model.name}, ${model.precision})\n`;
}

function inWords({ words, tokens, scored, bitsPerCharacter, ranks }: Summary): string {
  const bands = RANK_BANDS.map(
    (limit, i) => `${percent(ranks[i] / scored)} ${i === 0 ? 'in the' : 'more in the'} top ${limit}`,
  );
  return `${counted(words, 'word')}, ${counted(tokens, 'token')}, ${bitsPerCharacter.toFixed(2)} bits/character; ${bands.join(', ')}`;
}
