import * as l10n from '@vscode/l10n';
import type { Suppression } from '../core/ghostText/suppression';
import { whole } from '../core/text/locale';
import type { ModelInfo } from '../engine/api';
import type { EngineHealth } from '../engine/health';
import { SOONEST_MS } from '../engine/process/restartSchedule';
import { because, type EnergySaving } from './energySaving/energySaving';

/** The text of the status item. `detail` is one sentence; for an error it names the problem and what to do about it. */
export interface Status {
  readonly kind: 'ready' | 'thinking' | 'off' | 'error';
  readonly detail: string;
}

export interface Circumstances {
  readonly health: EngineHealth;
  /** Whether a generation is running. */
  readonly busy: boolean;
  /** Why energy is saved, if it is. */
  readonly energySaving?: EnergySaving;
  /** Why the active document has no ghost text anywhere. */
  readonly off?: Suppression;
  /** Whether suggestions are made on request only. */
  readonly manual?: boolean;
  /** The machine that runs the model, if it is not the writer's own. */
  readonly remote?: string;
  /** Host of the model server in use, if any. */
  readonly server?: string;
  /** End of the pause of suggestions, as a time of day. */
  readonly quietUntil?: string;
}

/** The status to show. Errors come first, even where ghost text is off. */
export function statusText(circumstances: Circumstances): Status {
  const { health, busy, energySaving, off, manual, remote, server, quietUntil } = circumstances;
  if (health.state === 'error') return { kind: 'error', detail: `${health.message} ${remedy(health)}` };
  if (off) return { kind: 'off', detail: off.message };
  if (quietUntil !== undefined) {
    return { kind: 'off', detail: l10n.t('No suggestions until {0}, unless you ask.', quietUntil) };
  }
  if (health.state === 'starting') return { kind: 'thinking', detail: l10n.t('The engine is starting.') };
  if (busy) return { kind: 'thinking', detail: l10n.t('Looking for a suggestion.') };
  const sentences = [
    health.state === 'asleep' ? asleepText(server) : readyText(health.model),
    ...(server === undefined ? [machineText(remote)] : []),
    ...(energySaving ? [l10n.t('Inkling does less, to save energy.'), because(energySaving)] : []),
    ...(manual ? [l10n.t('Inkling suggests only when asked.')] : []),
  ];
  return { kind: 'ready', detail: sentences.join(' ') };
}

function asleepText(server: string | undefined): string {
  if (server === undefined) return l10n.t('The engine sleeps until the next suggestion.');
  return l10n.t('The model server {0} is asked with the next suggestion.', server);
}

function machineText(remote: string | undefined): string {
  return remote === undefined
    ? l10n.t('The model runs on this machine.')
    : l10n.t('The model runs on the remote machine ({0}).', remote);
}

function readyText(model: ModelInfo): string {
  if (!model.server) return l10n.t('{0} ({1}) is ready.', model.name, model.precision);
  const { host, lacks } = model.server;
  const text = l10n.t('{0} on {1} is ready; the text around the cursor is sent there.', model.name, host);
  if (!lacks.includes('logprobs')) return text;
  return `${text} ${l10n.t('It gives no probabilities, so suggestions come only when asked for.')}`;
}

function remedy({ retryInMs, server }: Extract<EngineHealth, { state: 'error' }>): string {
  const seconds = whole(Math.ceil((retryInMs ?? 0) / 1000));
  if (server !== undefined) {
    const without = l10n.t('“Inkling: Use the Model Here” goes on without it.');
    return retryInMs === undefined ? without : `${l10n.t('It is asked again in {0} s.', seconds)} ${without}`;
  }
  if (retryInMs === undefined) {
    return l10n.t('Run “Inkling: Choose Model”, or mend this and restart the engine.');
  }
  return retryInMs > SOONEST_MS
    ? l10n.t('It starts again by itself in {0} s, or sooner when you write on.', seconds)
    : l10n.t('It starts again by itself in {0} s.', seconds);
}
