import { PickleMachine, PickleReader } from './pickleMachine';
import type { PickleContext } from './pickleValues';
import { Tuple } from './pickleValues';

type Act = (machine: PickleMachine, reader: PickleReader) => void;

/** The effect of each supported opcode. Omitted ones call, build or look up objects, or refer outside the file. */
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
  ['T', (m, r) => m.push(r.text(m.length(r.int32())))],
  ['U', (m, r) => m.push(r.text(r.uint8()))],
  ['V', (m, r) => m.push(r.line())],
  ['X', (m, r) => m.push(r.text(r.uint32()))],
  ['\x8c', (m, r) => m.push(r.text(r.uint8()))],
  ['\x8d', (m, r) => m.push(r.text(r.uint64()))],
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
  // References outside the pickle
  ['c', (m, r) => m.push(m.global(r.line(), r.line()))],
  ['\x93', (m) => stackGlobal(m)],
  ['i', (m, r) => m.call(m.global(r.line(), r.line()), m.popToMark())],
  ['R', (m) => callTop(m)],
  ['\x81', (m) => callTop(m)],
  ['Q', (m) => m.persistent()],
  ['b', (m) => void m.pop()],
  ['\x82', (m, r) => refuseExtension(m, r.uint8())],
  ['\x83', (m, r) => refuseExtension(m, r.uint16())],
  ['\x84', (m, r) => refuseExtension(m, r.int32())],
]);

function integerOrBoolean(machine: PickleMachine, text: string): number | bigint | boolean {
  return text === '00' || text === '01' ? text === '01' : machine.integer(text);
}

function unquoted(text: string): string {
  return /^['"]/.test(text) && text.length > 1 && text.endsWith(text[0]) ? text.slice(1, -1) : text;
}

function appendOne(machine: PickleMachine): void {
  const value = machine.pop();
  machine.append([value]);
}

function appendAll(machine: PickleMachine): void {
  const values = machine.popToMark();
  machine.append(values);
}

function setOne(machine: PickleMachine): void {
  const value = machine.pop();
  const key = machine.pop();
  machine.setItems([key, value]);
}

function setAll(machine: PickleMachine): void {
  const pairs = machine.popToMark();
  machine.setItems(pairs);
}

function makeDict(machine: PickleMachine): void {
  const pairs = machine.popToMark();
  machine.push(new Map());
  machine.setItems(pairs);
}

function stackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  const module = machine.pop();
  machine.push(machine.global(module, name));
}

/**
 * Handles REDUCE and NEWOBJ, which differ in Python, but here both ask the global what it stands for with these
 * arguments.
 */
function callTop(machine: PickleMachine): void {
  const args = machine.arguments();
  machine.call(machine.pop(), args);
}

/** Python's registry of extension codes is another way to name a global. */
function refuseExtension(machine: PickleMachine, code: number): never {
  throw machine.malformed(`it names a global by number ${code} of Python's extension registry (an extension code)`);
}

/** Limit of opcodes; a real state dict has about thirty per tensor. */
const MOST_STEPS = 2_000_000;

/**
 * Reads one pickle. The machine only knows lists, dicts, tuples, strings and numbers; everything else is up to the
 * context, which returns inert values for a few known names. No opcode calls or imports anything, and the work is
 * linear in the bytes. https://github.com/python/cpython/blob/3.13/Lib/pickletools.py
 * @param from offset of the pickle in `bytes`
 * @returns the value, and the offset where the pickle ends
 * @throws UnsupportedModelError when it is malformed or uses anything else; CutShortError when it is truncated
 */
export function readPickle(bytes: Uint8Array, from: number, context: PickleContext): { value: unknown; end: number } {
  const reader = new PickleReader(bytes, from, context.file);
  const machine = new PickleMachine(reader, context);
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const opcode = String.fromCharCode(reader.uint8());
    if (opcode === '.') {
      return { value: machine.pop(), end: reader.at };
    }
    const act = OPCODES.get(opcode);
    if (!act) {
      throw machine.malformed(`opcode 0x${opcode.charCodeAt(0).toString(16)} is not one that weights need`);
    }
    act(machine, reader);
  }
  throw machine.malformed(`it takes more than ${MOST_STEPS.toLocaleString('en')} steps`);
}
