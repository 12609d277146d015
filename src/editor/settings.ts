import type { WorkspaceConfiguration } from 'vscode';
import { contributes } from '../../package.json';
import type { Precision } from '../engine/api';

/** `inkling.*`, typed and within bounds. The manifest is the one place that states defaults and bounds. */
export interface Settings {
  readonly enable: Readonly<Record<string, boolean>>;
  readonly ghostText: { readonly maxTokens: number; readonly minConfidence: number };
  readonly model: ModelSettings;
  readonly engine: { readonly idleMinutes: number };
}

export interface ModelSettings {
  /** Folder of the model; empty for the one that comes with Inkling. */
  readonly path: string;
  readonly precision: Precision;
  readonly threads: number;
}

interface Schema {
  readonly type: string;
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
    ghostText: { maxTokens: read('ghostText.maxTokens'), minConfidence: read('ghostText.minConfidence') },
    model: { path: read('model.path'), precision: read('model.precision'), threads: read('model.threads') },
    engine: { idleMinutes: read('engine.idleMinutes') },
  };
}

/** Whether ghost text is wanted in a language: its own entry, else that of `*`. */
export function isEnabledFor(enable: Settings['enable'], languageId: string): boolean {
  return enable[languageId] ?? enable['*'] ?? false;
}

function sanitize(value: unknown, schema: Schema): unknown {
  if (schema.enum) return schema.enum.includes(value) ? value : schema.default;
  if (schema.type === 'number' || schema.type === 'integer') {
    if (typeof value !== 'number' || Number.isNaN(value)) return schema.default;
    const bounded = Math.min(Math.max(value, schema.minimum ?? -Infinity), schema.maximum ?? Infinity);
    return schema.type === 'integer' ? Math.round(bounded) : bounded;
  }
  return typeof value === schema.type && value !== null ? value : schema.default;
}
