import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { TOKENIZER_FILES, TokenizerError, tokenizerOf } from '../../core/tokenizer';
import type { Precision } from '../../engine/api';
import { type Gpt2Config, parseConfig } from '../../gpt2/config';
import { type FileRecord, sha256OfFile } from '../../gpt2/fileRecords';
import { slug } from '../../gpt2/files/fileNames';
import { shardsOf } from '../../gpt2/files/findModelFiles';
import { readJsonFile } from '../../gpt2/files/jsonFile';
import { hasVocabulary, readTokenizerFiles } from '../../gpt2/files/tokenizerFiles';
import { type CatalogueModel, findInCatalogue } from '../catalogue';
import { StoreError } from '../errors';
import { expectedDiskBytes, shapeOf } from '../modelCosts';
import { askFacts, type DownloadOptions, download } from './download';
import type { FileFacts, Hub, HubName } from './hub';

/** A model's files, downloaded and verified. */
export interface HubSource {
  /** The repository's current name. */
  readonly repo: string;
  /** The catalogue's entry, if the files are the pinned ones. */
  readonly known: CatalogueModel | undefined;
  readonly folder: string;
  readonly commit: string;
  readonly files: readonly FileRecord[];
}

export interface FetchOptions extends DownloadOptions {
  readonly precision: Precision;
}

const CONFIG = 'config.json';
/** Names of weights in transformers' order of preference, each with its index of shards. */
const WEIGHTS = [
  ['model.safetensors', 'model.safetensors.index.json'],
  ['pytorch_model.bin', 'pytorch_model.bin.index.json'],
] as const;
/** Files of other kinds of tokenizers. */
const OTHER_TOKENIZERS = [
  ['spiece.model', 'SentencePiece'],
  ['tokenizer.model', 'SentencePiece'],
  ['sentencepiece.bpe.model', 'SentencePiece'],
  ['vocab.txt', 'WordPiece'],
] as const;
/** Models that process text in reverse; only their names tell. */
const REVERSED = /^okazaki-lab\/japanese-reversed-gpt2-/i;
/** More than any config, index or vocabulary needs. */
const MOST_TEXT_BYTES = 64 * 2 ** 20;

/**
 * Downloads a GPT-2 into `downloads/owner--name/COMMIT`, small files first, so that an unsupported model is rejected
 * before its weights are transferred.
 * @throws StoreError or UnsupportedModelError that says what to do, or an AbortError
 */
export async function fetchModel(
  hub: Hub,
  downloads: string,
  name: HubName,
  options: FetchOptions,
): Promise<HubSource> {
  if (REVERSED.test(name.repo)) {
    throw new StoreError('unsupported', l10n.t('{0} was trained on reversed text: it writes backwards.', name.repo));
  }
  const { onBytes, precision, ...patience } = options;
  const { facts, known } = await locate(hub, name, patience);
  const { repo } = facts;
  const commit = facts.commit ?? revisionOf(name, known);
  const folder = join(downloads, slug(repo), slug(commit));
  const snapshot = new Snapshot(hub, repo, commit, folder, patience);

  const files = [await snapshot.get(CONFIG, facts, { pinnedSha256: known?.configSha256, mostBytes: MOST_TEXT_BYTES })];
  await requireNoPage(hub.host, join(folder, CONFIG));
  const config = parseConfig(await readJsonFile(join(folder, CONFIG)));
  files.push(...(await fetchTokenizer(snapshot, config)));
  files.push(...(await fetchWeights(snapshot, known, config, { onBytes, precision })));
  return { repo, known, folder, commit, files };
}

/** Resolves the repository's current name, and the catalogue's entry if its pins apply. */
async function locate(
  hub: Hub,
  { repo, revision }: HubName,
  patience: DownloadOptions,
): Promise<{ readonly facts: FileFacts; readonly known: CatalogueModel | undefined }> {
  const ask = (repo: string, revision: string) => askFacts(hub, { repo, revision, path: CONFIG }, patience);
  const named = findInCatalogue(repo);
  const asked = revision ?? named?.revision ?? 'main';
  const facts = await ask(named?.id ?? repo, asked);
  const known = findInCatalogue(facts.repo);
  if (revision !== undefined && revision !== known?.revision) {
    return { facts, known: undefined };
  }
  const isPinned = known?.revision === undefined || known.revision === asked;
  return { facts: isPinned ? facts : await ask(known.id, known.revision), known };
}

/**
 * Detects captive portals: networks that want a sign-in answer every request with their page.
 * @throws StoreError
 */
async function requireNoPage(host: string, file: string): Promise<void> {
  if ((await readFile(file, 'utf8')).trimStart().startsWith('<')) {
    await rm(file, { force: true });
    throw new StoreError(
      'network',
      l10n.t(
        '{0} answers with a web page instead of a file: your network may want a sign-in first. Open {0} in a browser, and try again.',
        host,
      ),
    );
  }
}

function revisionOf({ revision }: HubName, known: CatalogueModel | undefined): string {
  return revision ?? known?.revision ?? 'main';
}

