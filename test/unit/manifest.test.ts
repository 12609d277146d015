import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import manifest from '../../package.json';
import { withReference } from '../../scripts/referenceDocs';
import { presets } from '../../src/editor/writing/presets';
import { CONTRIBUTES, SETTINGS } from '../../src/manifest';
import { lesson as lessonSteps } from '../../src/panel/lesson';
import { sourceFiles } from '../support/sources';

interface Step {
  readonly media: { readonly image?: string; readonly altText?: string; readonly markdown?: string };
}

const ROOT = join(__dirname, '../..');
const declared = CONTRIBUTES.commands.map(({ command }) => command);
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The name that a title makes: `Toggle Ghost Text` is `toggleGhostText`. */
function nameOf(title: string): string {
  const words = title.replaceAll(/[^\w ]/g, '').split(' ');
  return words.map((word, i) => (i === 0 ? word[0].toLowerCase() : word[0].toUpperCase()) + word.slice(1)).join('');
}

describe('the manifest', () => {
  it('declares every command that is bound to a key or stands in a menu, and no other than the source registers', () => {
    const source = sourceFiles('src')
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const used = [...CONTRIBUTES.keybindings, ...Object.values(CONTRIBUTES.menus).flat()].map(({ command }) => command);
    for (const command of used) assert.ok(declared.includes(command), `${command} is not declared`);
    for (const command of declared) assert.ok(source.includes(`'${command}'`), `${command} is not registered`);
  });

  it('calls each command as its title does', () => {
    for (const { command, title } of CONTRIBUTES.commands) assert.equal(command, `inkling.${nameOf(title)}`);
  });

  it('says when each key and each entry of a menu counts', () => {
    for (const entry of [...CONTRIBUTES.keybindings, ...Object.values(CONTRIBUTES.menus).flat()]) {
      assert.ok('when' in entry && entry.when, JSON.stringify(entry));
    }
  });

  it('lets no folder that is not trusted say what is read, or give patterns and lists', () => {
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    // VS Code heeds the list in this mode only.
    assert.equal(supported, 'limited');
    const settings = Object.entries(SETTINGS).filter(([, { scope }]) => scope !== 'machine');
    for (const [name, { type }] of settings) {
      const isRestricted = restrictedConfigurations.includes(name);
      const isRisky = /^inkling\.memory\./.test(name) || [type].flat().some((each) => /object|array/.test(each));
      assert.equal(isRestricted, isRisky, name);
    }
  });

  it('puts every setting into a titled group', () => {
    for (const { title, properties } of CONTRIBUTES.configuration) {
      assert.match(title, /^[A-Z]/);
      assert.ok(Object.keys(properties).length > 0, title);
    }
  });

  it('shows groups and settings in the order in which they stand here, and not by the alphabet', () => {
    const ascending = (things: readonly { readonly order: number }[]) =>
      assert.deepEqual(
        things.map(({ order }) => order),
        things.map((_, i) => i + 1),
      );
    ascending(CONTRIBUTES.configuration);
    for (const { properties } of CONTRIBUTES.configuration) ascending(Object.values(properties));
  });

  it('describes every value that a setting offers, presets in the words of the palette', () => {
    for (const [name, { enum: values, enumDescriptions }] of Object.entries(SETTINGS)) {
      assert.equal(enumDescriptions?.length, values?.length, name);
    }
    assert.deepEqual(
      SETTINGS['inkling.continueWriting.preset'].enumDescriptions,
      presets().map(({ description }) => description),
    );
  });

  // VS Code looks for every word in the names and descriptions of settings.
  for (const query of ['autocomplete', 'creativity', 'suggestions', 'grey text', 'AI writing']) {
    it(`has a setting that who looks for “${query}” finds`, () => {
      const found = Object.values(SETTINGS).filter(({ markdownDescription = '' }) => {
        const words = markdownDescription.toLowerCase().split(/\W+/);
        return query
          .toLowerCase()
          .split(' ')
          .every((word) => words.includes(word));
      });
      assert.notEqual(found.length, 0);
    });
  }

  it('has the lesson of the panel as a walkthrough, whose steps are ticked off in the panel', () => {
    const lesson = CONTRIBUTES.walkthroughs.find(({ id }) => id === 'lesson');
    assert.deepEqual(
      lesson?.steps.map(({ id, title, description, completionEvents }) => [
        id,
        title,
        description.split('\n')[0],
        ...completionEvents,
      ]),
      lessonSteps().map(({ id, title, text }) => {
        const key = `inkling.lesson.${id}`;
        return [id, title, text, `onContext:${key}`, `onContext:inkling.lookAgain && ${key}`];
      }),
    );
  });

  it('shows what lies in the package at every step of a walkthrough', () => {
    for (const { media } of CONTRIBUTES.walkthroughs.flatMap(({ steps }) => steps as readonly Step[])) {
      const path = media.image ?? media.markdown ?? '';
      const picture = media.image ? path : join(dirname(path), /\]\(\.\/([^)]+)\)/.exec(read(path))?.[1] ?? '');
      assert.ok(existsSync(join(ROOT, picture)), picture);
      assert.ok(media.altText || media.markdown, path);
    }
  });

  it('says where its source lies and where to report what is wrong, and never at an address of somebody else', () => {
    const hosts = [manifest.repository.url, manifest.bugs.url].map((address) => new URL(address).host);
    assert.equal(
      hosts[0],
      hosts[1],
      'both at home, or both at a name that belongs to nobody until Inkling is published',
    );
  });

  it('is what docs/reference.md tells; `npm run docs:reference` writes it', () => {
    const page = read('docs/reference.md');
    assert.equal(page, withReference(page));
  });

  it('has every script that a task of the editor runs', () => {
    const { tasks } = JSON.parse(read('.vscode/tasks.json')) as { tasks: { label: string; script?: string }[] };
    for (const { script } of tasks) assert.ok(script === undefined || script in manifest.scripts, script);
    const { configurations } = JSON.parse(read('.vscode/launch.json')) as {
      configurations: { preLaunchTask?: string }[];
    };
    for (const { preLaunchTask } of configurations) {
      assert.ok(preLaunchTask === undefined || tasks.some(({ label }) => label === preLaunchTask), preLaunchTask);
    }
  });
});
