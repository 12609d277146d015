import { createRequire } from 'node:module';
import * as l10n from '@vscode/l10n';
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
    throw new EngineError(runtimeTrouble(error as Error, process.platform, process.arch));
  }
  return runtime;
}

/** Where Microsoft keeps the libraries that every program made with Visual C++ needs. */
const VISUAL_CPP = 'https://aka.ms/vs/17/release/vc_redist.';

/** What is wrong where the native library cannot be loaded, and what to do. */
export function runtimeTrouble({ message }: Error, platform: string, arch: string): string {
  const [reason] = message.split('\n');
  // Windows says so of the library itself and of every library that it needs.
  if (platform === 'win32' && /specified module could not be found|ERROR_MOD_NOT_FOUND/i.test(message)) {
    return l10n.t(
      'onnxruntime needs the Visual C++ runtime, which this machine lacks. Install {0}{1}.exe and restart the engine.',
      VISUAL_CPP,
      arch,
    );
  }
  if (platform === 'linux' && /musl|ld-linux|GLIBC|GLIBCXX/.test(message)) {
    return l10n.t(
      'onnxruntime needs glibc 2.27 or later, which this system lacks ({0}). Inkling runs on other distributions, or in a container of one.',
      reason,
    );
  }
  const name = `${platform}-${arch}`;
  return l10n.t(
    'onnxruntime cannot be loaded on this machine ({0}): {1}. Install the Inkling that is made for this platform.',
    name,
    reason,
  );
}
