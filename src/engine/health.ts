import type { ModelInfo } from './api';

/** The state of an engine, for the status item and the panel. */
export type EngineHealth<Model = ModelInfo> =
  /** No process; the next call starts one. */
  | { readonly state: 'asleep' }
  | { readonly state: 'starting' }
  | { readonly state: 'ready'; readonly model: Model }
  | EngineTrouble;

/** An engine that does not work at the moment. */
export interface EngineTrouble {
  readonly state: 'error';
  /** The problem, in a sentence. */
  readonly message: string;
  /** Milliseconds until it retries automatically; a call may trigger that earlier. Absent if it does not retry. */
  readonly retryInMs?: number;
  /** Whether the model's files have changed since it was compiled, so that it must be installed again. */
  readonly isDamaged?: boolean;
  /** Host of the failing model server, if it is one. */
  readonly server?: string;
}
