import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { gpt2Tokenizer, TokenizerError } from '../core/tokenizer';
import type { Engine, Precision } from '../engine/api';
import { type Manifest, type Origin, removeReadingGraph } from '../gpt2/compiledModel';
import type { compileModel } from '../gpt2/compileModel';
import { UnsupportedModelError } from '../gpt2/errors';
import { describeFiles, type FileRecord } from '../gpt2/fileRecords';
import { slug } from '../gpt2/files/fileNames';
import { openModel } from '../gpt2/files/openModel';
import { type CatalogueModel, catalogue, findInCatalogue } from './catalogue';
import { type freeBytes, requireSpace } from './disk';
import { StoreError, systemCode, writingTo } from './errors';
import { fetchModel } from './hub/fetchModel';
import { Hub, type HubName, type HubOptions, parseHubName } from './hub/hub';
import type { RetryOptions } from './hub/retry';
import { type InstalledModel, InstalledModels, type UnusableModel } from './installedModels';
import { findLocalSource } from './localSource';
import { isLocked, withLock } from './lock';
import { expectedDiskBytes, parametersOf, shapeOf } from './modelCosts';
import type { OnProgress } from './progress';
import { type CalibratedModel, ownCalibration } from './selftest/ownCalibration';
import { requireSelfTest, type TestedModel } from './selftest/selftest';

export type { InstalledModel, UnusableModel } from './installedModels';

export interface StoreOptions {
  /** Folder used by the store exclusively. */
  readonly root: string;
  /** Opens a compiled model for the self-test. */
  readonly openEngine: (
    folder: string,
  ) => Promise<TestedModel & CalibratedModel & Pick<Engine, 'tokenizer' | 'dispose'>>;
  readonly hub?: HubOptions;
  /** Compiles one folder into another, possibly in a worker thread. */
  readonly compile: typeof compileModel;
  readonly calibrate?: typeof ownCalibration;
  readonly retry?: Pick<RetryOptions, 'attempts' | 'backoffMs'>;
  readonly free?: typeof freeBytes;
  /** See `LockOptions`. */
  readonly lockStaleMs?: number;
}

export interface InstallOptions {
  /** Precision of the weights; `q8` by default. */
  readonly precision?: Precision;
  /** Whether to keep the download after compiling. */
  readonly keepDownload?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** The model to compile. */
interface Source {
  /** A folder, or a file in it. */
  readonly path: string;
  readonly files: readonly FileRecord[];
  readonly known: CatalogueModel | undefined;
  readonly name: string;
  readonly origin: Pick<Origin, 'id' | 'kind' | 'revision'>;
}

/** For the log. */
const READS_SLOWLY =
  'Its self-test failed with the faster way of reading a text and passed without it, so texts are read the slower way.';

type Job = Required<Pick<InstallOptions, 'precision'>> & InstallOptions;

/**
 * The models on this machine: `models/` holds usable ones, `downloads/` partial ones. Only one process installs at a
 * time. Leftovers of killed processes are removed by the next one, except partial downloads, which are resumed.
 */
export class ModelStore {
  readonly #options: StoreOptions;
  readonly #installed: InstalledModels;
  readonly #downloads: string;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#installed = new InstalledModels(join(options.root, 'models'));
    this.#downloads = join(options.root, 'downloads');
  }

  /** All usable models, one per id and precision, ordered by id. */
  list(): Promise<InstalledModel[]> {
    return this.#installed.list();
  }

  /** Unusable folders, which can be removed or replaced by installing the model again. */
  listUnusable(): Promise<UnusableModel[]> {
    return this.#installed.listUnusable();
  }

