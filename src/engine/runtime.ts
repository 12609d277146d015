import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';

export type { Ort };

/** The engine cannot work until somebody acts; the message says what is wrong and what to do. */
export class EngineError extends Error {
  override name = 'EngineError';
}

let runtime: typeof Ort | undefined;

/**
 * Loads onnxruntime-node, whose native library may be missing or unusable on a machine, when it is first needed.
 * @throws EngineError
 */
export function loadRuntime(): typeof Ort {
  if (runtime) return runtime;
  // Later versions of the library report usage unless this is set before they load.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  try {
    runtime = createRequire(__filename)('onnxruntime-node') as typeof Ort;
  } catch (error) {
    throw new EngineError(
      `onnxruntime cannot be loaded on this machine (${process.platform}-${process.arch}): ${(error as Error).message.split('\n')[0]}. Install the Inkling that is made for this platform.`,
    );
  }
  return runtime;
}
