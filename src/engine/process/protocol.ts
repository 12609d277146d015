import * as v from 'valibot';
import type { Wording } from '../../core/text/locale';
import type { ModelChoice } from '../../gpt2/locateModel';
import type { Engine } from '../api';

/** The calls that travel over the pipe: all of `Engine` but its end. Of the tokenizer travels what it is made from. */
export type Method = Exclude<keyof Engine, 'dispose' | 'tokenizer'> | 'tokenizerSource';
/** Those that run the model. */
export const MODEL_METHODS: readonly Method[] = [
  'complete',
  'generate',
  'logits',
  'score',
  'explain',
  'inspect',
  'words',
];
const METHODS: readonly Method[] = ['info', 'tokenizerSource', ...MODEL_METHODS, 'stats', 'remember', 'recall'];

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const toEngine = v.union([
  v.object({ call: v.picklist(METHODS), id: count, request: v.optional(v.unknown()) }),
  v.object({ cancel: count }),
  /** Asks for a sign of life. */
  v.object({ ping: v.literal(true) }),
]);

const fromEngine = v.union([
  v.object({ ready: v.literal(true) }),
  /** Comes instead of `ready` and is the last message. */
  v.object({
    failed: v.string(),
    /** The model's files are not what was written: it has to be made again. */
    damaged: v.optional(v.boolean()),
  }),
  v.object({ pong: v.literal(true) }),
  v.object({ id: count, progress: v.unknown() }),
  v.object({ id: count, error: v.object({ name: v.string(), message: v.string() }) }),
  v.object({ id: count, result: v.unknown() }),
]);

/** From the extension host to the engine's process. */
export type ToEngine = v.InferOutput<typeof toEngine>;
/** From the engine's process to the extension host. */
export type FromEngine = v.InferOutput<typeof fromEngine>;

/** A message from the extension host; undefined when it is none. */
export function readToEngine(data: unknown): ToEngine | undefined {
  const result = v.safeParse(toEngine, data);
  return result.success ? result.output : undefined;
}

/** A message from the engine's process; undefined when it is none. */
export function readFromEngine(data: unknown): FromEngine | undefined {
  const result = v.safeParse(fromEngine, data);
  return result.success ? result.output : undefined;
}

/** What the engine's process is started with, as its only argument, in JSON. */
export interface EngineArguments {
  readonly model: ModelChoice;
  /** Where to put what has to be compiled. */
  readonly cache: string;
  readonly threads: number;
  /** How to say what goes wrong; in English where it is left out. */
  readonly wording?: Wording;
}
