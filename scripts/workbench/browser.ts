import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptGet } from './apt';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge'];
const PLACES: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** Path of the named program on the PATH, if it is there. */
export function onPath(name: string): string | undefined {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {}
    }
  }
  return undefined;
}

/** A Chrome or Chromium of this machine: the one `CHROME_PATH` names, else where they usually are. */
export function findBrowser(): string | undefined {
  const told = process.env.CHROME_PATH;
  if (told) {
    if (existsSync(told)) return told;
    throw new Error(`CHROME_PATH is ${told}, and there is no such file.`);
  }
  return PLACES[process.platform]?.find((path) => existsSync(path)) ?? NAMES.map(onPath).find((path) => path);
}

/** Installs Chromium where that needs no question (root on Debian); elsewhere throws, saying what to install. */
export function installBrowser(): string {
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    console.log('Installing Chromium for the tests (once) ...');
    aptGet(['update', '-q']);
    aptGet(['install', '-y', '-q', '--no-install-recommends', 'chromium']);
    const path = findBrowser();
    if (path) return path;
  }
  const how: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'brew install --cask chromium',
    linux: 'sudo apt-get install chromium (or your distribution’s package)',
    win32: 'winget install Google.Chrome',
  };
  throw new Error(
    'The end-to-end tests need Chrome or Chromium, and none was found. ' +
      `Install one (${how[process.platform] ?? 'from your system’s packages'}) or set CHROME_PATH to its program.`,
  );
}