/** Downloads the tokenizer's files, if the model has any, and checks that they can be used. */
async function fetchTokenizer(snapshot: Snapshot, { vocab_size: rows }: Gpt2Config): Promise<FileRecord[]> {
  const files = await snapshot.getThoseThere(TOKENIZER_FILES);
  const isByteLevel = hasVocabulary(files.map(({ name }) => name));
  for (const [path, what] of isByteLevel ? [] : OTHER_TOKENIZERS) {
    if (await snapshot.tryAsk(path)) {
      throw new StoreError(
        'unsupported',
        l10n.t(
          '{0} has weights of a GPT-2, but its text is cut by {1} ({2}). Inkling knows byte-level BPE only.',
          snapshot.repo,
          what,
          path,
        ),
      );
    }
  }
  try {
    tokenizerOf({ files: await readTokenizerFiles(snapshot.folder), rows }).encode('a');
  } catch (error) {
    if (error instanceof TokenizerError) {
      throw new StoreError('unsupported', error.message, { cause: error });
    }
    throw error;
  }
  return files;
}

interface Part {
  readonly path: string;
  readonly facts: FileFacts;
}

async function fetchWeights(
  snapshot: Snapshot,
  known: CatalogueModel | undefined,
  config: Gpt2Config,
  { onBytes, precision }: Pick<FetchOptions, 'onBytes' | 'precision'>,
): Promise<FileRecord[]> {
  const { index, parts } = await findWeights(snapshot);
  const files = [...index];
  const total = parts.reduce((sum, { facts }) => sum + (facts.bytes ?? 0), 0);
  let before = 0;
  for (const { path, facts } of parts) {
    const rest = total - before - (facts.bytes ?? 0);
    const pinned = known?.weights.name === path ? known.weights.sha256 : undefined;
    const record = await snapshot.get(path, facts, {
      pinnedSha256: pinned,
      spaceBesides: rest + expectedDiskBytes(shapeOf(config), precision),
      onBytes: (done) => onBytes?.(before + done, total),
    });
    files.push(record);
    before += record.bytes;
  }
  return files;
}

/** The single file of weights, or its shards with their index. */
async function findWeights(
  snapshot: Snapshot,
): Promise<{ readonly index: readonly FileRecord[]; readonly parts: readonly Part[] }> {
  for (const [single, index] of WEIGHTS) {
    const facts = await snapshot.tryAsk(single);
    if (facts) {
      return { index: [], parts: [{ path: single, facts }] };
    }
    const [record] = await snapshot.getThoseThere([index]);
    if (record) {
      const parts: Part[] = [];
      for (const shard of await shardsOf(snapshot.folder, index)) {
        const path = basename(shard);
        parts.push({ path, facts: await snapshot.ask(path) });
      }
      return { index: [record], parts };
    }
  }
  throw new StoreError(
    'not-found',
    l10n.t(
      '{0} on {1} has neither model.safetensors nor pytorch_model.bin. What other forms there are can be downloaded by hand and imported from their folder.',
      snapshot.repo,
      snapshot.host,
    ),
  );
}

/** One commit of a repository, and the folder it is downloaded to. */
class Snapshot {
  readonly #hub: Hub;
  readonly #commit: string;
  readonly #options: DownloadOptions;

  constructor(
    hub: Hub,
    readonly repo: string,
    commit: string,
    readonly folder: string,
    options: DownloadOptions,
  ) {
    this.#hub = hub;
    this.#commit = commit;
    this.#options = options;
  }

  get host(): string {
    return this.#hub.host;
  }

  ask(path: string): Promise<FileFacts> {
    return askFacts(this.#hub, this.#file(path), this.#options);
  }

  /** Like `ask`; undefined where the file does not exist, which is then not in the folder either. */
  async tryAsk(path: string): Promise<FileFacts | undefined> {
    try {
      return await this.ask(path);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'not-found') {
        // A mirror that names no commit may have had the file at an earlier download into this folder.
        await rm(join(this.folder, path), { force: true });
        return undefined;
      }
      throw error;
    }
  }

  /** Downloads those of the given small files that exist. */
  async getThoseThere(paths: readonly string[]): Promise<FileRecord[]> {
    const records: FileRecord[] = [];
    for (const path of paths) {
      const facts = await this.tryAsk(path);
      if (facts) {
        records.push(await this.get(path, facts, { mostBytes: MOST_TEXT_BYTES }));
      }
    }
    return records;
  }

  /** Reuses a file from an earlier run if its content verifies; otherwise downloads it. */
  async get(path: string, facts: FileFacts, more: DownloadOptions): Promise<FileRecord> {
    const options = { ...this.#options, ...more };
    const target = join(this.folder, path);
    const promised = options.pinnedSha256 ?? (facts.checksum?.kind === 'sha256' ? facts.checksum.hex : undefined);
    const size = (await stat(target).catch(() => undefined))?.size;
    if (size !== undefined && size === facts.bytes && promised !== undefined) {
      const sha256 = await sha256OfFile(target, {
        signal: options.signal,
        onBytes: (done) => options.onBytes?.(done, size),
      });
      if (sha256 === promised) {
        return { name: path, bytes: size, sha256 };
      }
    }
    await rm(target, { force: true });
    return { name: path, ...(await download(this.#hub, this.#file(path), facts, target, options)) };
  }

  #file(path: string) {
    return { repo: this.repo, revision: this.#commit, path };
  }
}
