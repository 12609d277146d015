import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagName } from '../src/cli/generationOptions';
import { type OptionName, type OptionRow, ROWS } from '../src/core/decoding/options';
import { condition } from '../src/core/decoding/validate';

/*
 * Writes the table of docs/decoding.md from the options themselves: `npm run docs:decoding`. A test holds that the page
 * has what this would write.
 */

const PAGE = join(import.meta.dirname, '../docs/decoding.md');
const BEGIN = '<!-- options: made by npm run docs:decoding -->\n';
const END = '<!-- /options -->';

/** The page with its table as the options have it. */
export function withTable(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/decoding.md has no place for the table: ${BEGIN}${END}`);
  return `${before}${BEGIN}${table()}${END}${after}`;
}

function table(): string {
  const lines = ROWS.map(([name, row]) => [
    `\`${name}\`${row.flag === false ? '' : `, \`${flagName(name)}\``}`,
    row.help,
    row.is,
    absence(row),
    beside(name, row),
    row.source ?? 'Hugging Face',
  ]);
  const head = [
    ['option, flag', 'what it does', 'value', 'default', 'beside others', 'source'],
    ['---', '---', '---', '---', '---', '---'],
  ];
  return [...head, ...lines].map((cells) => `| ${cells.map(escaped).join(' | ')} |\n`).join('');
}

function absence({ default: value, otherwise }: OptionRow): string {
  return otherwise ?? (value === undefined ? '' : String(value));
}

function beside(name: OptionName, { needs = [], contradicts = [], needsEnd }: OptionRow): string {
  const code = (other: string) => `\`${other}\`${condition(other)}`;
  const against = ROWS.filter(([, row]) => row.contradicts?.includes(name)).map(([other]) => other);
  const not = [...contradicts, ...against];
  return [
    needs.length > 0 && `only with ${needs.map(code).join(' or ')}`,
    not.length > 0 && `not with ${not.map((other) => `\`${other}\``).join(', ')}`,
    needsEnd && 'only where there is an end-of-text token',
  ]
    .filter(Boolean)
    .join('; ');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll(/\[(?=\[)|(?<=\[\[)\[/g, '\\[');
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8')));
