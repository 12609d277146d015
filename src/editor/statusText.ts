import type { EngineHealth } from '../engine/process/client';
import { because, type EnergySaving } from './energySaving/energySaving';
import type { Status } from './status';

export interface Circumstances {
  readonly health: EngineHealth;
  /** A generation is running. */
  readonly busy: boolean;
  /** Why energy is saved, if it is. */
  readonly energySaving?: EnergySaving;
  /** How things stand for the active document, if there is one. */
  readonly place?: {
    readonly languageId: string;
    readonly enabled: boolean;
    /** By `inkling.exclude`. */
    readonly excluded: boolean;
    /** Suggestions only when asked for. */
    readonly manual: boolean;
  };
}

/** What the status item should say. An error comes first: it is there even where ghost text is off. */
export function statusText({ health, busy, energySaving, place }: Circumstances): Status {
  if (health.state === 'error') return { kind: 'error', detail: `${health.message} ${remedy(health)}` };
  if (place?.enabled === false) {
    return { kind: 'off', detail: `Ghost text is off for the language “${place.languageId}”. Click to turn it on.` };
  }
  if (place?.excluded) return { kind: 'off', detail: 'Ghost text is off for this file (inkling.exclude).' };
  if (health.state === 'starting') return { kind: 'thinking', detail: 'The engine is starting.' };
  if (busy) return { kind: 'thinking', detail: 'Looking for a suggestion.' };
  const saving = energySaving ? `Does less ${because(energySaving)}. ` : '';
  const manner = `${saving}${place?.manual ? 'Suggests only when asked.' : 'Click to turn ghost text off.'}`;
  if (health.state === 'asleep') {
    return { kind: 'ready', detail: `The engine sleeps until the next suggestion. ${manner}` };
  }
  const { name, precision } = health.model;
  return { kind: 'ready', detail: `${name} (${precision}) is ready. ${manner}` };
}

function remedy({ retryInMs }: Extract<EngineHealth, { state: 'error' }>): string {
  if (retryInMs === undefined) return 'Run “Inkling: Choose Model”, or mend this and restart the engine.';
  return `It starts again by itself in ${Math.ceil(retryInMs / 1000)} s.`;
}
