import type { Suppression } from '../core/ghostText/suppression';
import type { ModelInfo } from '../engine/api';
import { type EngineHealth, SOONEST_MS } from '../engine/process/client';
import { because, type EnergySaving } from './energySaving/energySaving';

/** What the status item says. `detail` is one sentence; for an error it names the trouble and what to do about it. */
export interface Status {
  readonly kind: 'ready' | 'thinking' | 'off' | 'error';
  readonly detail: string;
}

export interface Circumstances {
  readonly health: EngineHealth;
  /** A generation is running. */
  readonly busy: boolean;
  /** Why energy is saved, if it is. */
  readonly energySaving?: EnergySaving;
  /** Why there is no ghost text in the active document, wherever the cursor is. */
  readonly off?: Suppression;
  /** Suggestions only when asked for. */
  readonly manual?: boolean;
  /** The machine that runs the model, where it is not the one that the writer sits at. */
  readonly remote?: string;
  /** Until when there are no suggestions, as a time of day. */
  readonly quietUntil?: string;
}

/** What the status item should say. An error comes first: it is there even where ghost text is off. */
export function statusText({ health, busy, energySaving, off, manual, remote, quietUntil }: Circumstances): Status {
  if (health.state === 'error') return { kind: 'error', detail: `${health.message} ${remedy(health)}` };
  if (off) return { kind: 'off', detail: off.message };
  if (quietUntil !== undefined) return { kind: 'off', detail: `No suggestions until ${quietUntil}, unless you ask.` };
  if (health.state === 'starting') return { kind: 'thinking', detail: 'The engine is starting.' };
  if (busy) return { kind: 'thinking', detail: 'Looking for a suggestion.' };
  const sentences = [
    health.state === 'asleep' ? 'The engine sleeps until the next suggestion.' : readyText(health.model),
    ...(health.state === 'ready' && health.model.server ? [] : [machineText(remote)]),
    ...(energySaving ? [`Does less ${because(energySaving)}.`] : []),
    ...(manual ? ['Suggests only when asked.'] : []),
  ];
  return { kind: 'ready', detail: sentences.join(' ') };
}

function machineText(remote: string | undefined): string {
  return remote === undefined ? 'The model runs on this machine.' : `The model runs on the remote machine (${remote}).`;
}

function readyText(model: ModelInfo): string {
  if (!model.server) return `${model.name} (${model.precision}) is ready.`;
  const { host, lacks } = model.server;
  const text = `${model.name} on ${host} is ready; the text around the cursor is sent there.`;
  if (!lacks.includes('logprobs')) return text;
  return `${text} It gives no probabilities, so suggestions come only when asked for.`;
}

function remedy({ retryInMs, server }: Extract<EngineHealth, { state: 'error' }>): string {
  if (server !== undefined) {
    const again = retryInMs === undefined ? '' : `It is asked again in ${Math.ceil(retryInMs / 1000)} s. `;
    return `${again}“Inkling: Use the Model Here” goes on without it.`;
  }
  if (retryInMs === undefined) return 'Run “Inkling: Choose Model”, or mend this and restart the engine.';
  const sooner = retryInMs > SOONEST_MS ? ', or sooner when you write on' : '';
  return `It starts again by itself in ${Math.ceil(retryInMs / 1000)} s${sooner}.`;
}
