import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { flagName } from '../../src/cli/generationOptions';
import { decode } from '../../src/core/decoding/decode';
import { type GenerationConfig, type OptionName, rowOf } from '../../src/core/decoding/options';
import { DecodingRun } from '../../src/core/decoding/run';
import { resolve } from '../../src/core/decoding/validate';
import { gpt2Tokenizer } from '../../src/core/tokenizer';
import { CachedModel } from '../../src/engine/cachedModel';
import { openRandom } from '../support/models';
import type { Case, ModelCase } from './cases';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

/** A text of a search, as either side has it. */
export interface Found {
  readonly ids: readonly number[];
  readonly score?: number;
}

/** Inkling's side: random models, and what they answer. */
export class Inkling {
  readonly #folder: string;
  readonly #opened = new Map<string, Promise<Awaited<ReturnType<typeof openRandom>>>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder where both sides find a model. */
  async source(model: ModelCase): Promise<string> {
    return (await this.#open(model)).source;
  }

  /** A model as it is when it has read nothing. */
  async model(model: ModelCase): Promise<CachedModel> {
    return new CachedModel((await this.#open(model)).session, gpt2Tokenizer());
  }

  /** Logits after every token, read at once. */
  async everyPosition({ model, ids }: Case): Promise<Float32Array> {
    const [{ logits }] = await (await this.model(model)).forward([ids], { lastN: ids.length });
    return logits;
  }

  /** Logits after each chunk of a text that grows, the model keeping what it has read. */
  async steps({ model, chunks = [] }: Case): Promise<Float32Array[]> {
    const cached = await this.model(model);
    const rows: Float32Array[] = [];
    let ids: number[] = [];
    for (const chunk of chunks) {
      ids = [...ids, ...chunk];
      rows.push((await cached.forward([ids]))[0].logits);
    }
    return rows;
  }

  /**
   * What the processors make of each step of a text that the other side has written.
   * @param raw the other side's logits before its processors, so that only the processors are compared; with guidance,
   *   which asks the model a second time, the model's own are taken
   */
  async processed(
    { model, ids, config = {} }: Case,
    written: readonly number[],
    raw: Float32Array,
  ): Promise<Float32Array[]> {
    const own = await this.model(model);
    const { vocabSize, contextLength } = own;
    const recorded = {
      vocabSize,
      contextLength,
      forward: async ([text]: readonly (readonly number[])[]) => {
        const step = text.length - ids.length;
        return [{ logits: raw.slice(step * vocabSize, (step + 1) * vocabSize) }];
      },
    };
    const resolved = resolve(config, { promptLength: ids.length, vocabSize });
    const run = new DecodingRun(resolved.guidanceScale === 1 ? recorded : own, ids, resolved, {});
    const rows: Float32Array[] = [];
    for (let step = 0; step < raw.length / vocabSize; step++) {
      const text = [...ids, ...written.slice(0, step)];
      const [{ scores }] = await run.next([text]);
      run.process(text, scores);
      rows.push(scores.slice());
    }
    return rows;
  }

  /** How often each token was drawn first. */
  async draws({ model, ids, config }: Case, count: number): Promise<number[]> {
    const cached = await this.model(model);
    const { sequences } = await decode(cached, ids, { ...config, seed: 7, numReturnSequences: count });
    const counts = new Array<number>(cached.vocabSize).fill(0);
    for (const sequence of sequences) counts[sequence.ids[0]]++;
    return counts;
  }

  /** Whether the options leave no token. */
  async refuses(one: Case): Promise<boolean> {
    return this.texts(one).then(
      () => false,
      (error: Error) => error.message.startsWith('No token is possible'),
    );
  }

  async texts({ model, ids, config }: Case): Promise<readonly Found[]> {
    return (await decode(await this.model(model), ids, config)).sequences;
  }

  /** Cases of one model and one config, answered by one run of the command line. */
  async terminal(cases: readonly Case[]): Promise<Record<string, unknown>[]> {
    const [{ model, config }] = cases;
    const { compiled } = await this.#open(model);
    const flags = config ? ['generate', ...flagsOf(config)] : ['explain', '--top-k', '20'];
    const input = cases.map(({ text }) => `${JSON.stringify({ text })}\n`).join('');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [CLI, ...flags, '--jsonl', '--model', compiled, '--threads', '1'],
      { input, encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    if (stderr !== '') throw new Error(`inkling ${flags.join(' ')}: ${stderr}`);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.values()) await (await opened).session.close();
  }

  #open({ shape, seed }: ModelCase) {
    const key = `${seed} ${JSON.stringify(shape)}`;
    const opened = this.#opened.get(key) ?? openRandom(this.#folder, shape, seed);
    this.#opened.set(key, opened);
    return opened;
  }
}

/** A config as a terminal takes it. */
function flagsOf(config: GenerationConfig): string[] {
  return Object.entries(config).flatMap(([name, value]) => {
    const flag = flagName(name as OptionName);
    switch (rowOf(name as OptionName).spelling) {
      case 'yes':
        return [flag];
      case 'json':
        return [flag, JSON.stringify(value)];
      default:
        return [flag, String(value)];
    }
  });
}
