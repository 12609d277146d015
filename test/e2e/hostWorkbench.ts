import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { ROOT } from '../../scripts/targets';
import { Server } from '../../scripts/workbench/server';
import { BUNDLED_SAMPLE, bundleHostSuites, type HostEntry } from '../host/bundle';
import { openBrowser } from './workbench';

/** The beginning of the first line that the suites and the replay print; see test/host. */
const SUITES_BEGIN = 'Inkling in the extension host';
const PATIENCE_MS = 10 * 60_000;

/** Looks at the workbench's page, from before it is opened. */
export interface Onlooker {
  begin(page: Page): Promise<void>;
}

/**
 * Runs an entry of test/host in the extension host of the browser workbench, with these variables added to its
 * environment; resolves to the exit code.
 */
export async function runInWorkbench(
  entry: HostEntry,
  env: Record<string, string> = {},
  onlooker?: Onlooker,
): Promise<number> {
  const tests = await bundleHostSuites(entry);
  const server = await Server.start({ testDriver: true, env, extensionFolder: BUNDLED_SAMPLE });
  writeFileSync(join(server.workspace, 'note.md'), '');
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await onlooker?.begin(page);
    const exit = suiteExit(page);
    await page.goto(
      server.url([
        ['extensionDevelopmentPath', server.uri(ROOT)],
        ['extensionTestsPath', server.uri(tests)],
        ['enableProposedApi', ''],
      ]),
    );
    return await exit;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Prints what the suites print; what the workbench said before them only when they never end. */
function suiteExit(page: Page): Promise<number> {
  const early: string[] = [];
  let suites = false;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The host suites did not end.\n${early.join('\n')}`)), PATIENCE_MS);
    void page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      const line = format(...args);
      suites ||= line.includes(SUITES_BEGIN);
      if (suites) console.log(line);
      else early.push(line);
    });
    void page.exposeFunction('codeAutomationExit', (code: number) => {
      clearTimeout(timer);
      if (!suites) console.log(early.join('\n'));
      resolve(code);
    });
  });
}
