import type { IncomingMessage } from 'node:http';

/** Chunks that may wait for the reader before the sender is told to pause. */
const mostWaiting = 64;

/**
 * The body of an answer as an iterable of chunks: all that arrived before the connection failed, and then the failure.
 * A stream's own iterator drops what it still holds when the connection is cut, and a bad line would get nowhere.
 */
export class Body implements AsyncIterable<Buffer> {
  private readonly waiting: Buffer[] = [];
  private end: { readonly failure?: Error } | undefined;
  private wake = () => {};

  /** Call in the same tick as the answer arrives, before anything can be lost. */
  constructor(private readonly message: IncomingMessage) {
    message.on('data', (chunk: Buffer) => {
      this.waiting.push(chunk);
      if (this.waiting.length >= mostWaiting) {
        message.pause();
      }
      this.wake();
    });
    message.on('end', () => this.finish());
    message.on('error', (failure) => this.finish(failure));
    message.on('close', () => this.finish(new Error('closed')));
  }

  /** Hangs up; to be called in any case when no more is wanted. */
  destroy(): void {
    this.message.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      for (let chunk = this.waiting.shift(); chunk !== undefined; chunk = this.waiting.shift()) {
        yield chunk;
      }
      if (this.end?.failure) {
        throw this.end.failure;
      }
      if (this.end) {
        return;
      }
      this.message.resume();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private finish(failure?: Error): void {
    this.end ??= { failure };
    this.wake();
  }
}
