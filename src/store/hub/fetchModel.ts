import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TOKENIZER_FILES, TokenizerError, tokenizerOf } from '../../core/tokenizer';
import type { Precision } from '../../engine/api';
import type { FileRecord } from '../../gpt2/compiledModel';
import { parseConfig } from '../../gpt2/config';
import { readTokenizerFiles } from '../../gpt2/files/tokenizerFiles';
import type { CatalogueModel } from '../catalogue';
import { StoreError } from '../errors';
import { slug } from '../format';
import { expectedDiskBytes, sizeOf } from '../modelSize';
import { sha256OfFile } from './checksum';
import { askFacts, type DownloadOptions, download } from './download';
import type { FileFacts, Hub } from './hub';

/** A model's files, downloaded and checked. */
export interface HubSource {
  readonly folder: string;
  readonly commit: string;
  readonly files: readonly FileRecord[];
}

export interface HubSourceOptions extends DownloadOptions {
  readonly repo: string;
  /** Branch, tag or commit; the catalogue's commit, or else `main`, unless told. */
  readonly revision?: string;
  readonly known?: CatalogueModel;
  readonly precision: Precision;
}

const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/**
 * Downloads what a GPT-2 is made from into `downloads/owner--name/COMMIT`. The small `config.json` comes first, so that
 * a model Inkling cannot run is refused before its weights travel.
 */
export async function fetchModel(hub: Hub, downloads: string, options: HubSourceOptions): Promise<HubSource> {
  const { repo, known, precision, onBytes, ...download } = options;
  const wanted = options.revision ?? known?.revision ?? 'main';
  const pinned = wanted === known?.revision ? known : undefined;
  const configFacts = await askFacts(hub, { repo, revision: wanted, path: 'config.json' }, download);
  const commit = configFacts.commit ?? wanted;
  const folder = join(downloads, slug(repo), slug(commit));
  const get = (path: string, facts: FileFacts, more: DownloadOptions) =>
    present(hub, { repo, revision: commit, path }, facts, join(folder, path), { ...download, ...more });

  const files = [await get('config.json', configFacts, { pinnedSha256: pinned?.configSha256 })];
  const config = parseConfig(await readJson(join(folder, 'config.json')));

  const ask = (path: string) => askFacts(hub, { repo, revision: commit, path }, download);
  for (const path of TOKENIZER_FILES) {
    const facts = await unlessMissing(ask(path));
    if (facts) files.push(await get(path, facts, {}));
  }
  await requireTokenizer(folder, config.vocab_size);
  const parts = await weightFacts(ask, repo, hub.host, async (facts) => {
    files.push(await get(INDEX, facts, {}));
    return readFile(join(folder, INDEX), 'utf8');
  });
  const total = parts.reduce((sum, { facts }) => sum + facts.bytes, 0);
  let before = 0;
  for (const { path, facts } of parts) {
    const rest = total - before - facts.bytes;
    const record = await get(path, facts, {
      pinnedSha256: path === WEIGHTS ? pinned?.weights.sha256 : undefined,
      spaceBesides: rest + expectedDiskBytes(sizeOf(config), precision),
      onBytes: (done) => onBytes?.(before + done, total),
    });
    files.push(record);
    before += facts.bytes;
  }
  return { folder, commit, files };
}

interface Part {
  readonly path: string;
  readonly facts: FileFacts;
}

/** Rejects with a `StoreError` where a model's texts could not be read. */
async function requireTokenizer(folder: string, rows: number): Promise<void> {
  try {
    tokenizerOf({ files: await readTokenizerFiles(folder), rows }).encode('a');
  } catch (error) {
    if (error instanceof TokenizerError) {
      throw new StoreError('unsupported', error.message, { cause: error });
    }
    throw error;
  }
}

/** What was asked for, or nothing where there is none. */
async function unlessMissing(facts: Promise<FileFacts>): Promise<FileFacts | undefined> {
  try {
    return await facts;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') {
      return undefined;
    }
    throw error;
  }
}

/** The one file of weights, or its shards; says what is there instead when there are neither. */
async function weightFacts(
  ask: (path: string) => Promise<FileFacts>,
  repo: string,
  host: string,
  readIndex: (facts: FileFacts) => Promise<string>,
): Promise<Part[]> {
  const tryAsk = (path: string) => unlessMissing(ask(path));
  const single = await tryAsk(WEIGHTS);
  if (single) {
    return [{ path: WEIGHTS, facts: single }];
  }
  const index = await tryAsk(INDEX);
  if (index) {
    const parts: Part[] = [];
    for (const path of shardNames(await readIndex(index))) {
      parts.push({ path, facts: await ask(path) });
    }
    return parts;
  }
  if (await tryAsk('pytorch_model.bin')) {
    throw new StoreError(
      'unsupported',
      `${repo} has only pickled weights (pytorch_model.bin), which can hide programs and are never opened. Ask its ` +
        'authors for model.safetensors; the hub can convert it in a pull request, refs/pr/N of which can be installed.',
    );
  }
  throw new StoreError('not-found', `${repo} on ${host} has no model.safetensors.`);
}

function shardNames(index: string): string[] {
  const map: unknown = parseJson(index, INDEX)?.weight_map;
  const names = typeof map === 'object' && map !== null ? [...new Set(Object.values(map))] : [];
  if (names.length === 0 || !names.every((name) => typeof name === 'string' && /^[\w.-]+\.safetensors$/.test(name))) {
    throw new StoreError('unsupported', `${INDEX} does not name the files of this model.`);
  }
  return names as string[];
}

async function readJson(path: string): Promise<unknown> {
  return parseJson(await readFile(path, 'utf8'), basename(path));
}

function parseJson(text: string, name: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StoreError('unsupported', `${name} of this model is not valid JSON.`, { cause });
  }
}

/** Takes a file that an earlier run left complete, once its content is checked again; downloads it otherwise. */
async function present(
  hub: Hub,
  file: { readonly repo: string; readonly revision: string; readonly path: string },
  facts: FileFacts,
  target: string,
  options: DownloadOptions,
): Promise<FileRecord> {
  const promised = options.pinnedSha256 ?? (facts.checksum?.kind === 'sha256' ? facts.checksum.hex : undefined);
  const size = (await stat(target).catch(() => undefined))?.size;
  if (size === facts.bytes && promised !== undefined) {
    const sha256 = await sha256OfFile(target, {
      signal: options.signal,
      onBytes: (done) => options.onBytes?.(done, facts.bytes),
    });
    if (sha256 === promised) {
      return { name: file.path, bytes: size, sha256 };
    }
  }
  await rm(target, { force: true });
  return { name: file.path, ...(await download(hub, file, facts, target, options)) };
}
