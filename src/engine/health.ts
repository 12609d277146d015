import type { ModelInfo } from './api';

/** The state of an engine, for the status item and the panel. */
export type EngineHealth<Model = ModelInfo> =
  /** No process; the next call starts one. */
  | { readonly state: 'asleep' }
  | { readonly state: 'starting' }
  | { readonly state: 'ready'; readonly model: Model }
  | EngineTrouble;

/** An engine that does not work at present. */
export interface EngineTrouble {
  readonly state: 'error';
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** Milliseconds until it tries again by itself; a call may make it do so earlier. Absent where it does not try. */
  readonly retryInMs?: number;
  /** The files of the model have changed since it was compiled: it has to be installed again. */
  readonly isDamaged?: boolean;
  /** The model server that fails, where it is one. */
  readonly server?: string;
}
