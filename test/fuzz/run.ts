import { parseArgs } from 'node:util';
import { TARGETS } from './targets';

/*
 * `npm run fuzz -- --minutes N [--seed S]` reads damaged and invented input of every kind, turn by turn, until the time is
 * over; a reading that ends in anything but a result or a named refusal ends it, with its seed.
 */

const BATCH = 2000;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } } });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error('--minutes takes a number greater than 0.');
  let seed = Number(values.seed ?? Date.now() % 1_000_000);
  const until = Date.now() + minutes * 60_000;
  const counts = new Map<string, number>();
  do {
    for (const [name, read] of Object.entries(TARGETS)) {
      await read(BATCH, seed);
      counts.set(name, (counts.get(name) ?? 0) + BATCH);
    }
    seed++;
  } while (Date.now() < until);
  for (const [name, count] of counts) console.log(`${count.toLocaleString('en').padStart(12)}  ${name}`);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
