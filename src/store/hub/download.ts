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
  /** Cancels the download; what has arrived is kept for the next attempt. */
  readonly signal?: AbortSignal;
  /** Receives the bytes on disk so far and the total. */
  readonly onBytes?: OnBytes;
  /** Required SHA-256, whatever the hub reports. */
  readonly pinnedSha256?: string;
  /** Bytes that must remain free besides the file, for processing it. */
  readonly spaceBesides?: number;
  /** Maximum length; a larger file is not what it claims to be. */
  readonly mostBytes?: number;
  readonly free?: typeof freeBytes;
}

export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
}

/** State saved beside a partial file, so that it is only resumed with the same content. */
interface PartState {
  readonly bytes?: number;
  readonly checksum?: Checksum;
  /** Validator of the storage's response (RFC 9110, section 13.1.5), once received. */
  readonly tag?: string;
}

/**
 * Asks the hub about a file, and retries while the hub is unreachable.
 * @throws StoreError that says what to do, or an AbortError
 */
export function askFacts(hub: Hub, file: HubFile, options: RetryOptions): Promise<FileFacts> {
  return withFriendlyErrors(hub, () => retrying(options, () => hub.facts(file, options.signal)));
}

/**
 * Downloads one file to `target`, which is complete and verified or absent at every moment. Bytes arrive in
 * `target.part`; a later call, even after a restart, resumes it if the hub still reports the same content.
 *
 * No library does this: `@huggingface/hub` 2.17 knows the URLs, but always starts over, checks no hash, never retries
 * and has no lock; `got` and `undici` retry requests but not bodies, and VS Code's proxy settings do not reach them in
 * a bundle. The lock (`proper-lockfile`) and the command line's proxies (`http-proxy-agent`, `https-proxy-agent`,
 * `socks-proxy-agent`, `proxy-from-env`) do come from libraries.
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

/** Completes the partial file and returns the digest of the whole. */
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

/** The saved state if the partial file belongs to the wanted content; otherwise discards the file. */
async function matchingState(part: string, wanted: PartState): Promise<PartState> {
  const text = await readFile(stateOf(part), 'utf8').catch(() => '{}');
  let state: Partial<PartState> = {};
  try {
    state = JSON.parse(text);
  } catch {
    // A power failure may have torn the state file; the origin of the partial file is then unknown.
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

/** Converts errors that exhausted the retries into messages for the user. */
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
