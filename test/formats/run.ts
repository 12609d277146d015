import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import { tryCheckpoints } from './checkpoints';
import { fuzz } from './fuzz';
import type { Outcome } from './outcome';
import { tryTokenizers } from './tokenizers';

type Trial = (folder: string, scratch: string) => AsyncIterable<Outcome>;

/** Collections of files, each with what PyTorch, transformers and tokenizers make of it, and who tries them. */
const COLLECTIONS: Readonly<Record<string, Trial>> = {
  checkpoints: tryCheckpoints,
  tokenizers: tryTokenizers,
};

interface Options {
  readonly verbose?: boolean;
  readonly fuzz?: number;
  readonly seed: number;
}

/** Whether every file of the collections in a folder is read, or refused, as it should be. */
async function run(folder: string | undefined, { verbose, fuzz: count, seed }: Options): Promise<void> {
  if (count !== undefined) {
    const { read, refused } = await fuzz(count, seed);
    console.log(`${count} damaged files: ${read} read, ${refused} refused by name, nothing else.`);
  }
  if (folder !== undefined) {
    await tryCollections(folder, verbose ?? false);
  }
}

async function tryCollections(folder: string, verbose: boolean): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'inkling-formats-'));
  let tried = 0;
  let refused = 0;
  let problems = 0;
  try {
    for (const [name, trial] of Object.entries(COLLECTIONS)) {
      const collection = basename(resolve(folder)) === name ? folder : join(folder, name);
      if (!existsSync(collection)) {
        continue;
      }
      for await (const outcome of trial(collection, scratch)) {
        tried++;
        problems += outcome.problem === undefined ? 0 : 1;
        refused += outcome.refusal === undefined ? 0 : 1;
        if (outcome.problem !== undefined || verbose) {
          console.log(`${outcome.problem === undefined ? '✔' : '✖'} ${name}/${outcome.name} ${outcome.problem ?? ''}`);
          console.log(outcome.refusal === undefined ? '' : `    ${outcome.refusal}`);
        }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  console.log(`${tried} files tried: ${tried - refused} read, ${refused} refused, ${problems} not as they should be.`);
  process.exitCode = problems > 0 || tried === 0 ? 1 : 0;
}

new Command('test:formats')
  .argument('[folder]', 'checkpoints or tokenizers, or a folder with both')
  .option('--fuzz <count>', 'damage so many files at random and read them', Number)
  .option('--seed <number>', 'how they are damaged', Number, 1)
  .option('--verbose', 'tell of every file and its message')
  .action(run)
  .parseAsync();
