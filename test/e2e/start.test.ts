import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Browser } from 'playwright-core';
import { ROOT } from '../../scripts/targets';
import { openBrowser, openWindow, statusItem } from './workbench';

describe('npm start without a desktop VS Code', () => {
  let start: ChildProcess;
  let browser: Browser;

  after(async () => {
    await browser?.close();
    start?.kill('SIGKILL');
  });

  /** The address that `npm start` prints once the workbench is up. */
  async function printedAddress(): Promise<string> {
    let printed = '';
    for await (const chunk of start.stdout ?? []) {
      printed += chunk;
      const address = /http:\/\/127\.0\.0\.1:\S+/.exec(printed)?.[0];
      if (address) return address;
    }
    throw new Error(`npm start ended without an address: ${printed}`);
  }

  it('serves VS Code with Inkling on the sample document until it is interrupted', async () => {
    start = spawn(process.execPath, ['--import', 'tsx', 'scripts/start.ts', '--browser'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const address = await printedAddress();
    browser = await openBrowser();
    const page = await browser.newPage();
    await openWindow(page, address, 'welcome.md');
    await statusItem(page, 'ready').waitFor({ timeout: 60_000 });

    // The first thing that the sample asks a visitor to do has the result it promises.
    await page.locator('.view-line', { hasText: 'He stood there for a' }).click();
    await page.locator('.editor-instance .monaco-editor.focused').waitFor();
    // A line that is wrapped on screen ends where the second press takes the cursor.
    await page.keyboard.press('End');
    await page.keyboard.press('End');
    await page.keyboard.type(' ');
    await page.locator('.ghost-text-decoration').first().waitFor({ timeout: 30_000 });
    assert.deepEqual(await page.locator('.notification-toast').allTextContents(), []);

    start.kill('SIGINT');
    const [code] = await once(start, 'exit');
    assert.equal(code, 0);
    await assert.rejects(fetch(address), 'the server still answers');
  });
});
