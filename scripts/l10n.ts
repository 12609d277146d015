import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { ROOT } from './targets';

/*
 * `npm run l10n` puts what a user reads where translators find it: the texts of package.json into package.nls.json, those
 * of the source (`l10n.t('…')`) into l10n/bundle.l10n.json. It tells what the translations beside them lack.
 */

/** The languages of the texts beside English, as VS Code names them. */
export const LANGUAGES = ['de', 'es', 'fr', 'ja', 'pt-br', 'zh-cn'] as const;
export type Language = (typeof LANGUAGES)[number];

export type Texts = Readonly<Record<string, string>>;

const NLS = 'package.nls';
const BUNDLE = 'l10n/bundle.l10n';

export function readTexts(kind: 'manifest' | 'source', language?: Language): Texts {
  const path = `${kind === 'manifest' ? NLS : BUNDLE}${language === undefined ? '' : `.${language}`}.json`;
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Texts;
}

/**
 * The texts of the source, by themselves. Comments for translators are kept out.
 * @param room a folder of `src`; all of it by default
 */
export async function textsOfSource(room = ''): Promise<Texts> {
  const folder = join(ROOT, 'src', room);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .sort()
    .map((name) => ({ extension: extname(name), contents: readFileSync(join(folder, name), 'utf8') }))
    // The library takes a good part of a second for each.
    .filter(({ contents }) => contents.includes('l10n.t('));
  const found = Object.entries(await getL10nJson(files)).map(([key, text]) => {
    return [key, typeof text === 'string' ? text : text.message];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Fields of a contribution that a user reads. */
const READ_FIELDS =
  /^(title|name|contextualTitle|description|markdownDescription|deprecationMessage|markdownDeprecationMessage|enumDescriptions|markdownEnumDescriptions|enumItemLabels|contents|label|altText)$/;

/** Calls `visit` for each text of the manifest that a user reads, with a name for it; what it returns takes its place. */
export function eachText(manifest: Json, visit: (text: string, key: string) => string): Json {
  const walk = (value: Json, path: readonly string[], isRead: boolean): Json => {
    if (typeof value === 'string') return isRead ? visit(value, keyOf(path)) : value;
    if (Array.isArray(value)) {
      return value.map((item, i) => walk(item, [...path, nameOf(item) ?? `${i}`], isRead && typeof item === 'string'));
    }
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([field, item]) => {
        const isName = READ_FIELDS.test(field) && path[0] !== 'menus' && path[0] !== 'keybindings';
        // A setting that is called `title` is no title.
        const reads = isName && path.at(-1) !== 'properties';
        return [field, walk(item, [...path, field], reads)];
      }),
    );
  };
  return walk(manifest, [], false);
}

/** Settings by their names, whatever group they stand in. */
function keyOf(path: readonly string[]): string {
  return path.slice(path.indexOf('properties') + 1).join('.');
}

/** What tells an entry of a list from the others. */
function nameOf(item: Json): string | undefined {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return undefined;
  const { command, id, title } = item as Readonly<Record<string, Json | undefined>>;
  const name = command ?? id ?? title;
  return typeof name === 'string' ? name.replace(/^inkling\./, '').replaceAll(/[^\w.]+/g, '-') : undefined;
}

/** Moves what package.json says in plain words into package.nls.json, and drops there what it says no more. */
function moveManifestTexts(): void {
  const path = join(ROOT, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { readonly contributes: Json };
  const before = readTexts('manifest');
  const texts: Record<string, string> = {};
  const contributes = eachText(manifest.contributes, (text, key) => {
    const name = /^%(.+)%$/.exec(text)?.[1] ?? key;
    texts[name] = name === key && text !== `%${key}%` ? text : before[name];
    return `%${name}%`;
  });
  writeJson(path, { ...manifest, contributes });
  writeJson(join(ROOT, `${NLS}.json`), texts);
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** What a translation lacks, what it has too much, and where its placeholders or links differ. */
export function faultsOf(original: Texts, translated: Texts): string[] {
  const missing = Object.keys(original).filter((key) => !translated[key]);
  const unused = Object.keys(translated).filter((key) => original[key] === undefined);
  const different = Object.keys(original).filter((key) => {
    return translated[key] && signsOf(original[key]) !== signsOf(translated[key]);
  });
  return [
    ...missing.map((key) => `lacks ${JSON.stringify(key)}`),
    ...unused.map((key) => `has ${JSON.stringify(key)}, which is said no more`),
    ...different.map((key) => `has other placeholders, code or links in ${JSON.stringify(key)}`),
  ];
}

/** Placeholders, code, and the targets of links, in any order; commands in code are called by their titles. */
function signsOf(text: string): string {
  const found =
    text.replaceAll(/`Inkling: [^`]+`/g, '').match(/\{\d+\}|`[^`]+`|(?<=\]\()[^)]+(?=\))|\$\([a-z-]+\)/g) ?? [];
  return [...found].sort().join('\n');
}

async function main(): Promise<void> {
  moveManifestTexts();
  writeJson(join(ROOT, `${BUNDLE}.json`), await textsOfSource());
  for (const language of LANGUAGES) {
    for (const kind of ['manifest', 'source'] as const) {
      for (const fault of faultsOf(readTexts(kind), readTexts(kind, language))) console.log(`${language} ${fault}`);
    }
  }
}

if (process.argv[1] === import.meta.filename) void main();