  /** Whether any process is installing or removing a model. */
  isBusy(): Promise<boolean> {
    return isLocked(this.#options.root, this.#options.lockStaleMs);
  }

  /**
   * Downloads, compiles and tests a model of the hub. If the revision is already installed, perhaps by another process
   * while this one waited, returns that.
   * @param reference `owner/name`, or `owner/name@revision` with a branch, tag, commit or `refs/pr/N`
   * @throws StoreError that says what to do, or an AbortError; existing models stay usable
   */
  async install(reference: string, options: InstallOptions = {}): Promise<InstalledModel> {
    const name = parseHubName(reference);
    const known = findInCatalogue(name.repo);
    const precision = options.precision ?? 'q8';
    const id = idOf({ ...name, repo: known?.id ?? name.repo }, known);
    const before = await this.#find(id, precision);
    return this.#exclusively(known?.name ?? reference, options, async (signal) => {
      const meanwhile = await this.#find(id, precision);
      const wanted = name.revision ?? known?.revision;
      if (meanwhile && (meanwhile.folder !== before?.folder || meanwhile.manifest.origin.revision === wanted)) {
        return meanwhile;
      }
      return this.#fetchAndBuild(name, { ...options, precision, signal });
    });
  }

  /**
   * Compiles and tests a model from a folder, or from one of its files. The folder is not changed.
   * @throws StoreError that says what to do, or an AbortError
   */
  async importFrom(path: string, options: InstallOptions = {}): Promise<InstalledModel> {
    const { folder, name, ...local } = await findLocalSource(path);
    return this.#exclusively(name, options, async (signal) => {
      const files = await describeFiles(folder, local.files, signal);
      const known = catalogue.find(({ weights }) =>
        files.some(({ sha256 }) => weights.sha256 !== undefined && sha256 === weights.sha256),
      );
      const origin = { id: known?.id ?? name, kind: 'local', revision: local.path } as const;
      const source = { path: local.path, files, known, name: known?.name ?? name, origin };
      return this.#build(source, { ...options, precision: options.precision ?? 'q8', signal });
    });
  }

  /** Removes a model and any remaining download of it. */
  async remove(model: InstalledModel): Promise<void> {
    const { origin } = model.manifest;
    await this.#exclusively(l10n.t('removing {0}', model.manifest.name), {}, async () => {
      await this.#installed.remove(model);
      if (origin.kind === 'hub') {
        await rm(join(this.#downloads, slug(parseHubName(origin.id).repo)), { recursive: true, force: true });
      }
    });
  }

  /** Removes an unusable model. */
  async removeUnusable(model: UnusableModel): Promise<void> {
    await this.#exclusively(l10n.t('removing {0}', model.name), {}, () => this.#installed.removeUnusable(model));
  }

  async #find(id: string, precision: Precision): Promise<InstalledModel | undefined> {
    return (await this.list()).find(({ manifest }) => manifest.origin.id === id && manifest.precision === precision);
  }

  async #fetchAndBuild(name: HubName, job: Job): Promise<InstalledModel> {
    const { precision, signal, onProgress } = job;
    const { repo, known, folder, commit, files } = await fetchModel(new Hub(this.#options.hub), this.#downloads, name, {
      ...this.#options.retry,
      precision,
      signal,
      free: this.#options.free,
      onBytes: (done, total) => onProgress?.({ phase: 'download', done, total }),
      onWait: (detail, waitMs) => onProgress?.({ phase: 'download', done: 0, total: 0, detail, waitMs }),
    });
    const id = idOf({ ...name, repo }, known);
    const origin = { id, kind: 'hub', revision: commit } as const;
    let isDone = false;
    try {
      const model = await this.#build({ path: folder, files, known, name: known?.name ?? id, origin }, job);
      isDone = true;
      return model;
    } catch (error) {
      isDone = isFinal(error);
      throw error;
    } finally {
      if (isDone && !job.keepDownload) {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }

  /** Compiles, tests and publishes: the model is listed only after every step has succeeded. */
  async #build(source: Source, job: Job): Promise<InstalledModel> {
    const staging = await this.#installed.stage();
    try {
      const compiled = join(staging, 'model');
      const manifest = await this.#testBothWays(compiled, await this.#compile(source.path, compiled, job), source, job);
      return await this.#installed.publish(
        compiled,
        { ...manifest, name: source.name },
        { ...source.origin, sources: source.files },
      );
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }

  async #compile(from: string, to: string, { precision, signal, onProgress }: Job) {
    const total = await this.#sizeUp(from, precision);
    return this.#options.compile(from, to, precision, {
      signal,
      onProgress: (fraction) => onProgress?.({ phase: 'compile', done: fraction * total, total }),
    });
  }

  /** If a model fails, tests it again without its reading graph; returns the manifest of the variant that passed. */
  async #testBothWays(compiled: string, manifest: Manifest, source: Source, job: Job): Promise<Manifest> {
    const tested = async (candidate: Manifest) => {
      const calibration = await this.#test(compiled, source, candidate, job);
      return { ...candidate, ...(calibration && { calibration }) };
    };
    try {
      return await tested(manifest);
    } catch (error) {
      const isFailed = error instanceof StoreError && error.code === 'self-test';
      const slower = isFailed ? await removeReadingGraph(compiled, manifest, READS_SLOWLY) : undefined;
      if (slower === undefined) {
        throw error;
      }
      return tested(slower);
    }
  }

  /** @returns the calibration from texts that the model wrote */
  async #test(compiled: string, { name, known }: Source, { config }: Manifest, { precision, signal, onProgress }: Job) {
    onProgress?.({ phase: 'self-test', done: 0, total: 0 });
    const engine = await this.#options.openEngine(compiled);
    try {
      const tokenizer = await engine.tokenizer();
      const ownTokens = tokenizer === gpt2Tokenizer() ? undefined : tokenizer.size;
      const contextLength = config.n_positions;
      await requireSelfTest(engine, { name, precision, known, ownTokens, contextLength, signal });
      const { calibrate = ownCalibration } = this.#options;
      const found = await calibrate(engine, parametersOf(shapeOf(config)), signal, (done, total) =>
        onProgress?.({ phase: 'self-test', done, total }),
      );
      signal?.throwIfAborted();
      return found;
    } finally {
      await engine.dispose();
    }
  }

  /** Rejects a model that cannot be compiled or does not fit before work begins. Returns the bytes to compile. */
  async #sizeUp(path: string, precision: Precision): Promise<number> {
    const model = await openModel(path);
    try {
      const needed = expectedDiskBytes(shapeOf(model.config), precision);
      await requireSpace(this.#options.root, needed, this.#options.free);
      return model.weights.byteLength;
    } finally {
      await model.close();
    }
  }

  #exclusively<T>(
    owner: string,
    { signal, onProgress }: Pick<InstallOptions, 'signal' | 'onProgress'>,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { root, lockStaleMs: staleMs } = this.#options;
    const onWait = (detail: string) => onProgress?.({ phase: 'waiting', done: 0, total: 0, detail });
    return withLock(root, owner, { signal, staleMs, onWait }, (held) =>
      writingTo(root, async () => {
        await this.#installed.sweep();
        try {
          return await work(held);
        } catch (error) {
          if (isUnsupported(error)) {
            throw new StoreError('unsupported', error.message, { cause: error });
          }
          throw error;
        }
      }),
    );
  }
}

function isUnsupported(error: unknown): error is UnsupportedModelError | TokenizerError {
  return error instanceof UnsupportedModelError || error instanceof TokenizerError;
}

/** Whether the same files would fail again: the model is not supported or fails its self-test. */
function isFinal(error: unknown): boolean {
  const isTested = error instanceof StoreError && error.code === 'self-test';
  // A full disk is told of as an unsupported model, too.
  return isTested || (isUnsupported(error) && systemCode(error) === undefined);
}

/** The id to list a model under: a revision other than the default one is a separate model. */
function idOf({ repo, revision }: HubName, known: CatalogueModel | undefined): string {
  return revision === undefined || revision === known?.revision ? repo : `${repo}@${revision}`;
}
