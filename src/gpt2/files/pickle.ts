import { PickleMachine, PickleReader } from './pickleMachine';
import { OPCODES } from './pickleOpcodes';
import type { PickleContext } from './pickleValues';

/** A real state dict has some thirty steps a tensor. */
const MOST_STEPS = 2_000_000;

/**
 * Reads one pickle. The machine knows lists, dicts, tuples, strings and numbers; everything else is in the hands of the
 * context, which makes inert values of the few names it knows. No step calls, imports or looks up anything, and the
 * work is linear in the bytes. https://github.com/python/cpython/blob/3.13/Lib/pickletools.py
 * @param from where it begins in `bytes`
 * @returns the value, and where the pickle ends
 * @throws UnsupportedModelError when it is malformed or asks for more than this; CutShortError when it has no end
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
