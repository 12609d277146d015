import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTRIBUTES, SETTINGS } from '../../../src/manifest';
import { sourceFiles } from '../../support/sources';

const ROOT = join(__dirname, '../../..');
const declared = CONTRIBUTES.commands.map(({ command }) => command);
const titles = CONTRIBUTES.commands.map(({ title }) => title);

/** Every file with text that somebody reads. */
function texts(): { readonly file: string; readonly text: string }[] {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const files = [
    ...sourceFiles('src'),
    ...pages.map((name) => join(ROOT, 'docs', name)),
    join(ROOT, 'README.md'),
    join(ROOT, 'package.json'),
    join(ROOT, 'package.nls.json'),
  ];
  // Context keys stand in clauses of the manifest, and in what completes a step of a walkthrough.
  const clauses = /"(?:when|enablement)": "[^"]*"|"on[A-Z]\w+:[^"]*"/g;
  const standIns = /%[\w.-]+%/g;
  return files.map((file) => {
    return { file, text: readFileSync(file, 'utf8').replaceAll(clauses, '""').replaceAll(standIns, '') };
  });
}

/** The start of a setting's name, as in `inkling.model.*`. */
const isGroup = (name: string) => Object.keys(SETTINGS).some((setting) => setting.startsWith(`${name}.`));

describe('what a text names', () => {
  it('is a setting, a command or a view that there is', () => {
    const known = new Set([...Object.keys(SETTINGS), ...declared]);
    for (const { file, text } of texts()) {
      for (const { 0: name, index } of text.matchAll(/(?<![\w./@-])inkling\.[a-z]\w*(?:\.\w+)*(?!\w|\.?\$\{)/g)) {
        // A whole string is an identifier of the code or the manifest.
        const whole = /['"]/.test(text[index - 1]) && /['"]/.test(text[index + name.length]);
        assert.ok(whole || known.has(name) || isGroup(name), `${file} names ${name}`);
      }
    }
  });

  it('never is a setting of another name in a message', () => {
    for (const { file, text } of texts()) {
      for (const [, name] of text.matchAll(/\((inkling\.[\w.]+)\)/g)) {
        assert.ok(name in SETTINGS || isGroup(name), `${file} names ${name}`);
      }
    }
  });

  it('is the title of a command where it says Inkling: …', () => {
    for (const { file, text } of texts()) {
      for (const [, title] of text.matchAll(/[`“]Inkling: ([A-Z][^`“”$]*?)[`”]/g)) {
        assert.ok(titles.includes(title.replace(/\s+/g, ' ')), `${file} names the command “${title}”`);
      }
    }
  });
});
