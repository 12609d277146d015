import manifest from '../package.json';
import texts from '../package.nls.json';

/** The `contributes` of package.json, with its texts in English. */
export const CONTRIBUTES = withTexts(manifest.contributes);

/** The value with its `%name%` placeholders replaced by their texts. */
function withTexts<T>(value: T): T {
  if (typeof value === 'string') {
    const name = /^%(.+)%$/.exec(value)?.[1];
    return name === undefined ? value : ((texts as Readonly<Record<string, string>>)[name] as T);
  }
  if (Array.isArray(value)) return value.map(withTexts) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTexts(item)])) as T;
}

/** A setting's declaration in package.json, the only place with its type, default and bounds. */
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
  ...CONTRIBUTES.configuration.map(({ properties }) => properties),
);

/** Validates a setting's value: one of the wrong type counts as unset, one out of bounds is clamped. */
export function withinSchema(value: unknown, schema: SettingSchema): unknown {
  const types = [schema.type].flat();
  if (schema.enum) return schema.enum.includes(value) ? value : schema.default;
  if (typeof value !== 'number') return types.includes(typeOf(value)) ? value : schema.default;
  const isInteger = types.includes('integer');
  if (Number.isNaN(value) || !(isInteger || types.includes('number'))) return schema.default;
  const bounded = Math.min(Math.max(value, schema.minimum ?? -Infinity), schema.maximum ?? Infinity);
  return isInteger ? Math.round(bounded) : bounded;
}

/** The JSON Schema type of a value. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
