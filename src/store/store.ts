import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gpt2Tokenizer, TokenizerError } from '../core/tokenizer';
import type { Engine, Precision } from '../engine/api';
import { compileModel, type FileRecord, type Origin } from '../gpt2/compiledModel';
import { UnsupportedModelError } from '../gpt2/errors';
import { openModel } from '../gpt2/files/openModel';
import { type CatalogueModel, catalogue, findInCatalogue } from './catalogue';
import { type freeBytes, requireSpace } from './disk';
import { StoreError, writingTo } from './errors';
import { describeFiles } from './fileRecords';
import { slug } from './format';
import { fetchModel } from './hub/fetchModel';
import { Hub, type HubOptions } from './hub/hub';
import type { RetryOptions } from './hub/retry';
import { type InstalledModel, InstalledModels } from './installedModels';
import { findLocalSource } from './localSource';
import { isLocked, withLock } from './lock';
import { expectedDiskBytes, sizeOf } from './modelSize';
import type { OnProgress } from './progress';
import { requireSelfTest } from './selftest/selftest';

export type { InstalledModel } from './installedModels';

export interface StoreOptions {
  /** Folder that belongs to the store alone. */
  readonly root: string;
  /** Opens a compiled model for the self-test. */
  readonly openEngine: (folder: string) => Promise<Pick<Engine, 'logits' | 'score' | 'tokenizer' | 'dispose'>>;
  readonly hub?: HubOptions;
  /** Compiles one folder into another; may do so in another thread. */
  readonly compile?: typeof compileModel;
  readonly retry?: Pick<RetryOptions, 'attempts' | 'backoffMs'>;
  readonly free?: typeof freeBytes;
  /** See `LockOptions`. */
  readonly lockStaleMs?: number;
}

export interface InstallOptions {
  readonly precision?: Precision;
  /** Branch, tag or commit on the hub. */
  readonly revision?: string;
  /** Keep the downloaded safetensors after compiling. */
  readonly keepDownload?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** What is about to be compiled. */
interface Source {
  /** A folder, or a file of one. */
  readonly path: string;
  readonly files: readonly FileRecord[];
  readonly name: string;
  readonly origin: Pick<Origin, 'id' | 'kind' | 'revision'>;
}

/**
 * The models on this machine: `models/` holds what can be used, `downloads/` what is still arriving. Only one process
 * installs at a time. Whatever a killed one left behind is swept by the next, except partial downloads, which are resumed.
 */
export class ModelStore {
  private readonly installedModels: InstalledModels;
  private readonly downloads: string;

  constructor(private readonly options: StoreOptions) {
    this.installedModels = new InstalledModels(join(options.root, 'models'));
    this.downloads = join(options.root, 'downloads');
  }

  /** Every usable model, one entry per id and precision, in the order of their ids. */
  list(): Promise<InstalledModel[]> {
    return this.installedModels.list();
  }

  /** Whether a model is being installed or removed, by any process. */
  isBusy(): Promise<boolean> {
    return isLocked(this.options.root, this.options.lockStaleMs);
  }

  async find(id: string, precision: Precision): Promise<InstalledModel | undefined> {
    return (await this.list()).find(({ manifest }) => manifest.origin.id === id && manifest.precision === precision);
  }

  /**
   * Downloads, compiles and tests a model of the hub. Where the same revision is installed already, also by another
   * process while this one waited for it, that one is returned.
   * Rejects with a `StoreError` that says what to do, or an AbortError; what was usable before still is.
   */
  async install(id: string, options: InstallOptions = {}): Promise<InstalledModel> {
    const known = findInCatalogue(id);
    const repo = known?.id ?? id;
    const precision = options.precision ?? 'q8';
    const before = await this.find(repo, precision);
    return this.exclusively(known?.name ?? repo, options, async (signal) => {
      const meanwhile = await this.find(repo, precision);
      if (meanwhile && meanwhile.folder !== before?.folder) {
        return meanwhile;
      }
      const wanted = options.revision ?? known?.revision;
      if (meanwhile && wanted === meanwhile.manifest.origin.revision) {
        return meanwhile;
      }
      const hub = new Hub(this.options.hub);
      const fetched = await fetchModel(hub, this.downloads, {
        ...this.options.retry,
        repo,
        revision: options.revision,
        known,
        precision,
        signal,
        free: this.options.free,
        onBytes: (done, total) => options.onProgress?.({ phase: 'download', done, total }),
        onWait: (detail) => options.onProgress?.({ phase: 'download', done: 0, total: 0, detail }),
      });
      const origin = { id: repo, kind: 'hub', revision: fetched.commit } as const;
      const source = { path: fetched.folder, files: fetched.files, name: known?.name ?? repo, origin };
      const model = await this.build(source, known, { ...options, precision, signal });
      if (!options.keepDownload) {
        await rm(fetched.folder, { recursive: true, force: true });
      }
      return model;
    });
  }

