import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { provideSearch } from './search';
import { SERVER } from './setup';

const QUIET_SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.colorTheme': 'Default Light Modern',
  'files.autoSave': 'off',
  'update.mode': 'none',
  'git.openRepositoryInParentFolders': 'never',
};

/** Settings of the machine that keep Inkling quiet. */
const QUIET_MACHINE_SETTINGS = { 'inkling.model.offer': false };

export interface ServerOptions {
  /** A packaged extension to install. */
  readonly vsix?: string;
  /** A built source folder to use as an extension in place. */
  readonly extensionFolder?: string;
  /** User settings, on top of those that keep the workbench quiet. */
  readonly settings?: Record<string, unknown>;
  /** Settings that only a machine can have, such as `inkling.model.*`. */
  readonly machineSettings?: Record<string, unknown>;
  /** Added to the environment of the server and so of the extension host. */
  readonly env?: Record<string, string>;
  readonly port?: number;
  /** Ask whether a folder is trusted; without, every folder is. */
  readonly workspaceTrust?: boolean;
  /** The language of the display, `de`; English without. */
  readonly language?: string;
  /** Let the page run a test suite inside the extension host. */
  readonly testDriver?: boolean;
}

/** A VS Code server on localhost with a user folder, an extensions folder and an empty workspace of its own. */
export class Server {
  readonly #process: ChildProcess;
  readonly #overrides: Record<string, unknown>;

  private constructor(
    process: ChildProcess,
    /** Holds everything the server writes; removed by `stop`. */
    readonly folder: string,
    readonly port: number,
    overrides: Record<string, unknown>,
  ) {
    this.#process = process;
    this.#overrides = overrides;
  }

  get workspace(): string {
    return join(this.folder, 'workspace');
  }

  /** Settles when the server's process has ended, for whatever reason. */
  get ended(): Promise<unknown> {
    return this.#process.exitCode === null ? once(this.#process, 'exit') : Promise.resolve();
  }

  /** What the server itself printed. */
  get log(): string {
    return readFileSync(join(this.folder, 'server.log'), 'utf8');
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    await provideSearch();
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'inkling-')));
    const [data, extensions] = [join(folder, 'data'), join(folder, 'extensions')];
    if (options.vsix) cpSync(installed(options.vsix), extensions, { recursive: true });
    else mkdirSync(extensions);
    mkdirSync(join(folder, 'workspace'));
    const trust = { 'security.workspace.trust.enabled': options.workspaceTrust === true };
    writeSettings(folder, 'User', { ...QUIET_SETTINGS, ...trust, ...options.settings });
    const machineSettings = { ...QUIET_MACHINE_SETTINGS, ...options.machineSettings };
    writeSettings(folder, 'Machine', machineSettings);
    if (options.extensionFolder) symlinkSync(options.extensionFolder, join(extensions, 'inkling'), 'junction');
    if (options.language) addLanguagePack(folder, extensions, options.language);
    const port = options.port ?? (await freePort());
    const log = openSync(join(folder, 'server.log'), 'a');
    const child = spawn(
      process.execPath,
      [
        ...serverCommand(data, extensions),
        ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
        ...['--telemetry-level', 'off'],
        ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
        ...(options.language ? ['--locale', options.language] : []),
        ...(options.testDriver ? ['--enable-smoke-test-driver'] : []),
      ],
      {
        env: { ...process.env, ...NO_GALLERY, ...options.env },
        stdio: ['ignore', log, log],
        detached: process.platform !== 'win32',
      },
    );
    const server = new Server(child, folder, port, machineSettings);
    try {
      await server.#answers();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Address of the workbench on the workspace; `payload` is what the workbench itself takes, such as `openFile`. */
  url(payload: readonly (readonly [string, string])[] = [], folder = this.workspace): string {
    return `http://127.0.0.1:${this.port}/?folder=${encodeURI(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  }

  /** The name by which the workbench knows a file of this machine. */
  uri(path: string): string {
    return `vscode-remote://127.0.0.1:${this.port}${encodeURI(path)}`;
  }

  /** Overrides settings while the workbench runs. The server watches the machine's settings but not the user's. */
  changeSettings(settings: Record<string, unknown>): void {
    Object.assign(this.#overrides, settings);
    writeSettings(this.folder, 'Machine', this.#overrides);
  }

  /** Ends the server and all that it started (extension hosts outlive the page), and removes its folder. */
  async stop(): Promise<void> {
    const { pid } = this.#process;
    if (pid !== undefined) {
      if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
      else endGroup(pid);
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #answers(): Promise<void> {
    const until = Date.now() + 30_000;
    while (this.#process.exitCode === null && Date.now() < until) {
      const response = await fetch(`http://127.0.0.1:${this.port}/version`).catch(() => undefined);
      if (response?.ok) return;
      await sleep(100);
    }
    throw new Error(`The VS Code server did not start:\n${this.log}`);
  }
}

const NO_GALLERY = { EXTENSIONS_GALLERY: '{"serviceUrl":""}' };

function serverCommand(data: string, extensions: string): string[] {
  return [SERVER, '--accept-server-license-terms', '--server-data-dir', data, '--extensions-dir', extensions];
}

const installedFrom = new Map<string, string>();

/**
 * A folder of extensions in which VS Code has installed this one, to be copied: installing takes longer than all else
 * that a server does before it answers, so that each process does it once.
 */
function installed(vsix: string): string {
  const known = installedFrom.get(vsix);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'inkling-installed-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const extensions = join(folder, 'extensions');
  const install = [...serverCommand(join(folder, 'data'), extensions), '--install-extension', vsix, '--force'];
  const env = { ...process.env, ...NO_GALLERY };
  const { status, stdout, stderr } = spawnSync(process.execPath, install, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Installing ${vsix} failed:\n${stdout}${stderr}`);
  installedFrom.set(vsix, extensions);
  return extensions;
}

function writeSettings(folder: string, level: 'User' | 'Machine', settings: Record<string, unknown>): void {
  const path = join(folder, 'data/data', level);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'settings.json'), JSON.stringify(settings, null, 2));
}

/**
 * VS Code takes up a language that it has a language pack for. This one has no texts: the workbench stays in English,
 * extensions take their own texts.
 */
function addLanguagePack(folder: string, extensions: string, language: string): void {
  const id = 'inkling-test.language-pack';
  const pack = join(extensions, id);
  const texts = join(pack, 'texts.json');
  mkdirSync(pack, { recursive: true });
  writeFileSync(texts, JSON.stringify({ version: '1.0.0', contents: {} }));
  const translations = [{ id: 'vscode', path: './texts.json' }];
  const localizations = [
    { languageId: language, languageName: language, localizedLanguageName: language, translations },
  ];
  const [publisher, name] = id.split('.');
  const manifest = { name, publisher, version: '1.0.0', engines: { vscode: '*' }, contributes: { localizations } };
  writeFileSync(join(pack, 'package.json'), JSON.stringify(manifest));
  const known = {
    [language]: {
      hash: '1',
      label: language,
      extensions: [{ extensionIdentifier: { id }, version: '1.0.0' }],
      translations: { vscode: texts },
    },
  };
  mkdirSync(join(folder, 'data/data'), { recursive: true });
  writeFileSync(join(folder, 'data/data/languagepacks.json'), JSON.stringify(known));
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A port nobody listens on now. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
      .on('error', reject)
      .listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() =>
          address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
        );
      });
  });
}
