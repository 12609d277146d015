import type { FileHandle } from 'node:fs/promises';
import { StoreError } from '../errors';
import type { Digest } from './checksum';
import type { Answer } from './http';
import type { Hub, HubFile } from './hub';
import { Retrier, type RetryOptions, TransientError } from './retry';

export type OnBytes = (done: number, total: number) => void;

/** How far a file has come. The handle's first `position` bytes are exactly what the digest has seen. */
export interface TransferStart {
  readonly handle: FileHandle;
  readonly position: number;
  readonly digest: Digest;
  /** Strong validator of the bytes that are there, for `If-Range`. */
  readonly tag: string | undefined;
}

export interface TransferOptions extends RetryOptions {
  readonly hub: Hub;
  readonly file: HubFile;
  /** Length of the whole file. */
  readonly bytes: number;
  /** A digest that has seen nothing, for a start from zero. */
  readonly fresh: () => Digest;
  readonly onBytes?: OnBytes;
  /** Told the storage's validator before the bytes it stands for are written. */
  readonly onTag: (tag: string | undefined) => Promise<void>;
}

/**
 * Appends the rest of the file, over as many connections as it takes. A cut is followed by another attempt from the
 * byte where it happened; attempts are counted only while the file does not grow beyond what it once was, so a bad line
 * that delivers something is never given up on. Returns the digest of the whole file.
 */
export async function transfer(start: TransferStart, options: TransferOptions): Promise<Digest> {
  const { handle } = start;
  const { hub, file, bytes, signal, onBytes, onTag } = options;
  const retrier = new Retrier(options);
  let { position, digest, tag } = start;
  let furthest = position;

  const restart = async () => {
    if (position > 0) {
      await handle.truncate(0);
    }
    position = 0;
    digest = options.fresh();
  };

  const once = async () => {
    const headers: Record<string, string> = position > 0 ? { range: `bytes=${position}-` } : {};
    if (position > 0 && tag !== undefined) {
      headers['if-range'] = tag;
    }
    const stalled = new AbortController();
    const signals = signal ? [signal, stalled.signal] : [stalled.signal];
    const answer = await hub.get(file, headers, AbortSignal.any(signals));
    const { url } = answer;
    const timer = setTimeout(() => stalled.abort(), hub.idleTimeoutMs);
    try {
      requireLength(answer, position, bytes, `${file.path} from ${url.host}`);
      if (answer.status === 200) {
        await restart();
        tag = strongTag(answer);
        await onTag(tag);
      }
      for await (const chunk of answer.body) {
        timer.refresh();
        if (position + chunk.length > bytes) {
          throw wrongLength(`${file.path} from ${url.host}`, 'more', bytes);
        }
        await writeAll(handle, chunk, position);
        digest.update(chunk);
        position += chunk.length;
        if (position > furthest) {
          furthest = position;
          retrier.progressed();
        }
        onBytes?.(position, bytes);
      }
      if (position < bytes) {
        throw new TransientError(`${url.host} closed the connection early`);
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw stalled.signal.aborted
        ? new TransientError(`${url.host} sent nothing for ${Math.round(hub.idleTimeoutMs / 1000)} s`)
        : asCut(error, url);
    } finally {
      clearTimeout(timer);
      answer.body.destroy();
    }
  };

  onBytes?.(position, bytes);
  while (position < bytes) {
    try {
      await once();
    } catch (error) {
      await retrier.failed(error);
    }
  }
  return digest;
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, offset, chunk.length - offset, position + offset);
    offset += bytesWritten;
  }
}

/** Compares what the answer's head says with what was asked for; a disagreement is final. */
function requireLength({ status, headers }: Answer, position: number, bytes: number, what: string): void {
  if (status === 200) {
    const length = headers['content-length'];
    if (length !== undefined && Number(length) !== bytes) {
      throw wrongLength(what, length, bytes);
    }
    return;
  }
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  const total = range?.[2];
  if (total !== undefined && total !== '*' && Number(total) !== bytes) {
    throw wrongLength(what, total, bytes);
  }
  if (status === 416 || Number(range?.[1]) !== position) {
    throw new StoreError('corrupt', `${what} cannot be resumed: the server answers with the wrong range. Try again.`);
  }
}

function wrongLength(what: string, found: string, bytes: number): StoreError {
  return new StoreError(
    'corrupt',
    `${what} has the wrong length (${found} instead of ${bytes} bytes) and was thrown away. Try again later.`,
  );
}

function strongTag({ headers }: Answer): string | undefined {
  return headers.etag?.startsWith('"') ? headers.etag : undefined;
}

/** Verdicts and failures of the disk pass; whatever else ends a body is a cut. */
function asCut(error: unknown, url: URL): unknown {
  const ofDisk = error instanceof Error && 'syscall' in error && /^(write|ftruncate)$/.test(String(error.syscall));
  if (ofDisk || error instanceof StoreError || error instanceof TransientError) {
    return error;
  }
  return new TransientError(`the connection to ${url.host} was cut`, undefined, { cause: error });
}
