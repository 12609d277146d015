import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { ROOT } from '../../scripts/targets';
import { BUNDLED_SAMPLE, bundleHostSuites } from './bundle';

/** Runs the host suites in a desktop VS Code, which it downloads once: the newest, or the one `VSCODE_VERSION` names. */
async function main(): Promise<void> {
  // macOS limits the length of socket paths, which VS Code derives from the user folder: keep it short.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ink-')));
  writeFileSync(join(folder, 'note.md'), '');
  try {
    await runTests({
      version: process.env.VSCODE_VERSION,
      extensionTestsPath: await bundleHostSuites(),
      extensionDevelopmentPath: [ROOT, BUNDLED_SAMPLE],
      launchArgs: [folder, '--disable-extensions', '--disable-workspace-trust', `--user-data-dir=${join(folder, 'u')}`],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
