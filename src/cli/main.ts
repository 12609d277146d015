import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { addCompile } from './commands/compile';
import { addComplete } from './commands/complete';
import { addDecode } from './commands/decode';
import { addDraw } from './commands/draw';
import { addEval } from './commands/eval';
import { addExplain } from './commands/explain';
import { addGenerate } from './commands/generate';
import { addLogits } from './commands/logits';
import { addPerplexity } from './commands/perplexity';
import { addProcessors } from './commands/processors';
import { addRender } from './commands/render';
import { addReport } from './commands/report';
import { addTokens } from './commands/tokens';
import { addVerify } from './commands/verify';
import { withHelp } from './help';
import { FAILED, MISUSED, UsageError } from './input';
import { withColor } from './terminal';

const program = withColor(withHelp(new Command('inkling')))
  .description('GPT-2 on this machine: tokens, probabilities, suggestions and generation from a terminal.')
  .version(version)
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 called wrongly, 130 interrupted.');

program.commandsGroup('See what the model sees:');
addTokens(program);
addDecode(program);
addExplain(program);
addDraw(program);
addReport(program);
addRender(program);
program.commandsGroup('Write with it:');
addComplete(program);
addGenerate(program);
program.commandsGroup('Measure and check:');
addLogits(program);
addProcessors(program);
addPerplexity(program);
addEval(program);
addVerify(program);
program.commandsGroup('Prepare a model:');
addCompile(program);
for (const command of [program, ...program.commands]) command.exitOverride();

// The reader may close the pipe early: `inkling tokens … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : FAILED));

program.parseAsync().catch((error: Error) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : MISUSED;
    return;
  }
  console.error(`inkling: ${error.message}`);
  process.exitCode = error instanceof UsageError ? MISUSED : FAILED;
});
