import type { Readable } from 'node:stream';
import * as l10n from '@vscode/l10n';
import { TransientError } from './retry';

/** Chunks buffered before the sender is paused. */
const MOST_WAITING = 64;

/**
 * The body of a response as an iterable of chunks: everything that arrived before the connection failed, then the
 * failure as a `TransientError`. A stream's own iterator drops buffered chunks when the connection is cut, so a
 * download over a bad line would make no progress.
 */
export class Body implements AsyncIterable<Buffer> {
  readonly #waiting: Buffer[] = [];
  readonly #stream: Readable;
  #end: { readonly failure?: Error } | undefined;
  #wake = () => {};

  /** Must be called in the tick in which the response arrives; later, data could be lost. */
  constructor(stream: Readable, host: string) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#waiting.push(chunk);
      if (this.#waiting.length >= MOST_WAITING) {
        stream.pause();
      }
      this.#wake();
    });
    const cut = (cause?: Error) =>
      this.#finish(new TransientError(l10n.t('The connection to {0} was cut.', host), undefined, { cause }));
    stream.on('end', () => this.#finish());
    stream.on('error', cut);
    stream.on('close', () => cut());
  }

  /** Closes the connection; to be called in any case once no more data is wanted. */
  destroy(): void {
    this.#stream.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      for (let chunk = this.#waiting.shift(); chunk !== undefined; chunk = this.#waiting.shift()) {
        yield chunk;
      }
      if (this.#end?.failure) {
        throw this.#end.failure;
      }
      if (this.#end) {
        return;
      }
      this.#stream.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #finish(failure?: Error): void {
    this.#end ??= { failure };
    this.#wake();
  }
}