  /** Compiles and tests a model from a folder, or from one of its files. The folder is only read. */
  async importFrom(path: string, options: InstallOptions = {}): Promise<InstalledModel> {
    const precision = options.precision ?? 'q8';
    const { folder, name, ...local } = await findLocalSource(path);
    return this.exclusively(name, options, async (signal) => {
      const files = await describeFiles(folder, local.files, signal);
      const weights = files.find((file) => file.name === 'model.safetensors');
      const known = catalogue.find((model) => model.weights.sha256 === weights?.sha256);
      const origin = { id: known?.id ?? name, kind: 'local', revision: local.path } as const;
      return this.build({ path: local.path, files, name: known?.name ?? name, origin }, known, {
        ...options,
        precision,
        signal,
      });
    });
  }

  /** Removes a model and what is left of its download. */
  async remove(model: InstalledModel): Promise<void> {
    const { origin } = model.manifest;
    await this.exclusively(`removing ${model.manifest.name}`, {}, async () => {
      await this.installedModels.remove(model);
      if (origin.kind === 'hub') {
        await rm(join(this.downloads, slug(origin.id)), { recursive: true, force: true });
      }
    });
  }

  private async build(
    source: Source,
    known: CatalogueModel | undefined,
    { signal, onProgress, precision = 'q8' }: InstallOptions,
  ): Promise<InstalledModel> {
    const bytes = await this.sizeUp(source.path, precision);
    const staging = await this.installedModels.stage();
    try {
      const compiled = join(staging, 'model');
      const compile = this.options.compile ?? compileModel;
      const manifest = await compile(source.path, compiled, precision, {
        signal,
        onProgress: (fraction) => onProgress?.({ phase: 'compile', done: fraction * bytes, total: bytes }),
      });
      onProgress?.({ phase: 'self-test', done: 0, total: 0 });
      const engine = await this.options.openEngine(compiled);
      try {
        const tokenizer = await engine.tokenizer();
        const ownTokens = tokenizer === gpt2Tokenizer() ? undefined : tokenizer.size;
        await requireSelfTest(engine, { name: source.name, precision, known: known?.id, ownTokens, signal });
      } finally {
        await engine.dispose();
      }
      signal?.throwIfAborted();
      return await this.installedModels.publish(
        compiled,
        { ...manifest, name: source.name },
        { ...source.origin, sources: source.files },
      );
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }

  /** Refuses a model that cannot be compiled, or does not fit, before the work begins. Returns bytes to compile. */
  private async sizeUp(path: string, precision: Precision): Promise<number> {
    const model = await openModel(path);
    try {
      const needed = expectedDiskBytes(sizeOf(model.config), precision);
      await requireSpace(this.options.root, needed, this.options.free);
      return model.weights.byteLength;
    } finally {
      await model.close();
    }
  }

  private exclusively<T>(
    owner: string,
    { signal, onProgress }: Pick<InstallOptions, 'signal' | 'onProgress'>,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { root, lockStaleMs: staleMs } = this.options;
    const onWait = (detail: string) => onProgress?.({ phase: 'waiting', done: 0, total: 0, detail });
    return withLock(root, owner, { signal, staleMs, onWait }, (held) =>
      writingTo(root, async () => {
        await this.installedModels.sweep();
        try {
          return await work(held);
        } catch (error) {
          if (error instanceof UnsupportedModelError || error instanceof TokenizerError) {
            throw new StoreError('unsupported', error.message, { cause: error });
          }
          throw error;
        }
      }),
    );
  }
}
