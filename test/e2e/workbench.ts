import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  /** A screen that can be touched. */
  readonly touch?: boolean;
}

/**
 * A real VS Code workbench in a browser: what a writer sees and does. Made by `Workbench.start` with the packaged
 * extension installed (or a source folder, where one is given), ended by `stop`.
 *
 * No step waits a fixed time: each begins when what it needs is there and has the focus, and ends when its effect shows.
 * A key that is pressed into a window that is still being built is lost, or closes what was just opened.
 */
export class Workbench {
  readonly #browser: Browser;

  private constructor(
    readonly server: Server,
    browser: Browser,
    readonly page: Page,
  ) {
    this.#browser = browser;
  }

  static async start({ files = {}, size, touch = false, ...rest }: WorkbenchOptions): Promise<Workbench> {
    // How much Inkling does must not hang on how busy the machine of the tests is.
    const machineSettings = { 'inkling.engine.saveEnergy': 'never', ...rest.machineSettings };
    const options = { ...rest, machineSettings };
    const server = await Server.start(options.extensionFolder ? options : { vsix: vsixPath(thisTarget()), ...options });
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(server.workspace, name)), { recursive: true });
      writeFileSync(join(server.workspace, name), text);
    }
    try {
      const browser = await openBrowser();
      const page = await browser.newPage({ viewport: size ?? { width: 1100, height: 700 }, hasTouch: touch });
      return new Workbench(server, browser, page);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Loads the workbench, anew if it is there, with a file of the workspace open and Inkling ready. */
  async open(name: string): Promise<void> {
    const uri = this.server.uri(join(this.server.workspace, name));
    await openWindow(this.page, this.server.url([['openFile', uri]]), name);
    await this.status('ready');
  }

  /** Shows another file of the folder in this window. */
  async switchTo(name: string): Promise<void> {
    await this.press('Control+P');
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await input.waitFor();
    await input.fill(name);
    await this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).waitFor();
    await this.press('Enter');
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  /** Waits until the status item says this; nothing is suggested before it says `ready`. */
  async status(kind: 'ready' | 'thinking' | 'off' | 'error'): Promise<void> {
    await statusItem(this.page, kind).waitFor({ timeout: 60_000 });
  }

  /** A second window on the same folder, with a file of it open. */
  async openAnother(name: string): Promise<Page> {
    const page = await this.#browser.newPage();
    const uri = this.server.uri(join(this.server.workspace, name));
    await openWindow(page, this.server.url([['openFile', uri]]), name);
    return page;
  }

  get statusItem(): Locator {
    return this.page.locator('.statusbar-item', { hasText: 'Inkling' });
  }

  /** The text of the active editor. */
  get text(): Locator {
    return this.page.locator('.monaco-editor .view-lines').first();
  }

  /** Clicks into the text, so that keys go there. */
  async focusText(): Promise<void> {
    await this.text.click();
    await this.editorFocused();
  }

  /** Waits until an editor has the focus. */
  async editorFocused(): Promise<void> {
    await this.page.locator('.editor-instance .monaco-editor.focused').waitFor();
  }

  /** Puts the cursor at the very end of the open document. */
  async goToEnd(): Promise<void> {
    await this.focusText();
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

  /** Waits for ghost text and returns its first line as it would be inserted; `other` is one that it must not be. */
  async ghostText(other = ''): Promise<string> {
    const painted = await this.page.waitForFunction(paintedGhostText, other, { timeout: 30_000 });
    return (await painted.jsonValue()) as string;
  }

  /** Waits until the ghost text is this. */
  async ghostTextIs(text: string): Promise<void> {
    await this.page.waitForFunction(isGhostText, { whole: text }, { timeout: 30_000 });
  }

  /** Waits until the ghost text begins with this. */
  async ghostTextBegins(text: string): Promise<void> {
    await this.page.waitForFunction(isGhostText, { begins: text }, { timeout: 30_000 });
  }

  async noGhostText(): Promise<void> {
    await this.ghost.first().waitFor({ state: 'detached', timeout: 10_000 });
  }

  /**
   * Runs a command by its title in the command palette. `shows` is what it shows in the palette's place, if it does; a
   * command that moves the focus elsewhere later than it ends needs a wait for that before the next key.
   */
  async command(title: string, shows?: Locator): Promise<void> {
    // VS Code tells the page of a view that was given the focus to take it, by a message: on a busy machine that comes
    // after the next palette has opened, and closes it. A person opens it once more.
    let isFound = false;
    for (let tries = 0; tries < 3 && !isFound; tries++) {
      await this.press('F1');
      isFound = await this.#findCommand(title).then(
        () => true,
        () => false,
      );
    }
    assert.ok(isFound, `the palette finds “${title}”`);
    await this.press('Enter');
    await (shows ? shows.waitFor() : this.#paletteInput.waitFor({ state: 'hidden' }));
  }

  get #paletteInput(): Locator {
    return this.page.locator('.quick-input-widget input[type=text]');
  }

  /** Types a command's title into the palette that is opening, and waits until Enter would take it. */
  async #findCommand(title: string): Promise<void> {
    await this.#paletteInput.fill(`>${title}`, { timeout: 10_000 });
    // While the list is being filtered another row may have the focus.
    await this.page
      .locator('.quick-input-list .monaco-list-row.focused', { hasText: title })
      .waitFor({ timeout: 10_000 });
  }

  /** Opens the menu of Inkling's status item: keys go to it from then on. */
  async openMenu(): Promise<void> {
    await this.statusItem.click();
    await this.page.locator('.quick-input-widget input[type=text]:focus').waitFor();
  }

  /** A row of the menu, or of another list to choose from, that is open. */
  menuRow(text: string): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text });
  }

  /** Closes the menu, whatever row it shows. */
  async closeMenu(): Promise<void> {
    await this.press('Escape');
    await this.#paletteInput.waitFor({ state: 'hidden' });
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

  /** Waits until the document is no longer what was saved. */
  async changed(name: string): Promise<void> {
    await this.page.locator(`.tab.active.dirty[data-resource-name="${name}"]`).waitFor();
  }

  /** Saves the open document and returns what is on disk. */
  async save(name: string): Promise<string> {
    const clean = this.page.locator('.editor-group-container.active .tab.active:not(.dirty)');
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

  /**
   * Waits until the workbench has written down something that contains these texts. In a browser it writes what views and
   * layout remember every five seconds, and nothing when the page is left.
   */
  async remembered(...texts: string[]): Promise<void> {
    // `waitForFunction` would take the promise itself for a yes.
    while (!(await this.page.evaluate(isRemembered, texts)));
  }

  /** Takes a picture of the whole window; returns its path. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const path = join(SCREENSHOTS, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
  }
}

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findBrowser() ?? installBrowser(), args: BROWSER_FLAGS });
}

/** Loads a window of the workbench and waits until all of it is there, with this file in the active editor. */
export async function openWindow(page: Page, address: string, file: string): Promise<void> {
  await page.goto(address);
  // The workbench sets this mark when its parts, views and editors are restored: nothing moves the focus from then on.
  await page.waitForFunction(() => performance.getEntriesByName('code/didStartWorkbench').length > 0, undefined, {
    timeout: 60_000,
  });
  await page.locator(`.tab.active[data-resource-name="${file}"]`).waitFor({ timeout: 60_000 });
  await page.locator('.monaco-editor .view-line').first().waitFor({ timeout: 60_000 });
}

/** The status item while it says this. */
export function statusItem(page: Page, kind: 'ready' | 'thinking' | 'off' | 'error'): Locator {
  return page.locator(`.statusbar-item[aria-label^="Inkling: ${kind}"]`);
}

/** Runs in the page: whether the ghost text is this or begins with this. */
function isGhostText({ whole, begins }: { whole?: string; begins?: string }): boolean {
  const parts = [...document.querySelectorAll('.ghost-text-decoration')].map(({ textContent }) => textContent);
  const text = parts.join('').replaceAll('\u00a0', ' ');
  return begins === undefined ? text === whole : text.startsWith(begins);
}

/** Runs in the page, once a frame. */
async function isRemembered(texts: string[]): Promise<boolean> {
  await new Promise(requestAnimationFrame);
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith('vscode-web-state-db')) continue;
    const found = await new Promise<boolean>((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const reading = opening.result.transaction('ItemTable').objectStore('ItemTable').getAll();
        reading.onerror = () => reject(reading.error);
        reading.onsuccess = () => {
          opening.result.close();
          // A view's state is JSON in JSON.
          const values = reading.result.map((value) => String(value).replaceAll('\\', ''));
          resolve(values.some((value) => texts.every((text) => value.includes(text))));
        };
      };
    });
    if (found) return true;
  }
  return false;
}

/** Runs in the page. */
function paintedGhostText(other: string): string {
  const parts = [...document.querySelectorAll('.ghost-text-decoration')].map((it) => it.textContent);
  const text = parts.join('').replaceAll('\u00a0', ' ');
  return text === other ? '' : text;
}
