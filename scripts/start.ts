import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sampleFolder } from './sample';
import { ROOT } from './targets';
import { onPath } from './workbench/browser';
import { Server } from './workbench/server';
import { setUpWorkbench } from './workbench/setup';

/** The desktop VS Code, which refuses to run as root. */
function desktopCode(): string | undefined {
  return process.getuid?.() === 0 ? undefined : onPath('code');
}

function openOnDesktop(code: string, folder: string, document: string): void {
  const args = ['--new-window', `--extensionDevelopmentPath=${ROOT}`, folder, document];
  // On Windows it is a script, which only the shell runs; that takes each blank for the end of a word.
  const shell = process.platform === 'win32';
  const quoted = (text: string) => (shell ? `"${text}"` : text);
  const { status } = spawnSync(quoted(code), args.map(quoted), { stdio: 'inherit', shell });
  if (status !== 0) throw new Error('The desktop VS Code did not start. Try: npm start -- --browser');
  console.log('Inkling is running in the VS Code window that just opened.');
}

async function serveInBrowser(folder: string, document: string): Promise<void> {
  setUpWorkbench();
  const server = await Server.start({ extensionFolder: ROOT });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, async () => {
      await server.stop();
      process.exit(0);
    });
  }
  console.log('\nInkling is running in VS Code. Open this address in a browser; Ctrl+C here ends it.\n');
  console.log(`  ${server.url([['openFile', server.uri(document)]], folder)}\n`);
  await server.ended;
  const { log } = server;
  await server.stop();
  throw new Error(`The VS Code server ended by itself:\n${log}`);
}

async function main(): Promise<void> {
  const { browser } = parseArgs({ options: { browser: { type: 'boolean' } } }).values;
  const folder = sampleFolder();
  const document = join(folder, 'welcome.md');
  const code = browser ? undefined : desktopCode();
  if (code) openOnDesktop(code, folder, document);
  else await serveInBrowser(folder, document);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
