import { quoted } from './byteSource';

/** A Python tuple; a list is an array, a dict (and an OrderedDict) a Map, a bytes object a Uint8Array. */
export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** An object that is not looked into: what a call of a harmless global that is no weight made. */
export class Inert {
  constructor(readonly of: string) {}
}

/** A class or function that a pickle names. It is never looked up anywhere: it is what the reader's own table says. */
export interface Global {
  /** `module.name` */
  readonly name: string;
  /** What calling it with these arguments stands for. */
  readonly call: (args: readonly unknown[]) => unknown;
}

/** What a pickle may refer to beyond itself. */
export interface PickleContext {
  /** What messages call the pickle's file. */
  readonly file: string;
  /** @throws UnsupportedModelError for any name that is not known to be harmless */
  global(module: string, name: string): Global;
  /** The object that a persistent id stands for. */
  persistent(id: unknown): unknown;
}

/** `module.name` for a message. */
export function globalName(module: string, name: string): string {
  return `${quoted(module)}.${quoted(name)}`;
}

/** A key as text; what is no text or number is not spelled out, as it may be of any size. */
export function keyText(key: unknown): string {
  return ['string', 'number', 'bigint'].includes(typeof key) ? String(key) : typeof key;
}

/** Whether a value of a pickle is a global that may be called. */
export function isGlobal(value: unknown): value is Global {
  return typeof value === 'object' && value !== null && 'call' in value && typeof value.call === 'function';
}
