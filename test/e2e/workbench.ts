import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { thisTarget, vsixPath } from '../../scripts/targets';
import { findBrowser, installBrowser } from '../../scripts/workbench/browser';
import { Server, type ServerOptions } from '../../scripts/workbench/server';

const BROWSER_FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const SCREENSHOTS = join(__dirname, '../../out/screenshots');

export interface WorkbenchOptions extends ServerOptions {
  /** Files of the workspace, by name. */
  readonly files?: Record<string, string>;
  readonly size?: { width: number; height: number };
}

/**
 * A real VS Code workbench in a browser: what a writer sees and does. Made by `Workbench.start` with the packaged
 * extension installed (unless told otherwise), ended by `stop`.
 */
export class Workbench {
  private constructor(
    readonly server: Server,
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async start({ files = {}, size, ...rest }: WorkbenchOptions): Promise<Workbench> {
    // How much Inkling does must not hang on how busy the machine of the tests is.
    const machineSettings = { 'inkling.engine.saveEnergy': 'never', ...rest.machineSettings };
    const options = { ...rest, machineSettings };
    const server = await Server.start(options.extensionFolder ? options : { vsix: vsixPath(thisTarget()), ...options });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(server.workspace, name), text);
    try {
      const browser = await openBrowser();
      const page = await browser.newPage({ viewport: size ?? { width: 1100, height: 700 } });
      return new Workbench(server, browser, page);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Loads the workbench with a file of the workspace open and Inkling ready. */
  async open(name: string): Promise<void> {
    await this.page.goto(this.server.url([['openFile', this.server.uri(join(this.server.workspace, name))]]));
    await this.page.locator('.monaco-editor .view-line').first().waitFor({ timeout: 60_000 });
    await this.status('ready');
  }

  /** Waits until the status item says this; nothing is suggested before it says `ready`. */
  async status(kind: 'ready' | 'thinking' | 'off' | 'error'): Promise<void> {
    await this.page.locator(`.statusbar-item[aria-label^="Inkling: ${kind}"]`).waitFor({ timeout: 60_000 });
  }

  get statusItem(): Locator {
    return this.page.locator('.statusbar-item', { hasText: 'Inkling' });
  }

  /** Puts the cursor at the very end of the open document. */
  async goToEnd(): Promise<void> {
    await this.page.locator('.monaco-editor .view-lines').first().click();
    await this.press('Control+End');
  }

  async type(text: string, delay = 20): Promise<void> {
    await this.page.keyboard.type(text, { delay });
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** The grey text after the cursor. */
  get ghost(): Locator {
    return this.page.locator('.ghost-text-decoration');
  }

  /** Waits for ghost text and returns its first line as it would be inserted. */
  async ghostText(): Promise<string> {
    await this.ghost.first().waitFor({ timeout: 30_000 });
    return (await this.ghost.allTextContents()).join('').replaceAll('\u00a0', ' ');
  }

  async noGhostText(): Promise<void> {
    await this.ghost.first().waitFor({ state: 'detached', timeout: 10_000 });
  }

  /** Runs a command by its title in the command palette. */
  async command(title: string): Promise<void> {
    await this.press('F1');
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await input.waitFor();
    await input.fill(`>${title}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    await row.waitFor();
    await this.press('Enter');
    await input.waitFor({ state: 'hidden' });
  }

  /** Text of the toasts on screen. */
  get toasts(): Locator {
    return this.page.locator('.notification-toast .notification-list-item-message');
  }

  /** Changes settings; the workbench takes them up within moments, so wait for their effect. */
  changeSettings(settings: Record<string, unknown>): void {
    this.server.changeSettings(settings);
  }

  /** Changes to another colour theme, by its full name, and waits until it shows. */
  async setTheme(theme: string): Promise<void> {
    const body = this.page.locator('.monaco-workbench');
    const before = await body.getAttribute('class');
    this.changeSettings({ 'workbench.colorTheme': theme });
    await this.page.waitForFunction(
      (old) => document.querySelector('.monaco-workbench')?.getAttribute('class') !== old,
      before,
    );
  }

  /** Saves the open document and returns what is on disk. */
  async save(name: string): Promise<string> {
    const clean = this.page.locator('.tab.active:not(.dirty)');
    // What a command does to the text may come after a first save.
    for (let tries = 0; tries < 10; tries++) {
      await this.press('Control+S');
      if (
        await clean.waitFor({ timeout: 2_000 }).then(
          () => true,
          () => false,
        )
      )
        break;
    }
    await clean.waitFor({ timeout: 1_000 });
    return this.read(name);
  }

  read(name: string): string {
    return readFileSync(join(this.server.workspace, name), 'utf8');
  }

  /** Takes a picture of the whole window; returns its path. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const path = join(SCREENSHOTS, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }
}

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findBrowser() ?? installBrowser(), args: BROWSER_FLAGS });
}
