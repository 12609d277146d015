import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { CutShortError } from './byteSource';
import { type Global, Inert, isGlobal, type PickleContext, Tuple } from './pickleValues';

/** Limit of digits or bytes of an integer, as parsing takes quadratic time. */
const LONGEST_INTEGER = 1000;
const HIGHEST_PROTOCOL = 5;

/** Reads opcodes and their arguments. */
export class PickleReader {
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

  text(length: number): string {
    return UTF8.decode(this.take(length));
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
    // No file is that long, so whatever should follow is missing.
    return value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : Number(value);
  }

  float64(): number {
    return this.#view.getFloat64(this.#skip(8));
  }

  /** Reads up to and including the next newline. */
  line(): string {
    const end = this.bytes.indexOf(NEWLINE, this.at);
    if (end < 0) {
      throw this.#cutShort();
    }
    const line = this.take(end - this.at);
    this.at++;
    return UTF8.decode(line);
  }

  #cutShort(): CutShortError {
    return new CutShortError(
      l10n.t('{0} is cut short (truncated): its pickle goes on past the end and has no STOP.', this.file),
    );
  }

  #skip(length: number): number {
    const from = this.at;
    if (from + length > this.bytes.length) {
      throw this.#cutShort();
    }
    this.at = from + length;
    return from;
  }
}

const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Stack, marks and memo of the unpickler, and the effects of opcodes on them. */
export class PickleMachine {
  readonly #stack: unknown[] = [];
  /** Stack positions of the open marks. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();

  readonly #reader: PickleReader;
  readonly #context: PickleContext;

  constructor(reader: PickleReader, context: PickleContext) {
    this.#reader = reader;
    this.#context = context;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  top(): unknown {
    this.#requireOne();
    return this.#stack[this.#stack.length - 1];
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** Pops everything above the last mark. */
  popToMark(): unknown[] {
    const from = this.#marks.pop();
    if (from === undefined) {
      throw this.malformed('a mark is missing');
    }
    return this.#stack.splice(from);
  }

  /** POP removes a mark if one is on top. */
  discard(): void {
    if (this.#marks.at(-1) === this.#stack.length) {
      this.#marks.pop();
    } else {
      this.pop();
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
      throw this.malformed(`memo index ${index} was never set`);
    }
    this.push(this.#memo.get(index));
  }

  tuple(length: number): void {
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) {
      items.unshift(this.pop());
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
      throw this.malformed('something is appended to what is no list');
    }
  }

  setItems(pairs: readonly unknown[]): void {
    const dict = this.top();
    if (pairs.length % 2 !== 0) {
      throw this.malformed('a key has no value');
    }
    if (dict instanceof Map) {
      for (let i = 0; i < pairs.length; i += 2) {
        dict.set(pairs[i], pairs[i + 1]);
      }
    } else if (!(dict instanceof Inert)) {
      throw this.malformed('an item is set in what is no dict');
    }
  }

  integer(text: string): number | bigint {
    if (text.length > LONGEST_INTEGER || !/^[+-]?\d+L?$/.test(text)) {
      throw this.malformed('an integer is malformed or too long');
    }
    return narrow(BigInt(text.replace('L', '')));
  }

  /** A little-endian two's complement integer of any length. */
  longInteger(bytes: Uint8Array): number | bigint {
    if (bytes.length > LONGEST_INTEGER) {
      throw this.malformed('an integer is too long');
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
      throw this.malformed(`a length is negative (${value})`);
    }
    return value;
  }

  protocol(version: number): void {
    if (version > HIGHEST_PROTOCOL) {
      throw this.malformed(`it is of protocol ${version}, and ${HIGHEST_PROTOCOL} is the newest there is`);
    }
  }

  /** A frame is only a hint for read-ahead, but its bytes must exist. */
  frame(length: number): void {
    if (this.#reader.at + length > this.#reader.bytes.length) {
      throw new CutShortError(l10n.t('{0} is cut short: a frame of its pickle ends beyond it.', this.#context.file));
    }
  }

  global(module: unknown, name: unknown): Global {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.malformed('the name of a global is no text');
    }
    return this.#context.global(module, name);
  }

  call(callee: unknown, args: readonly unknown[]): void {
    if (!isGlobal(callee)) {
      throw this.malformed('something is called that is no global');
    }
    this.push(callee.call(args));
  }

  /** Pops the arguments of a call, which must be a tuple. */
  arguments(): readonly unknown[] {
    const args = this.pop();
    if (!(args instanceof Tuple)) {
      throw this.malformed('the arguments of a call are no tuple');
    }
    return args.items;
  }

  persistent(): void {
    this.push(this.#context.persistent(this.pop()));
  }

  pop(): unknown {
    this.#requireOne();
    return this.#stack.pop();
  }

  /** Nothing below a mark may be popped. */
  #requireOne(): void {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) {
      throw this.malformed('its stack is empty');
    }
  }

  malformed(what: string): UnsupportedModelError {
    return new UnsupportedModelError(l10n.t('{0} holds no pickle that Inkling reads: {1}.', this.#context.file, what));
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
