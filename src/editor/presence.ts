import type { ModelInfo } from '../engine/api';
import type { Status } from './status';

/** How the engine is, as the writer should hear it. */
export type EngineHealth =
  | { readonly state: 'asleep' }
  | { readonly state: 'starting' }
  | { readonly state: 'ready'; readonly model: ModelInfo }
  /** `message` says what is wrong and what to do. */
  | { readonly state: 'error'; readonly message: string };

export interface Circumstances {
  readonly health: EngineHealth;
  /** A generation is running. */
  readonly busy: boolean;
  /** The language of the active document, if there is one, and whether ghost text is on for it. */
  readonly languageId: string | undefined;
  readonly enabled: boolean;
}

/** What the status item should say. An error comes first: it is there even where ghost text is off. */
export function presence({ health, busy, languageId, enabled }: Circumstances): Status {
  if (health.state === 'error') return { kind: 'error', detail: health.message };
  if (languageId !== undefined && !enabled) {
    return { kind: 'off', detail: `Ghost text is off for the language “${languageId}”. Click to turn it on.` };
  }
  if (health.state === 'starting') return { kind: 'thinking', detail: 'The engine is starting.' };
  if (busy) return { kind: 'thinking', detail: 'Looking for a suggestion.' };
  if (health.state === 'asleep') return { kind: 'ready', detail: 'The engine sleeps until the next suggestion.' };
  const { name, precision } = health.model;
  return { kind: 'ready', detail: `${name} (${precision}) is ready. Click to turn ghost text off.` };
}
