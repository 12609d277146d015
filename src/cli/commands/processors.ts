import type { Command } from 'commander';
import { applyNamedProcessor } from '../../core/decoding/namedProcessors';
import { answerLines } from '../input';

/** `processors`: applies one logits processor to given scores. */
export function addProcessors(program: Command): void {
  program
    .command('processors')
    .summary('apply a logits processor to given scores')
    .description(
      'Reads lines {"processor","params","input"} and answers each with {"output"}: the scores after that processor.\n' +
        'Infinite scores are the strings "-inf" and "inf".',
    )
    .option('--file <file>', 'read the lines from a file')
    .option('--jsonl', 'one case a line; implied, as there is no other form')
    .action(async (options: { file?: string }) => {
      await answerLines(options, (request) => applyNamedProcessor(request as unknown as NamedCase));
    });
}

type NamedCase = Parameters<typeof applyNamedProcessor>[0];
