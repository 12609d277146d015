import { UnsupportedModelError } from '../errors';
import { CutShortError, quoted } from './byteSource';

/** A Python tuple; a list is an array, a dict (and an OrderedDict) a Map, a bytes object a Uint8Array. */
export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
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

/** A real state dict has some thirty steps a tensor. */
const MOST_STEPS = 2_000_000;
/** Digits or bytes of an integer that are read; longer ones are quadratic work. */
const LONGEST_INTEGER = 1000;
const HIGHEST_PROTOCOL = 5;

/**
 * Reads one pickle. The machine knows lists, dicts, tuples, strings and numbers; everything else is in the hands of the
 * context, which makes inert values of the few names it knows. No step calls, imports or looks up anything, and the
 * work is linear in the bytes. https://github.com/python/cpython/blob/3.13/Lib/pickletools.py
 * @param from where it begins in `bytes`
 * @returns the value, and where the pickle ends
 * @throws UnsupportedModelError when it is malformed or asks for more than this; CutShortError when it has no end
 */
export function readPickle(bytes: Uint8Array, from: number, context: PickleContext): { value: unknown; end: number } {
  const machine = new Machine(new Reader(bytes, from, context.file), context);
  return { value: machine.run(), end: machine.end };
}

/** The bytes of the opcodes and their arguments. */
class Reader {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly file: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    return this.bytes.subarray(this.#skip(length), this.at);
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint64(): number {
    const value = this.#view.getBigUint64(this.#skip(8), true);
    // No file is as long as that, so what follows cannot be there.
    return value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : Number(value);
  }

  float64(): number {
    return this.#view.getFloat64(this.#skip(8));
  }

  /** Up to the next newline, which is read too. */
  line(): string {
    const end = this.bytes.indexOf(NEWLINE, this.at);
    if (end < 0) {
      throw new CutShortError(
        `${this.file} is cut short (truncated): its pickle goes on past the end and has no STOP.`,
      );
    }
    const line = this.take(end - this.at);
    this.at++;
    return decode(line);
  }

  #skip(length: number): number {
    const from = this.at;
    if (from + length > this.bytes.length) {
      throw new CutShortError(
        `${this.file} is cut short (truncated): its pickle goes on past the end and has no STOP.`,
      );
    }
    this.at = from + length;
    return from;
  }
}

const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

class Machine {
  readonly #stack: unknown[] = [];
  /** Where in the stack the open marks lie. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();

  readonly #reader: Reader;
  readonly #context: PickleContext;

  constructor(reader: Reader, context: PickleContext) {
    this.#reader = reader;
    this.#context = context;
  }

  get end(): number {
    return this.#reader.at;
  }

  run(): unknown {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const opcode = String.fromCharCode(this.#reader.uint8());
      if (opcode === '.') {
        return this.#pop();
      }
      const act = OPCODES.get(opcode);
      if (!act) {
        throw this.#malformed(`opcode 0x${opcode.charCodeAt(0).toString(16)} is not one that weights need`);
      }
      act(this, this.#reader);
    }
    throw this.#malformed(`it takes more than ${MOST_STEPS.toLocaleString('en')} steps`);
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    return this.#pop();
  }

  top(): unknown {
    this.#requireOne();
    return this.#stack[this.#stack.length - 1];
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** What lies above the last mark. */
  popToMark(): unknown[] {
    const from = this.#marks.pop();
    if (from === undefined) {
      throw this.#malformed('a mark is missing');
    }
    return this.#stack.splice(from);
  }

  /** POP takes a mark where one is on top. */
  discard(): void {
    if (this.#marks.at(-1) === this.#stack.length) {
      this.#marks.pop();
    } else {
      this.#pop();
    }
  }

  remember(index: number): void {
    this.#memo.set(index, this.top());
  }

  memoize(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) {
      throw this.#malformed(`memo index ${index} was never set`);
    }
    this.push(this.#memo.get(index));
  }

  tuple(length: number): void {
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) {
      items.unshift(this.#pop());
    }
    this.push(new Tuple(items));
  }

  append(values: readonly unknown[]): void {
    const list = this.top();
    if (Array.isArray(list)) {
      for (const value of values) {
        list.push(value);
      }
    } else if (!(list instanceof Inert)) {
      throw this.#malformed('something is appended to what is no list');
    }
  }

