import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as l10n from '@vscode/l10n';
import { durableRename, type freeBytes, requireSpace, writeJson } from '../disk';
import { StoreError, writingTo } from '../errors';
import { formatSeconds } from '../format';
import { type Checksum, Digest } from './checksum';
import type { FileFacts, Hub, HubFile } from './hub';
import { type RetryOptions, retrying, TransientError } from './retry';
import { type OnBytes, transfer } from './transfer';

export interface DownloadOptions extends Omit<RetryOptions, 'signal'> {
  /** Cancels; what has arrived stays for the next time. */
  readonly signal?: AbortSignal;
  /** Bytes on disk so far and bytes in all. */
  readonly onBytes?: OnBytes;
  /** The content the file must have, whatever the hub promises. */
  readonly pinnedSha256?: string;
  /** Bytes that must stay free besides the file itself, for what will be made of it. */
  readonly spaceBesides?: number;
  /** A file that grows beyond this is not what it should be. */
  readonly mostBytes?: number;
  readonly free?: typeof freeBytes;
}

export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
}

/** What is remembered beside a part, so that only the same content is resumed. */
interface PartState {
  readonly bytes?: number;
  readonly checksum?: Checksum;
  /** Validator of the storage's answer (RFC 9110, section 13.1.5), once there was one. */
  readonly tag?: string;
}

/**
 * Asks the hub about a file, again and again while it cannot be reached.
 * @throws StoreError that says what to do, or an AbortError
 */
export function askFacts(hub: Hub, file: HubFile, options: RetryOptions): Promise<FileFacts> {
  return withFriendlyErrors(hub, () => retrying(options, () => hub.facts(file, options.signal)));
}

/**
 * Downloads one file to `target`, which is complete and checked or absent at every moment. Bytes arrive in
 * `target.part`; a later call, in this process or after a restart, goes on from there if the hub still promises the same
 * content.
 *
 * Why this is not a library's work: `@huggingface/hub` 2.17 knows the addresses, but writes from the start each time,
 * checks no hash, never tries again and has no lock; `got` and `undici` retry requests, not bodies, and VS Code's proxy
 * settings reach neither when it is bundled. From libraries come the lock (`proper-lockfile`) and the command line's
 * proxies (`http-proxy-agent`, `https-proxy-agent`, `socks-proxy-agent`, `proxy-from-env`).
 * @throws StoreError that says what to do, or an AbortError
 */
export async function download(
  hub: Hub,
  file: HubFile,
  facts: FileFacts,
  target: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const checksum: Checksum | undefined = options.pinnedSha256
    ? { kind: 'sha256', hex: options.pinnedSha256 }
    : facts.checksum;
  if (checksum?.kind === 'sha256' && facts.checksum?.kind === 'sha256' && checksum.hex !== facts.checksum.hex) {
    throw new StoreError(
      'corrupt',
      l10n.t(
        '{0} offers a {1} for {2} that is not the one Inkling knows. Nothing was downloaded.',
        hub.host,
        file.path,
        file.repo,
      ),
    );
  }
  const folder = dirname(target);
  return writingTo(folder, async () => {
    await mkdir(folder, { recursive: true });
    const part = `${target}.part`;
    const state = await matchingState(part, { bytes: facts.bytes, checksum });
    const present = await sizeOf(part);
    const missing = Math.max(0, (facts.bytes ?? 0) - present);
    await requireSpace(folder, missing + (options.spaceBesides ?? 0), options.free);
    const { digest, bytes } = await fetchInto(part, present, state, { hub, file, facts, checksum }, options);
    const { sha256, kept } = digest.finish();
    if (!kept) {
      await discard(part);
      throw new StoreError(
        'corrupt',
        l10n.t(
          '{0} from {1} arrived with the wrong content (SHA-256 {2}) and was thrown away. Try again; if it happens again, the server or a proxy on the way changes the file.',
          file.path,
          hub.host,
          sha256,
        ),
      );
    }
    await durableRename(part, target);
    await rm(stateOf(part), { force: true });
    return { bytes, sha256 };
  });
}

interface Source {
  readonly hub: Hub;
  readonly file: HubFile;
  readonly facts: FileFacts;
  readonly checksum: Checksum | undefined;
}

/** Brings the part to its full length and returns the digest of all of it. */
async function fetchInto(
  part: string,
  present: number,
  state: PartState,
  { hub, file, facts, checksum }: Source,
  options: DownloadOptions,
): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  const { signal } = options;
  const fresh = () => new Digest(checksum, facts.bytes);
  const digest = fresh();
  if (present > 0) {
    for await (const chunk of createReadStream(part, { end: present - 1, signal, highWaterMark: 1 << 20 })) {
      digest.update(chunk);
    }
  }
  const handle = await open(part, present > 0 ? 'r+' : 'w');
  try {
    const whole = await withFriendlyErrors(hub, () =>
      transfer(
        { handle, position: present, digest, tag: state.tag },
        {
          ...options,
          hub,
          file,
          bytes: facts.bytes,
          fresh,
          onTag: (tag) => writeJson(stateOf(part), { bytes: facts.bytes, checksum, tag } satisfies PartState),
        },
      ),
    );
    await handle.sync();
    return whole;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'corrupt') {
      await discard(part);
    }
    throw error;
  } finally {
    await handle.close();
  }
}

const stateOf = (part: string) => `${part}.json`;

async function discard(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(stateOf(part), { force: true });
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** The remembered state if the part belongs to the wanted content; otherwise the part is discarded. */
async function matchingState(part: string, wanted: PartState): Promise<PartState> {
  const text = await readFile(stateOf(part), 'utf8').catch(() => '{}');
  let state: Partial<PartState> = {};
  try {
    state = JSON.parse(text);
  } catch {
    // A power cut may have torn the file; the part is then of unknown origin.
  }
  const same =
    state.bytes === wanted.bytes &&
    state.checksum?.hex === wanted.checksum?.hex &&
    (state.checksum ?? state.tag) !== undefined &&
    (await sizeOf(part)) <= (wanted.bytes ?? Number.POSITIVE_INFINITY);
  if (same) {
    return { ...wanted, tag: state.tag };
  }
  await discard(part);
  await writeJson(stateOf(part), wanted);
  return wanted;
}

/** Says in whole sentences what has failed too often. */
async function withFriendlyErrors<T>(hub: Hub, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TransientError)) {
      throw error;
    }
    const { retryAfterMs } = error;
    const sentences = [
      l10n.t('Downloading from {0} does not work. {1}', hub.host, error.message),
      ...(retryAfterMs ? [l10n.t('It asks to be left alone for {0}.', formatSeconds(retryAfterMs / 1000))] : []),
      l10n.t('What has arrived is kept; try again later.'),
    ];
    throw new StoreError('network', sentences.join(' '), { cause: error });
  }
}
