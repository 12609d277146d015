import { gpt2Tokenizer } from '../../src/core/tokenizer';
import { CachedModel } from '../../src/engine/cachedModel';
import { Session } from '../../src/engine/session';
import { readManifest } from '../../src/gpt2/compiledModel';
import { random } from '../support/randomModel';

const TIMES = 60;

/**
 * `npx tsx test/bench/cancel.ts FOLDER [THREADS]`: how long a key waits that is typed while a text of the model's whole
 * context is read, at a moment of chance.
 */
async function main([folder, threads = '2']: string[]): Promise<void> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new Error(`There is no compiled model in ${folder}.`);
  const session = await Session.open(folder, manifest.config, { threads: Number(threads) });
  const model = new CachedModel(session, gpt2Tokenizer());
  const next = random(1);
  const text = () => Array.from({ length: model.contextLength }, () => Math.floor(next() * 50_000));
  const whole = performance.now();
  await model.forward([text()]);
  const duration = performance.now() - whole;
  const waits: number[] = [];
  while (waits.length < TIMES) {
    const controller = new AbortController();
    const reading = model.forward([text()], {}, controller.signal).then(
      () => undefined,
      () => performance.now(),
    );
    // A run blocks this thread, as it does the engine's: the key is typed at its time and heard when the run is over.
    const typed = performance.now() + next() * duration * 0.8;
    const timer = setInterval(() => {
      if (performance.now() >= typed) controller.abort();
    }, 1);
    const stopped = await reading;
    clearInterval(timer);
    if (stopped !== undefined) waits.push(stopped - typed);
  }
  waits.sort((a, b) => a - b);
  const percentile = (share: number) => waits[Math.floor(share * waits.length)].toFixed(0);
  console.log(
    `${model.contextLength} tokens are read in ${duration.toFixed(0)} ms (the first time); a key waits ` +
      `${percentile(0.5)} ms at the median, ${percentile(0.9)} ms at p90, ${percentile(0.99)} ms at most.`,
  );
  await session.close();
}

void main(process.argv.slice(2));
