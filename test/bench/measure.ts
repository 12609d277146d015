import { random } from '../support/randomModel';
import type { Answer, Task } from './child';
import type { RunningEngine } from './engines';

/** One line of the table. */
export interface Measurement {
  readonly label: string;
  /** More is better here, so that a ratio to the least would mislead. */
  readonly noRatio?: boolean;
  /** Samples of an engine, one for each round. */
  readonly samples: Map<string, number[]>;
}

export interface Plan {
  readonly rounds: number;
  readonly prefill: readonly number[];
  readonly decode: readonly number[];
  readonly decoded: number;
}

export const FULL: Plan = { rounds: 7, prefill: [128, 512, 1023], decode: [32, 512, 1000], decoded: 16 };
export const QUICK: Plan = { rounds: 3, prefill: [128, 512], decode: [512], decoded: 16 };

const VOCABULARY = 50_000;
const CACHED = 512;

/**
 * Runs every task on every engine in turn, round after round, so that whatever else the machine does falls on all
 * alike. Each round reads another text, so that no engine has seen it.
 */
export async function measure(
  running: readonly RunningEngine[],
  plan: Plan,
  eachRound: () => Promise<void>,
): Promise<Measurement[]> {
  const table = new Map<string, Measurement>();
  const note = (label: string, { engine }: RunningEngine, value: number) => {
    const row = table.get(label) ?? { label, samples: new Map<string, number[]>() };
    table.set(label, row);
    row.samples.set(engine.name, [...(row.samples.get(engine.name) ?? []), value]);
  };
  for (let round = 0; round < plan.rounds; round++) {
    console.error(`Round ${round + 1} of ${plan.rounds} ...`);
    await eachRound();
    const next = random(1000 + round);
    const text = (length: number) => Array.from({ length }, () => Math.floor(next() * VOCABULARY));
    const remembered = text(1000);
    // The text that stays is the same each round; only what is typed changes.
    const typed = text(2);
    const tasks: [Task, (answer: Answer, of: RunningEngine) => void][] = [
      ...plan.prefill.map((count): (typeof tasks)[number] => [
        { kind: 'prefill', ids: text(count) },
        ({ times }, of) => note(`cold prefill of ${count}, ms`, of, times[0]),
      ]),
      ...plan.decode.map((at): (typeof tasks)[number] => [
        { kind: 'decode', text: remembered.slice(0, at), count: plan.decoded },
        ({ times }, of) => note(`decode at ${at}, ms a token`, of, median(times)),
      ]),
      ...(['keystroke', 'generate'] as const).map((kind): (typeof tasks)[number] => [
        { kind, text: remembered.slice(0, CACHED), typed },
        ({ times }, of) => {
          const how = kind === 'generate' ? ', as its users call it' : '';
          note(`keystroke + 8${how}, ms`, of, times[0]);
          note(`keystroke + 16${how}, ms`, of, times[1]);
        },
      ]),
    ];
    for (const [task, take] of tasks) {
      // Only transformers.js has a way of its own to generate that its users know.
      const able = running.filter(({ engine }) => task.kind !== 'generate' || engine.kind === 'transformers');
      for (let i = 0; i < able.length; i++) {
        const each = able[(i + round) % able.length];
        take(await each.run(task), each);
      }
    }
  }
  return [...table.values()];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
