import { parentPort, workerData } from 'node:worker_threads';
import { speakAs } from '../core/text/locale';
import type { CompileTask, FromCompiler } from './compileInWorker';
import { compileModel } from './compileModel';

/** Entry point of a worker thread that compiles one model. */
const { from, to, precision, wording }: CompileTask = workerData;
if (wording) speakAs(wording);
const send = (message: FromCompiler) => parentPort?.postMessage(message);

compileModel(from, to, precision, { onProgress: (progress) => send({ progress }) }).then(
  (manifest) => send({ manifest }),
  ({ name, message, code, cause }: NodeJS.ErrnoException) =>
    send({ failed: { name, message, code: code ?? (cause as NodeJS.ErrnoException | undefined)?.code } }),
);
