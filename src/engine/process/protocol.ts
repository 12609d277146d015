import type { ModelChoice } from '../../gpt2/locateModel';
import type { Engine } from '../api';

/** The calls that travel over the pipe: all of `Engine` but its end. Of the tokenizer travels what it is made from. */
export type Method = Exclude<keyof Engine, 'dispose' | 'tokenizer'> | 'tokenizerSource';
export const METHODS: readonly Method[] = [
  'info',
  'tokenizerSource',
  'complete',
  'generate',
  'logits',
  'score',
  'explain',
  'inspect',
  'words',
  'stats',
  'remember',
];

/** From the extension host to the engine's process. */
export type ToEngine =
  | { readonly call: Method; readonly id: number; readonly request?: unknown }
  | { readonly cancel: number };

/** From the engine's process to the extension host. `failed` comes instead of `ready` and is the last message. */
export type FromEngine =
  | { readonly ready: true }
  | { readonly failed: string }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
  | { readonly id: number; readonly progress: unknown };

/** What the engine's process is started with, as its only argument, in JSON. */
export interface EngineArguments {
  readonly model: ModelChoice;
  /** Where to put what has to be compiled. */
  readonly cache: string;
  readonly threads: number;
}