  setItems(pairs: readonly unknown[]): void {
    const dict = this.top();
    if (pairs.length % 2 !== 0) {
      throw this.#malformed('a key has no value');
    }
    if (dict instanceof Map) {
      for (let i = 0; i < pairs.length; i += 2) {
        dict.set(pairs[i], pairs[i + 1]);
      }
    } else if (!(dict instanceof Inert)) {
      throw this.#malformed('an item is set in what is no dict');
    }
  }

  integer(text: string): number | bigint {
    if (text.length > LONGEST_INTEGER || !/^[+-]?\d+L?$/.test(text)) {
      throw this.#malformed('an integer is malformed or too long');
    }
    return narrow(BigInt(text.replace('L', '')));
  }

  /** A little-endian two's complement integer of any length. */
  longInteger(bytes: Uint8Array): number | bigint {
    if (bytes.length > LONGEST_INTEGER) {
      throw this.#malformed('an integer is too long');
    }
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) {
      value = (value << 8n) | BigInt(bytes[i]);
    }
    const negative = bytes.length > 0 && bytes[bytes.length - 1] >= 0x80;
    return narrow(negative ? value - (1n << BigInt(8 * bytes.length)) : value);
  }

  length(value: number): number {
    if (value < 0) {
      throw this.#malformed(`a length is negative (${value})`);
    }
    return value;
  }

  protocol(version: number): void {
    if (version > HIGHEST_PROTOCOL) {
      throw this.#malformed(`it is of protocol ${version}, and ${HIGHEST_PROTOCOL} is the newest there is`);
    }
  }

  /** A frame only tells how much to read ahead; it has to be there all the same. */
  frame(length: number): void {
    if (this.#reader.at + length > this.#reader.bytes.length) {
      throw new CutShortError(`${this.#context.file} is cut short: a frame of its pickle ends beyond it.`);
    }
  }

  global(module: unknown, name: unknown): Global {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.#malformed('the name of a global is no text');
    }
    return this.#context.global(module, name);
  }

  call(callee: unknown, args: readonly unknown[]): void {
    if (!isGlobal(callee)) {
      throw this.#malformed('something is called that is no global');
    }
    this.push(callee.call(args));
  }

  /** The arguments of a call, which come as a tuple. */
  arguments(): readonly unknown[] {
    const args = this.#pop();
    if (!(args instanceof Tuple)) {
      throw this.#malformed('the arguments of a call are no tuple');
    }
    return args.items;
  }

  persistent(): void {
    this.push(this.#context.persistent(this.#pop()));
  }

  refuse(what: string): never {
    throw this.#malformed(what);
  }

  #pop(): unknown {
    this.#requireOne();
    return this.#stack.pop();
  }

  /** Nothing may be taken from below a mark. */
  #requireOne(): void {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) {
      throw this.#malformed('its stack is empty');
    }
  }

  #malformed(what: string): UnsupportedModelError {
    return new UnsupportedModelError(`${this.#context.file} holds no pickle that Inkling reads: ${what}.`);
  }
}

/** An object that is not looked into: what a call of a harmless global that is no weight made. */
export class Inert {
  constructor(readonly of: string) {}
}

