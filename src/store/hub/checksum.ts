import { createHash, type Hash } from 'node:crypto';

/**
 * Expected checksum of a file. The hub identifies large files by the SHA-256 of their bytes, and small ones by their
 * git blob id, the SHA-1 of `blob LENGTH\0` and the bytes.
 */
export interface Checksum {
  readonly kind: 'sha256' | 'git-blob';
  readonly hex: string;
}

/**
 * Parses the hub's `X-Linked-Etag`: 64 hex digits are a SHA-256, 40 a git blob id; other values are no checksum. A
 * plain `ETag` is not used, as mirrors put arbitrary values there (Artifactory the SHA-1 of the file).
 */
export function parseLinkedTag(tag: string | undefined): Checksum | undefined {
  const hex = tag?.replace(/^W\//, '').replaceAll('"', '').toLowerCase();
  if (hex === undefined || !/^[0-9a-f]+$/.test(hex)) {
    return undefined;
  }
  return hex.length === 64 ? { kind: 'sha256', hex } : hex.length === 40 ? { kind: 'git-blob', hex } : undefined;
}

/** Hashes a stream of bytes and compares it with an expected checksum. */
export class Digest {
  readonly #sha256 = createHash('sha256');
  readonly #checksum: Checksum | undefined;
  readonly #blob: Hash | undefined;

  /** @param bytes length of the file; without it a git blob id cannot be verified */
  constructor(checksum: Checksum | undefined, bytes: number | undefined) {
    const isBlob = checksum?.kind === 'git-blob';
    this.#checksum = isBlob && bytes === undefined ? undefined : checksum;
    this.#blob = isBlob && bytes !== undefined ? createHash('sha1').update(`blob ${bytes}\0`) : undefined;
  }

  update(chunk: Uint8Array): void {
    this.#sha256.update(chunk);
    this.#blob?.update(chunk);
  }

  /** Finishes the digest; `update` must not be called afterwards. */
  finish(): { readonly sha256: string; readonly kept: boolean } {
    const sha256 = this.#sha256.digest('hex');
    const found = this.#blob?.digest('hex') ?? sha256;
    return { sha256, kept: this.#checksum === undefined || this.#checksum.hex === found };
  }
}
