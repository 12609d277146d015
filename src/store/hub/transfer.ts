import type { FileHandle } from 'node:fs/promises';
import * as l10n from '@vscode/l10n';
import { StoreError } from '../errors';
import type { Digest } from './checksum';
import type { Answer } from './http';
import type { Hub, HubFile } from './hub';
import { Retrier, type RetryOptions, TransientError } from './retry';

/** Bytes done and total; the total is 0 where unknown. */
export type OnBytes = (done: number, total: number) => void;

/** State of a file. The handle's first `position` bytes are exactly those that the digest has hashed. */
export interface TransferStart {
  readonly handle: FileHandle;
  readonly position: number;
  readonly digest: Digest;
  /** Strong validator of the bytes present, for `If-Range`. */
  readonly tag: string | undefined;
}

export interface TransferOptions extends RetryOptions {
  readonly hub: Hub;
  readonly file: HubFile;
  /** Length of the whole file, where known. */
  readonly bytes: number | undefined;
  /** Maximum length; a larger file is not what it claims to be. */
  readonly mostBytes?: number;
  /** An empty digest, for a restart from zero. */
  readonly fresh: () => Digest;
  readonly onBytes?: OnBytes;
  /** Receives the storage's validator before the bytes that it covers are written. */
  readonly onTag: (tag: string | undefined) => Promise<void>;
}

/**
 * Completes the file over as many connections as it takes. After a cut it resumes at that byte, or starts over where
 * the server does not support that. Only attempts that do not extend the file beyond its previous maximum count, so a
 * bad line that delivers anything is never given up on.
 * @returns the digest of the whole file and its length
 */
export async function transfer(
  start: TransferStart,
  options: TransferOptions,
): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  const running = new Transfer(start, options);
  const retrier = new Retrier(options);
  while (!running.isDone) {
    try {
      await running.attempt(() => retrier.progressed());
    } catch (error) {
      await retrier.failed(error);
    }
  }
  return { digest: running.digest, bytes: running.position };
}

class Transfer {
  readonly #handle: FileHandle;
  readonly #options: TransferOptions;
  #tag: string | undefined;
  /** Furthest position ever reached. */
  #furthest: number;
  #ended = false;
  position: number;
  digest: Digest;

  constructor({ handle, position, digest, tag }: TransferStart, options: TransferOptions) {
    this.#handle = handle;
    this.#options = options;
    this.#tag = tag;
    this.#furthest = position;
    this.position = position;
    this.digest = digest;
    options.onBytes?.(position, options.bytes ?? 0);
  }

  get isDone(): boolean {
    return this.#ended || this.position === this.#options.bytes;
  }

  /**
   * One connection.
   * @throws TransientError when it ended early
   */
  async attempt(onProgress: () => void): Promise<void> {
    const { hub, file, signal } = this.#options;
    const stalled = new AbortController();
    const answer = await hub.get(
      file,
      this.#headers(),
      signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    );
    const timer = setTimeout(() => stalled.abort(), hub.idleTimeoutMs);
    try {
      if (!(await this.#takes(answer))) {
        return;
      }
      for await (const chunk of answer.body) {
        timer.refresh();
        await this.#append(chunk, answer.url, onProgress);
      }
      this.#end(answer);
    } catch (error) {
      signal?.throwIfAborted();
      throw stalled.signal.aborted
        ? new TransientError(
            l10n.t('{0} sent nothing for {1} s.', answer.url.host, Math.round(hub.idleTimeoutMs / 1000)),
          )
        : error;
    } finally {
      clearTimeout(timer);
      answer.body.destroy();
    }
  }

  #headers(): Record<string, string> {
    if (this.position === 0) {
      return {};
    }
    return { range: `bytes=${this.position}-`, ...(this.#tag !== undefined && { 'if-range': this.#tag }) };
  }

  /**
   * Checks the head of a response and prepares for its body. Returns false where the body cannot be appended: the file
   * is then emptied, and the next attempt requests all of it.
   */
  async #takes(answer: Answer): Promise<boolean> {
    if (answer.status === 200) {
      this.#requireLength(answer, answer.packed ? undefined : answer.headers['content-length']);
      await this.#restart(strongTag(answer));
      return true;
    }
    const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(answer.headers['content-range'] ?? '');
    this.#requireLength(answer, range?.[2] === '*' ? undefined : range?.[2]);
    if (answer.status === 206 && !answer.packed && Number(range?.[1]) === this.position) {
      return true;
    }
    if (this.position === 0) {
      throw new TransientError(
        l10n.t('{0} answers with another part of {1} than was asked for.', answer.url.host, this.#options.file.path),
      );
    }
    await this.#restart(undefined);
    return false;
  }

  async #restart(tag: string | undefined): Promise<void> {
    if (this.position > 0) {
      await this.#handle.truncate(0);
    }
    this.position = 0;
    this.digest = this.#options.fresh();
    this.#tag = tag;
    await this.#options.onTag(tag);
  }

  async #append(chunk: Uint8Array, url: URL, onProgress: () => void): Promise<void> {
    const { bytes, mostBytes = Number.POSITIVE_INFINITY, file, onBytes } = this.#options;
    if (this.position + chunk.length > (bytes ?? mostBytes)) {
      throw new StoreError(
        'corrupt',
        l10n.t(
          '{0} from {1} is longer than the {2} bytes it should have and was thrown away. Try again later.',
          file.path,
          url.host,
          bytes ?? mostBytes,
        ),
      );
    }
    for (let offset = 0; offset < chunk.length; ) {
      const { bytesWritten } = await this.#handle.write(chunk, offset, chunk.length - offset, this.position + offset);
      offset += bytesWritten;
    }
    this.digest.update(chunk);
    this.position += chunk.length;
    if (this.position > this.#furthest) {
      this.#furthest = this.position;
      onProgress();
    }
    onBytes?.(this.position, bytes ?? 0);
  }

  #end({ url, packed }: Answer): void {
    const { bytes, file } = this.#options;
    if (bytes !== undefined && this.position < bytes) {
      // A compressed body marks its own end, so nothing was cut off.
      throw packed
        ? wrongLength(file, url, String(this.position), bytes)
        : new TransientError(l10n.t('{0} closed the connection early.', url.host));
    }
    this.#ended = true;
  }

  #requireLength({ url }: Answer, found: string | undefined): void {
    const { bytes, file } = this.#options;
    if (bytes !== undefined && found !== undefined && Number(found) !== bytes) {
      throw wrongLength(file, url, found, bytes);
    }
  }
}

function wrongLength({ path }: HubFile, { host }: URL, found: string, bytes: number): StoreError {
  return new StoreError(
    'corrupt',
    l10n.t(
      '{0} from {1} has the wrong length ({2} instead of {3} bytes) and was thrown away. Try again later.',
      path,
      host,
      found,
      bytes,
    ),
  );
}

function strongTag({ headers }: Answer): string | undefined {
  return headers.etag?.startsWith('"') ? headers.etag : undefined;
}
