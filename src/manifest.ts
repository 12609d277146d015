import { contributes } from '../package.json';

/** What the manifest says of a setting: its type, default and bounds are stated there alone. */
export interface SettingSchema {
  readonly type: string | readonly string[];
  readonly default: unknown;
  readonly scope?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly enumDescriptions?: readonly string[];
  readonly markdownDescription?: string;
}

/** All settings by their full name, such as `inkling.ghostText.mode`. */
export const SETTINGS: Readonly<Record<string, SettingSchema>> = Object.assign(
  {},
  ...contributes.configuration.map(({ properties }) => properties),
);

/** The value of a setting: one of the wrong type counts as not set, one out of bounds as the bound. */
export function withinSchema(value: unknown, schema: SettingSchema): unknown {
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
