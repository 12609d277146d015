import { freemem, totalmem } from 'node:os';

/**
 * macOS, and a container that has a limit, fill their memory with what they can drop at once, such as files that were
 * read: what counts as free there is little at any time, and this much of all can be had nevertheless.
 */
const SHARE_TO_HAVE = 1 / 4;

/** A machine's memory figures in bytes. */
export interface MachineMemory {
  readonly platform: NodeJS.Platform;
  readonly total: () => number;
  readonly free: () => number;
  /** A container's limit, and what it leaves; the whole machine's where there is none. Node has both from 20.13 on. */
  readonly limit?: () => number;
  readonly available?: () => number;
}

/** Bytes that may be taken without crowding out what else runs on the machine, or in the container. */
export function spareMemory(machine: MachineMemory = thisMachine()): number {
  const total = machine.total();
  if (machine.platform === 'darwin') return total * SHARE_TO_HAVE;
  const free = machine.free();
  const limit = machine.limit?.() ?? 0;
  const isLimited = limit > 0 && limit < total;
  return isLimited ? Math.min(free, Math.max(machine.available?.() ?? 0, limit * SHARE_TO_HAVE)) : free;
}

function thisMachine(): MachineMemory {
  const { platform, constrainedMemory: limit, availableMemory: available }: Partial<NodeJS.Process> = process;
  return { platform: platform ?? 'linux', total: totalmem, free: freemem, limit, available };
}