function isGlobal(value: unknown): value is Global {
  return typeof value === 'object' && value !== null && 'call' in value && typeof value.call === 'function';
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

type Act = (machine: Machine, reader: Reader) => void;

/** What each opcode does. Those that are left out call, build or look up things, or refer to what is outside the file. */
const OPCODES: ReadonlyMap<string, Act> = new Map<string, Act>([
  ['\x80', (m, r) => m.protocol(r.uint8())],
  ['\x95', (m, r) => m.frame(r.uint64())],
  // Constants and numbers
  ['N', (m) => m.push(null)],
  ['\x88', (m) => m.push(true)],
  ['\x89', (m) => m.push(false)],
  ['I', (m, r) => m.push(integerOrBoolean(m, r.line()))],
  ['L', (m, r) => m.push(m.integer(r.line()))],
  ['F', (m, r) => m.push(Number(r.line()))],
  ['J', (m, r) => m.push(r.int32())],
  ['K', (m, r) => m.push(r.uint8())],
  ['M', (m, r) => m.push(r.uint16())],
  ['G', (m, r) => m.push(r.float64())],
  ['\x8a', (m, r) => m.push(m.longInteger(r.take(r.uint8())))],
  ['\x8b', (m, r) => m.push(m.longInteger(r.take(m.length(r.int32()))))],
  // Text and bytes
  ['S', (m, r) => m.push(unquoted(r.line()))],
  ['T', (m, r) => m.push(decode(r.take(m.length(r.int32()))))],
  ['U', (m, r) => m.push(decode(r.take(r.uint8())))],
  ['V', (m, r) => m.push(r.line())],
  ['X', (m, r) => m.push(decode(r.take(r.uint32())))],
  ['\x8c', (m, r) => m.push(decode(r.take(r.uint8())))],
  ['\x8d', (m, r) => m.push(decode(r.take(r.uint64())))],
  ['B', (m, r) => m.push(r.take(r.uint32()))],
  ['C', (m, r) => m.push(r.take(r.uint8()))],
  ['\x8e', (m, r) => m.push(r.take(r.uint64()))],
  ['\x96', (m, r) => m.push(r.take(r.uint64()))],
  // Tuples, lists, dicts, sets
  [')', (m) => m.tuple(0)],
  ['\x85', (m) => m.tuple(1)],
  ['\x86', (m) => m.tuple(2)],
  ['\x87', (m) => m.tuple(3)],
  ['t', (m) => m.push(new Tuple(m.popToMark()))],
  [']', (m) => m.push([])],
  ['l', (m) => m.push(m.popToMark())],
  ['a', (m) => appendOne(m)],
  ['e', (m) => appendAll(m)],
  ['}', (m) => m.push(new Map())],
  ['d', (m) => makeDict(m)],
  ['s', (m) => setOne(m)],
  ['u', (m) => setAll(m)],
  ['\x8f', (m) => m.push([])],
  ['\x90', (m) => appendAll(m)],
  ['\x91', (m) => m.push(m.popToMark())],
  // Stack and memo
  ['(', (m) => m.mark()],
  ['0', (m) => m.discard()],
  ['1', (m) => void m.popToMark()],
  ['2', (m) => m.push(m.top())],
  ['p', (m, r) => m.remember(Number(m.integer(r.line())))],
  ['q', (m, r) => m.remember(r.uint8())],
  ['r', (m, r) => m.remember(r.uint32())],
  ['\x94', (m) => m.memoize()],
  ['g', (m, r) => m.recall(Number(m.integer(r.line())))],
  ['h', (m, r) => m.recall(r.uint8())],
  ['j', (m, r) => m.recall(r.uint32())],
  // What is beyond the pickle
  ['c', (m, r) => m.push(m.global(r.line(), r.line()))],
  ['\x93', (m) => stackGlobal(m)],
  ['i', (m, r) => m.call(m.global(r.line(), r.line()), m.popToMark())],
  ['R', (m) => callTop(m)],
  ['\x81', (m) => callTop(m)],
  ['Q', (m) => m.persistent()],
  ['b', (m) => void m.pop()],
  [
    '\x82',
    (m, r) => m.refuse(`it names global number ${r.uint8()} of Python's extension registry (an extension code)`),
  ],
  [
    '\x83',
    (m, r) => m.refuse(`it names global number ${r.uint16()} of Python's extension registry (an extension code)`),
  ],
  [
    '\x84',
    (m, r) => m.refuse(`it names global number ${r.int32()} of Python's extension registry (an extension code)`),
  ],
]);

function integerOrBoolean(machine: Machine, text: string): number | bigint | boolean {
  return text === '00' || text === '01' ? text === '01' : machine.integer(text);
}

function unquoted(text: string): string {
  return /^['"]/.test(text) && text.length > 1 && text.endsWith(text[0]) ? text.slice(1, -1) : text;
}

function appendOne(machine: Machine): void {
  const value = machine.pop();
  machine.append([value]);
}

function appendAll(machine: Machine): void {
  const values = machine.popToMark();
  machine.append(values);
}

function setOne(machine: Machine): void {
  const value = machine.pop();
  const key = machine.pop();
  machine.setItems([key, value]);
}

function setAll(machine: Machine): void {
  const pairs = machine.popToMark();
  machine.setItems(pairs);
}

function makeDict(machine: Machine): void {
  const pairs = machine.popToMark();
  machine.push(new Map());
  machine.setItems(pairs);
}

function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  const module = machine.pop();
  machine.push(machine.global(module, name));
}

/** REDUCE and NEWOBJ differ in what Python does; here both say what a global stands for with these arguments. */
function callTop(machine: Machine): void {
  const args = machine.arguments();
  machine.call(machine.pop(), args);
}

/** `module.name` for a message. */
export function globalName(module: string, name: string): string {
  return `${quoted(module)}.${quoted(name)}`;
}
