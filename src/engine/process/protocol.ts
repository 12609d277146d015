import * as v from 'valibot';
import type { Wording } from '../../core/text/locale';
import type { ModelChoice } from '../../gpt2/locateModel';
import type { Engine } from '../api';

/** Calls sent over the pipe: all of `Engine` except `dispose`. For the tokenizer its source is sent. */
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
  /** Requests a sign of life. */
  v.object({ ping: v.literal(true) }),
]);

const fromEngine = v.union([
  v.object({ ready: v.literal(true) }),
  /** Sent instead of `ready`, as the last message. */
  v.object({
    failed: v.string(),
    /** Whether the model's files were changed, so that it must be compiled again. */
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

/** Validates a message from the extension host; undefined if invalid. */
export function readToEngine(data: unknown): ToEngine | undefined {
  const result = v.safeParse(toEngine, data);
  return result.success ? result.output : undefined;
}

/** Validates a message from the engine's process; undefined if invalid. */
export function readFromEngine(data: unknown): FromEngine | undefined {
  const result = v.safeParse(fromEngine, data);
  return result.success ? result.output : undefined;
}

/** Arguments of the engine's process, passed as JSON. */
export interface EngineArguments {
  readonly model: ModelChoice;
  /** Cache folder for compiled models. */
  readonly cache: string;
  readonly threads: number;
  /** Language of error messages; English if absent. */
  readonly wording?: Wording;
}
