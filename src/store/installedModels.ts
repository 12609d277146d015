import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import {
  DATA_FILE,
  MANIFEST,
  type Manifest,
  type Origin,
  readManifest,
  readOutdatedManifest,
  sealed,
} from '../gpt2/compiledModel';
import { parseConfig } from '../gpt2/config';
import { areWhole, totalBytes } from '../gpt2/fileRecords';
import { slug } from '../gpt2/files/fileNames';
import { PRECISIONS } from '../gpt2/quantise';
import { durableRename, removeFolder, syncFiles, writeJson } from './disk';

/** A usable model. */
export interface InstalledModel {
  /** Absolute folder of the compiled model. */
  readonly folder: string;
  readonly manifest: Manifest & { readonly origin: Origin };
  /** Size on disk in bytes. */
  readonly bytes: number;
}

/** A folder among the models without a usable model in it. */
export interface UnusableModel {
  readonly folder: string;
  /** The model's name, if the manifest is readable. */
  readonly name: string;
  /** `outdated`: compiled by another version of Inkling. `damaged`: files or parts of the manifest are missing. */
  readonly reason: 'outdated' | 'damaged';
}

/**
 * The folder of compiled models. Each model has a subfolder that is complete or absent: it is created under a hidden
 * name and renamed. A newer copy is published before its predecessor is removed, so one always exists. All methods but
 * `list` require the store's lock.
 */
export class InstalledModels {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** All usable models, one per model and precision, ordered by id. */
  async list(): Promise<InstalledModel[]> {
    const latest = new Map<string, InstalledModel>();
    for (const model of (await this.#scan()).usable) {
      const { origin, precision } = model.manifest;
      const key = `${identityOf(origin)} ${precision}`;
      const other = latest.get(key);
      if (other === undefined || other.manifest.origin.installedAt < origin.installedAt) {
        latest.set(key, model);
      }
    }
    return [...latest.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, model]) => model);
  }

  /** All unusable folders, ordered by name. */
  async listUnusable(): Promise<UnusableModel[]> {
    return (await this.#scan()).unusable;
  }

  /** Creates a hidden folder for work in progress. */
  async stage(): Promise<string> {
    await mkdir(this.#root, { recursive: true });
    return mkdtemp(join(this.#root, '.staging-'));
  }

  /** Writes the manifest, renames the finished folder, and removes predecessors. */
  async publish(staged: string, manifest: Manifest, origin: Omit<Origin, 'installedAt'>): Promise<InstalledModel> {
    const { files } = manifest;
    const full = { ...manifest, origin: { ...origin, installedAt: await this.#now() } };
    await writeJson(join(staged, MANIFEST), sealed(full));
    await syncFiles(
      staged,
      files.map(({ name }) => name),
    );
    const content = files.find(({ name }) => name === DATA_FILE)?.sha256.slice(0, 8);
    const name = `${slug(full.origin.id)}-${full.precision}-${content}-${full.origin.installedAt.replaceAll(/\D/g, '')}`;
    await durableRename(staged, join(this.#root, name));
    for (const other of await this.#copiesOf(full)) {
      if (other !== name) {
        // An engine may have it open, which prevents removal on Windows; the next installation tries again.
        await this.#discard(other).catch(() => undefined);
      }
    }
    return { folder: join(this.#root, name), manifest: full, bytes: totalBytes(files) };
  }

  /** Removes every copy of a model. */
  async remove(model: InstalledModel): Promise<void> {
    for (const name of await this.#copiesOf(model.manifest)) {
      await this.#discard(name);
    }
  }

  /** Removes leftovers of killed processes. */
  async sweep(): Promise<void> {
    for (const name of await this.#names()) {
      if (/^\.(staging|removed)-/.test(name)) {
        await rm(join(this.#root, name), { recursive: true, force: true });
      }
    }
  }

  /** Removes a folder without a usable model. */
  async removeUnusable({ folder }: UnusableModel): Promise<void> {
    await this.#discard(basename(folder));
  }

  async #scan(): Promise<{ readonly usable: InstalledModel[]; readonly unusable: UnusableModel[] }> {
    const usable: InstalledModel[] = [];
    const unusable: UnusableModel[] = [];
    for (const name of (await this.#names()).filter((name) => !name.startsWith('.')).sort()) {
      const folder = join(this.#root, name);
      const manifest = checkManifest(await readManifest(folder));
      if (manifest !== undefined && (await areWhole(folder, manifest.files))) {
        usable.push({ folder, manifest, bytes: totalBytes(manifest.files) });
      } else {
        const outdated = await readOutdatedManifest(folder);
        const found = manifest?.name ?? outdated?.name;
        const reason = outdated ? 'outdated' : 'damaged';
        unusable.push({ folder, name: typeof found === 'string' ? found : name, reason });
      }
    }
    return { usable, unusable };
  }

  /** The current time, or just after the latest installation if the clock was set back since. */
  async #now(): Promise<string> {
    const { usable } = await this.#scan();
    const latest = usable.map(({ manifest }) => Date.parse(manifest.origin.installedAt) || 0);
    return new Date(Math.max(Date.now(), ...latest.map((time) => time + 1))).toISOString();
  }

  #names(): Promise<string[]> {
    return readdir(this.#root).catch(() => []);
  }

  /** Folders of one model and precision, from any builder version. */
  async #copiesOf({ origin, precision }: InstalledModel['manifest']): Promise<string[]> {
    const copies: string[] = [];
    for (const name of await this.#names()) {
      const folder = join(this.#root, name);
      const other = (await readManifest(folder)) ?? (await readOutdatedManifest(folder));
      const theirs = other?.origin;
      const isSame = isOrigin(theirs) && theirs.kind === origin.kind && identityOf(theirs) === identityOf(origin);
      if (isSame && other?.precision === precision) {
        copies.push(name);
      }
    }
    return copies;
  }

  #discard(name: string): Promise<void> {
    return removeFolder(join(this.#root, name), `.removed-${process.pid}-${name}`);
  }
}

/**
 * Identifies copies of the same model: by the hub's id, or for imports by path, as many folders are called
 * `checkpoint-500`. Imports whose weights or place are the hub's get the hub's id, which no folder name can equal.
 */
function identityOf({ id, kind, revision }: Origin): string {
  return kind === 'hub' || id.includes('/') ? id : `${id} ${revision}`;
}

const FILES = v.array(v.object({ name: v.string(), bytes: v.number(), sha256: v.string() }));
const ORIGIN = v.object({
  id: v.string(),
  kind: v.picklist(['hub', 'local']),
  revision: v.string(),
  sources: FILES,
  installedAt: v.string(),
});

function isOrigin(value: unknown): value is Origin {
  return v.is(ORIGIN, value);
}

/** The manifest, if every field that is read later is valid; it may have been edited or damaged. */
function checkManifest(manifest: Manifest | undefined): InstalledModel['manifest'] | undefined {
  if (manifest === undefined || typeof manifest.name !== 'string' || !PRECISIONS.includes(manifest.precision)) {
    return undefined;
  }
  try {
    parseConfig(manifest.config);
  } catch {
    return undefined;
  }
  const { origin, files } = manifest;
  return isOrigin(origin) && v.is(FILES, files) ? { ...manifest, origin, files } : undefined;
}
