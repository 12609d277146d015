import { Worker } from 'node:worker_threads';

const MEGABYTES = 256;
const PASSES = 3;

/**
 * How fast this machine reads memory just now, in bytes per second: `memchr` (which reads with the widest registers)
 * looks for a byte that is not there, in a buffer far larger than any cache, on `threads` threads at once.
 */
export async function readBandwidth(threads: number): Promise<number> {
  const program = `
    const { parentPort } = require('node:worker_threads');
    const buffer = Buffer.alloc(${MEGABYTES} * 2 ** 20, 1);
    buffer.indexOf(2);
    parentPort.postMessage('ready');
    parentPort.on('message', () => {
      const start = process.hrtime.bigint();
      for (let pass = 0; pass < ${PASSES}; pass++) buffer.indexOf(2);
      parentPort.postMessage({ start, end: process.hrtime.bigint() });
    });`;
  const workers = Array.from({ length: threads }, () => new Worker(program, { eval: true }));
  type Span = { start: bigint; end: bigint };
  const heard = (worker: Worker) => new Promise<Span>((resolve) => worker.once('message', resolve));
  await Promise.all(workers.map(heard));
  const answers = Promise.all(workers.map(heard));
  for (const worker of workers) worker.postMessage('go');
  const spans = await answers;
  await Promise.all(workers.map((worker) => worker.terminate()));
  const start = spans.reduce((least, span) => (span.start < least ? span.start : least), spans[0].start);
  const end = spans.reduce((most, span) => (span.end > most ? span.end : most), spans[0].end);
  return (threads * PASSES * MEGABYTES * 2 ** 20) / (Number(end - start) / 1e9);
}
