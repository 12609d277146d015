import { freemem, totalmem } from 'node:os';

/**
 * macOS, and containers with a limit, fill memory with reclaimable data such as file caches: little counts as free
 * there, but this share of the total is available nevertheless.
 */
const SHARE_TO_HAVE = 1 / 4;

/** A machine's memory figures in bytes. */
export interface MachineMemory {
  readonly platform: NodeJS.Platform;
  readonly total: () => number;
  readonly free: () => number;
  /**
   * A container's limit, and the memory available to it; those of the machine without a container. In Node from 20.13
   * on.
   */
  readonly limit?: () => number;
  readonly available?: () => number;
}

/** Bytes that can be used without displacing other programs on the machine or in the container. */
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
