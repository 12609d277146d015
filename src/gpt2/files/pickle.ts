import { PickleMachine, PickleReader } from './pickleMachine';
import { OPCODES } from './pickleOpcodes';
import type { PickleContext } from './pickleValues';

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
