import { quoted } from './byteSource';

/** A Python tuple. Lists are arrays, dicts (and OrderedDicts) Maps, bytes objects Uint8Arrays. */
export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** An opaque object: the result of calling a harmless global that is no weight. */
export class Inert {
  constructor(readonly of: string) {}
}

/** A class or function named in a pickle. It is never imported; the reader's own table says what it stands for. */
export interface Global {
  /** `module.name` */
  readonly name: string;
  /** What a call with these arguments stands for. */
  readonly call: (args: readonly unknown[]) => unknown;
}

/** Resolves references from a pickle to the outside. */
export interface PickleContext {
  /** Name of the file, for messages. */
  readonly file: string;
  /** @throws UnsupportedModelError for names not known to be harmless */
  global(module: string, name: string): Global;
  /** The object for a persistent id. */
  persistent(id: unknown): unknown;
}

/** `module.name`, for messages. */
export function globalName(module: string, name: string): string {
  return `${quoted(module)}.${quoted(name)}`;
}

/** A key as text; values other than strings and numbers are not spelled out, as they may be huge. */
export function keyText(key: unknown): string {
  return ['string', 'number', 'bigint'].includes(typeof key) ? String(key) : typeof key;
}

/** Whether a value is a global, and thus may be called. */
export function isGlobal(value: unknown): value is Global {
  return typeof value === 'object' && value !== null && 'call' in value && typeof value.call === 'function';
}
