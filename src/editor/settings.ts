import type { WorkspaceConfiguration } from 'vscode';
import { contributes } from '../../package.json';
import type { Precision } from '../engine/api';
import type { SaveEnergy } from './energySaving/energySaving';

/** `inkling.*`, typed and within bounds. The manifest is the one place that states defaults and bounds. */
export interface Settings {
  readonly enable: Readonly<Record<string, boolean>>;
  /** Glob patterns of files without ghost text. */
  readonly exclude: Readonly<Record<string, boolean>>;
  readonly ghostText: {
    readonly mode: 'automatic' | 'manual';
    readonly maxTokens: number;
    readonly triggerRate: number;
    readonly minWordConfidence: number;
    readonly lookAhead: boolean;
    readonly learn: boolean;
    readonly blockedWords: readonly string[];
  };
  readonly continueWriting: {
    readonly maxTokens: number;
    readonly preset: string;
    readonly temperature: number | null;
    readonly seed: number | null;
  };
  readonly heatMap: { readonly style: 'tint' | 'underline'; readonly unit: 'token' | 'word' };
  readonly model: ModelSettings;
  /** Both empty unless the writer has set them. */
  readonly hub: { readonly endpoint: string; readonly token: string };
  readonly engine: { readonly idleMinutes: number; readonly saveEnergy: SaveEnergy };
}

export interface ModelSettings {
  /** Folder of the model; empty for the one that comes with Inkling. */
  readonly path: string;
  readonly precision: Precision;
  readonly threads: number;
  /** Keep what was downloaded after installing a model. */
  readonly keepDownload: boolean;
  /** Offer GPT-2 on the first start. */
  readonly offer: boolean;
}

interface Schema {
  readonly type: string | readonly string[];
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
}

const schemas: Readonly<Record<string, Schema>> = contributes.configuration.properties;

/** Reads the section `inkling`; a value of the wrong type counts as not set, one out of bounds as the bound. */
export function readSettings(config: Pick<WorkspaceConfiguration, 'get'>): Settings {
  const read = <T>(key: string): T => sanitize(config.get(key), schemas[`inkling.${key}`]) as T;
  return {
    enable: read('enable'),
    exclude: read('exclude'),
    ghostText: {
      mode: read('ghostText.mode'),
      maxTokens: read('ghostText.maxTokens'),
      triggerRate: read('ghostText.triggerRate'),
      minWordConfidence: read('ghostText.minWordConfidence'),
      lookAhead: read('ghostText.lookAhead'),
      learn: read('ghostText.learn'),
      blockedWords: read<unknown[]>('ghostText.blockedWords').filter((word) => typeof word === 'string'),
    },
    continueWriting: {
      maxTokens: read('continueWriting.maxTokens'),
      preset: read('continueWriting.preset'),
      temperature: read('continueWriting.temperature'),
      seed: read('continueWriting.seed'),
    },
    heatMap: { style: read('heatMap.style'), unit: read('heatMap.unit') },
    model: {
      path: read('model.path'),
      precision: read('model.precision'),
      threads: read('model.threads'),
      keepDownload: read('model.keepDownload'),
      offer: read('model.offer'),
    },
    hub: { endpoint: read('hub.endpoint'), token: read('hub.token') },
    engine: { idleMinutes: read('engine.idleMinutes'), saveEnergy: read('engine.saveEnergy') },
  };
}

/** Whether ghost text is wanted in a language: its own entry, else that of `*`. */
export function isEnabledFor(enable: Settings['enable'], languageId: string): boolean {
  return enable[languageId] ?? enable['*'] ?? false;
}

function sanitize(value: unknown, schema: Schema): unknown {
  const types = [schema.type].flat();
  if (schema.enum) return schema.enum.includes(value) ? value : schema.default;
  if (typeof value !== 'number') return types.includes(typeOf(value)) ? value : schema.default;
  const isInteger = types.includes('integer');
  if (Number.isNaN(value) || !(isInteger || types.includes('number'))) return schema.default;
  const bounded = Math.min(Math.max(value, schema.minimum ?? -Infinity), schema.maximum ?? Infinity);
  return isInteger ? Math.round(bounded) : bounded;
}

/** The type as JSON Schema names it. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
