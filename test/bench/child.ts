import type { Contender, Opener } from './contender';

/** What the parent asks for; every answer is the milliseconds it took. */
export type Task =
  | { readonly kind: 'prefill'; readonly ids: readonly number[] }
  | { readonly kind: 'decode'; readonly text: readonly number[]; readonly count: number }
  | { readonly kind: 'keystroke' | 'generate'; readonly text: readonly number[]; readonly typed: readonly number[] };

export interface Answer {
  /** `prefill`: one number; `decode`: one per token; `keystroke`, `generate`: until 8 and until 16 tokens are known. */
  readonly times: readonly number[];
  readonly peakMegabytes: number;
  readonly megabytes: number;
}

const KEYSTROKE_TOKENS = [8, 16];

/** Milliseconds: of the clock on the wall, or of processor time, which other programs hardly disturb. */
let now = () => performance.now();

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function main([kind, path, threads, clock]: string[]): Promise<void> {
  if (clock === 'cpu') now = processorTime;
  const { open } = (await import(`./contenders/${kind}`)) as { open: Opener };
  // Libraries are in memory before the clock starts; what is measured is the model.
  if (kind === 'inkling') (await import('../../src/engine/runtime')).loadRuntime();
  else await import(kind === 'llama' ? 'node-llama-cpp' : '@huggingface/transformers');
  const start = now();
  const contender = await open(path, Number(threads));
  await contender.prefill([464]);
  answer([now() - start]);
  process.on('message', async (task: Task) => answer(await measure(contender, task)));
}

async function measure(contender: Contender, task: Task): Promise<number[]> {
  switch (task.kind) {
    case 'prefill': {
      const start = now();
      await contender.prefill(task.ids);
      return [now() - start];
    }
    case 'decode': {
      await contender.remember(task.text.slice(0, -1));
      const at: number[] = [];
      await contender.proceed(task.text.slice(-1), task.count + 1, () => at.push(now()));
      return at.slice(1).map((time, i) => time - at[i]);
    }
    case 'keystroke': {
      await contender.remember(task.text);
      return until((onToken) => contender.proceed(task.typed, KEYSTROKE_TOKENS[1], onToken));
    }
    case 'generate': {
      const ids = [...task.text, ...task.typed];
      return until(async (onToken) => contender.generate?.(ids, KEYSTROKE_TOKENS[1], onToken));
    }
  }
}

async function until(generate: (onToken: () => void) => Promise<void>): Promise<number[]> {
  const start = now();
  const at: number[] = [];
  await generate(() => at.push(now() - start));
  return KEYSTROKE_TOKENS.map((count) => at[at.length - 1 - KEYSTROKE_TOKENS[1] + count]);
}

function answer(times: readonly number[]): void {
  const megabytes = process.memoryUsage().rss / 1e6;
  process.send?.({ times, megabytes, peakMegabytes: (process.resourceUsage().maxRSS * 1024) / 1e6 } satisfies Answer);
}

process.on('disconnect', () => process.exit(0));
main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
