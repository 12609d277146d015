import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { saveCounts } from '../support/counts';

/**
 * Runs every suite of this folder inside the extension host; VS Code calls it. Rejects when a test fails.
 * `INKLING_TEST_GREP` narrows it to the tests whose title matches.
 */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: true, grep: process.env.INKLING_TEST_GREP });
  for (const name of readdirSync(__dirname)) {
    if (name.endsWith('.test.js')) mocha.addFile(join(__dirname, name));
  }
  console.log('Inkling in the extension host');
  await mocha.loadFilesAsync();
  await new Promise<void>((resolve, reject) => {
    saveCounts(mocha.run((failures) => (failures ? reject(new Error(`${failures} failed`)) : resolve())));
  });
}
