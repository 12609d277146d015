import { Worker } from 'node:worker_threads';
import * as l10n from '@vscode/l10n';
import type { Wording } from '../core/text/locale';
import type { Manifest } from './compiledModel';
import type { compileModel } from './compileModel';
import { UnsupportedModelError } from './errors';
import type { Precision } from './quantise';

export interface CompileTask {
  readonly from: string;
  readonly to: string;
  readonly precision: Precision;
  /** Language of error messages; English if absent. */
  readonly wording?: Wording;
}

export type FromCompiler =
  | { readonly progress: number }
  | { readonly manifest: Manifest }
  | { readonly failed: Failure };

/** An error in the form in which it crosses threads. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  /** Present for system errors. */
  readonly code?: string;
}

/**
 * `compileModel` in a worker thread, so that quantising does not block the caller. Cancelling terminates the worker;
 * its partial output beside `to` must be removed by the caller.
 * @param script path of the built `compileWorker`
 */
export function compileInWorker(script: string, wording?: Wording): typeof compileModel {
  return async (from, to, precision, { onProgress, signal } = {}) => {
    signal?.throwIfAborted();
    const worker = new Worker(script, { workerData: { from, to, precision, wording } satisfies CompileTask });
    const cancel = () => void worker.terminate();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Manifest>((resolve, reject) => {
        worker.on('message', (message: FromCompiler) => {
          if ('progress' in message) {
            onProgress?.(message.progress);
          } else if ('manifest' in message) {
            resolve(message.manifest);
          } else {
            reject(revive(message.failed));
          }
        });
        worker.on('error', reject);
        worker.on('exit', () => reject(signal?.reason ?? new Error(l10n.t('The compiler ended without a result.'))));
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
      await worker.terminate();
    }
  };
}

function revive({ name, message, code }: Failure): Error {
  const error = name === 'UnsupportedModelError' ? new UnsupportedModelError(message) : new Error(message);
  return Object.assign(error, { code });
}
