import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { win32 } from 'node:path';
import * as l10n from '@vscode/l10n';
import type * as Ort from 'onnxruntime-node';

export type { Ort };

/** The engine cannot work until the user acts; the message says what is wrong and what to do. */
export class EngineError extends Error {
  override name = 'EngineError';
}

let runtime: typeof Ort | undefined;

/**
 * Loads onnxruntime-node on first use, as its native library may be missing or unusable.
 * @throws EngineError
 */
export function loadRuntime(): typeof Ort {
  if (runtime) return runtime;
  // Later versions of the library send telemetry unless this is set before they load.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  try {
    runtime = createRequire(__filename)('onnxruntime-node') as typeof Ort;
  } catch (error) {
    throw new EngineError(runtimeTrouble(error as Error, process.platform, process.arch));
  }
  return runtime;
}

/** Platforms that onnxruntime supports. */
const PLATFORMS = ['linux', 'darwin', 'win32'];
const PROCESSORS = ['x64', 'arm64'];

/** Download of the libraries required by programs built with Visual C++. */
const VISUAL_CPP = 'https://aka.ms/vs/17/release/vc_redist.';
/** Those that onnxruntime requires. */
const VISUAL_CPP_FILES = ['msvcp140.dll', 'msvcp140_1.dll', 'vcruntime140.dll', 'vcruntime140_1.dll'];

/**
 * Explains why the native library cannot be loaded, and what to do.
 * @param isThere whether the file exists
 */
export function runtimeTrouble(
  { message, code }: NodeJS.ErrnoException,
  platform: string,
  arch: string,
  isThere: (path: string) => boolean = existsSync,
): string {
  const [reason] = message.split('\n');
  if (platform === 'win32' && code === 'ERR_DLOPEN_FAILED' && lacksVisualCpp(message, isThere)) {
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
  if (!PLATFORMS.includes(platform) || !PROCESSORS.includes(arch)) {
    return l10n.t(
      'onnxruntime, which runs the model, is not made for this machine ({0}). Inkling runs on Linux, macOS and Windows with a processor of 64 bits (x64 or arm64).',
      name,
    );
  }
  return l10n.t(
    'onnxruntime cannot be loaded on this machine ({0}): {1}. Install the Inkling that is made for this platform.',
    name,
    reason,
  );
}

/** Windows reports a missing module both for a library and for its dependencies, in the user's language. */
function lacksVisualCpp(message: string, isThere: (path: string) => boolean): boolean {
  const system = win32.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32');
  const isNotFound = /module could not be found|module not found/i.test(message);
  return isNotFound || VISUAL_CPP_FILES.some((name) => !isThere(win32.join(system, name)));
}
