import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTRIBUTES, SETTINGS, type SettingSchema } from '../src/manifest';

/*
 * Writes the tables of docs/reference.md from package.json: `npm run docs:reference`. A test holds that the page has what
 * this would write.
 */

const PAGE = join(import.meta.dirname, '../docs/reference.md');
const BEGIN = '<!-- made from package.json by npm run docs:reference -->\n';
const END = '<!-- /made -->';

/** The page with its tables as the manifest has them. */
export function withReference(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/reference.md has no place for its tables: ${BEGIN}${END}`);
  return `${before}${BEGIN}\n${commands()}${settings()}\n${END}${after}`;
}

function commands(): string {
  const hidden = CONTRIBUTES.menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command);
  const rows = CONTRIBUTES.commands
    .filter(({ command }) => !hidden.includes(command) || keysOf(command) !== '')
    .map(({ command, category, title }) => [
      hidden.includes(command) ? `(${title})` : `\`${category}: ${title}\``,
      keysOf(command),
      `\`${command}\``,
    ]);
  return `## Commands\n\n${table(['Command', 'Key', 'Name in keyboard shortcuts'], rows)}`;
}

function keysOf(command: string): string {
  const bound: readonly { command: string; key: string; mac?: string }[] = CONTRIBUTES.keybindings;
  return bound
    .filter((each) => each.command === command)
    .map(({ key, mac }) => (mac ? `${spelled(key)} (macOS ${spelled(mac)})` : spelled(key)))
    .join(', ');
}

/** A key as it stands on the keyboard: `Ctrl+K N`. */
function spelled(key: string): string {
  return key.replaceAll(/[a-z]+/g, (name) => name[0].toUpperCase() + name.slice(1));
}

function settings(): string {
  const groups = CONTRIBUTES.configuration.map(({ title, properties }) => {
    const rows = Object.keys(properties).map((name) => {
      const schema = SETTINGS[name];
      return [`\`${name}\``, valuesOf(schema), defaultOf(schema), SCOPES[schema.scope ?? 'window'], meaning(schema)];
    });
    return `### ${title}\n\n${table(['Setting', 'Value', 'Default', 'Can differ by', 'Meaning'], rows)}`;
  });
  return `\n## Settings\n\n${groups.join('\n')}`;
}

/** VS Code's scopes, as a writer sees them. */
const SCOPES: Readonly<Record<string, string>> = {
  application: 'user',
  machine: 'machine',
  window: 'workspace',
  resource: 'folder',
  'language-overridable': 'folder, language',
};

function valuesOf({ type, enum: values, minimum, maximum }: SettingSchema): string {
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  const named = [type]
    .flat()
    .map((name) => (name === 'null' ? 'empty' : name))
    .join(' or ');
  return minimum === undefined || maximum === undefined ? named : `${named}, ${minimum} to ${maximum}`;
}

function defaultOf({ default: value }: SettingSchema): string {
  return value === null || value === '' ? 'empty' : `\`${JSON.stringify(value)}\``;
}

function meaning({ markdownDescription = '', enumDescriptions, enum: values }: SettingSchema): string {
  const each = (enumDescriptions ?? []).map((description, i) => `\`${values?.[i]}\`: ${description}`);
  // A setting's page links to others with #…#.
  return [markdownDescription.replaceAll(/`#([\w.]+)#`/g, '`$1`'), ...each].join(' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, withReference(readFileSync(PAGE, 'utf8')));
