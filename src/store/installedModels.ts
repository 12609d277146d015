import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DATA_FILE } from '../gpt2/compile';
import { MANIFEST, type Manifest, type Origin, readManifest } from '../gpt2/compiledModel';
import { durableRename, removeFolder, syncFiles, writeJson } from './disk';
import { areWhole, describeFiles, totalBytes } from './fileRecords';
import { slug } from './format';

/** A model that can be used. */
export interface InstalledModel {
  /** Absolute folder of the compiled model. */
  readonly folder: string;
  readonly manifest: Manifest & { readonly origin: Origin };
  /** Size on disk. */
  readonly bytes: number;
}

/**
 * The folder of compiled models. Each has a folder of its own, which is complete or absent: it is made in a hidden one
 * and renamed. A newer copy comes to lie beside its predecessor before that one goes, so that there is always one.
 * Everything but `list` expects that the caller holds the store's lock.
 */
export class InstalledModels {
  constructor(readonly root: string) {}

  /** Every usable model, one entry per id and precision, in the order of their ids. */
  async list(): Promise<InstalledModel[]> {
    const latest = new Map<string, InstalledModel>();
    for (const model of await this.whole()) {
      const { origin, precision } = model.manifest;
      const key = `${origin.id} ${precision}`;
      const other = latest.get(key);
      if (other === undefined || other.manifest.origin.installedAt < origin.installedAt) {
        latest.set(key, model);
      }
    }
    return [...latest.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, model]) => model);
  }

  /** A hidden folder for work in progress. */
  async stage(): Promise<string> {
    await mkdir(this.root, { recursive: true });
    return mkdtemp(join(this.root, '.staging-'));
  }

  /** Gives a finished folder its manifest and its name, then removes its predecessors. */
  async publish(
    staged: string,
    manifest: Manifest,
    origin: Omit<Origin, 'files' | 'installedAt'>,
  ): Promise<InstalledModel> {
    const files = await describeFiles(
      staged,
      (await readdir(staged)).filter((name) => name !== MANIFEST),
    );
    const full = { ...manifest, origin: { ...origin, files, installedAt: new Date().toISOString() } };
    await writeJson(join(staged, MANIFEST), full);
    await syncFiles(
      staged,
      files.map(({ name }) => name),
    );
    const series = seriesOf(full);
    const content = files.find(({ name }) => name === DATA_FILE)?.sha256.slice(0, 8);
    const name = `${series}${content}-${full.origin.installedAt.replaceAll(/\D/g, '')}`;
    await durableRename(staged, join(this.root, name));
    for (const other of await this.namesIn(series)) {
      if (other !== name) {
        // An engine may still have it open, which Windows minds; the next installation tries again.
        await this.discard(other).catch(() => undefined);
      }
    }
    return { folder: join(this.root, name), manifest: full, bytes: totalBytes(files) };
  }

  /** Removes every copy of a model. */
  async remove(model: InstalledModel): Promise<void> {
    for (const name of await this.namesIn(seriesOf(model.manifest))) {
      await this.discard(name);
    }
  }

  /** Removes what killed processes left. */
  async sweep(): Promise<void> {
    for (const name of await this.names()) {
      if (/^\.(staging|removed)-/.test(name)) {
        await rm(join(this.root, name), { recursive: true, force: true });
      }
    }
  }

  private async whole(): Promise<InstalledModel[]> {
    const found: InstalledModel[] = [];
    for (const name of (await this.names()).filter((name) => !name.startsWith('.'))) {
      const folder = join(this.root, name);
      const manifest = await readManifest(folder).catch(() => undefined);
      if (manifest?.origin && (await areWhole(folder, manifest.origin.files))) {
        const { origin } = manifest;
        found.push({ folder, manifest: { ...manifest, origin }, bytes: totalBytes(origin.files) });
      }
    }
    return found;
  }

  private names(): Promise<string[]> {
    return readdir(this.root).catch(() => []);
  }

  /** Folders of one model and precision, made by any builder. */
  private async namesIn(series: string): Promise<string[]> {
    const ofSeries = (name: string) => name.startsWith(series) && /^[0-9a-f]{8}-\d+$/.test(name.slice(series.length));
    return (await this.names()).filter(ofSeries);
  }

  private discard(name: string): Promise<void> {
    return removeFolder(join(this.root, name), `.removed-${process.pid}-${name}`);
  }
}

/** What the folder names of a model's copies begin with. No hub id has an `@`, so a folder's name cannot pose as one. */
function seriesOf({ precision, origin }: InstalledModel['manifest']): string {
  return `${origin.kind === 'local' ? '@' : ''}${slug(origin.id)}-${precision}-`;
}
