import { surprisal } from '../core/analysis/likelihood';
import type { Figure } from './figure';
import { visible } from './spelling';

type Cell = string | number | null;

/** The numbers of a figure as rows. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What a figure shows, in full precision. Ranks count from 1 here, as people count. */
export function tableOf(figure: Figure): Table {
  switch (figure.kind) {
    case 'tokens': {
      const scored = figure.tokens.some(({ logprob }) => logprob !== null);
      return {
        columns: ['token', 'id', 'byte', 'utf16', ...(scored ? ['probability', 'rank', 'bits'] : [])],
        rows: figure.tokens.map(({ text, id, bytes, utf16, logprob, rank }) => [
          text,
          id,
          bytes[0],
          utf16[0],
          ...(scored ? [exp(logprob), place(rank), bits(logprob)] : []),
        ]),
      };
    }
    case 'next':
      return {
        columns: ['token', 'id', 'probability', 'cumulative', 'logit', 'raw probability'],
        rows: figure.candidates.map((row) => [row.text, row.id, row.probability, row.cumulative, row.logit, row.raw]),
      };
    case 'stages':
      return {
        columns: ['stage', 'possible tokens', 'probability cut', 'entropy in bits', 'favourite', 'its probability'],
        rows: figure.stages.map(({ name, survivors, massCut, entropyBits, favourite }) => {
          return [name, survivors, massCut, entropyBits, favourite.text, favourite.probability];
        }),
      };
    case 'beams':
      return {
        columns: ['level', 'text', 'score', 'status', 'lost at step', 'group'],
        rows: figure.lines.map(({ level, text, score, status, lost, group }) => {
          return [level, text, score, status, lost, group + 1];
        }),
      };
    case 'attention':
      return {
        columns: ['place', 'token', 'weight'],
        rows: figure.tokens.map(({ text, weight }, i) => [i + 1, text, weight]),
      };
    case 'lens':
      return {
        columns: ['layer', 'would say', 'its probability', 'probability of the candidate', 'rank of the candidate'],
        rows: figure.layers.map(({ layer, says, probability, rank }) => {
          return [layer, says.text, says.probability, probability, place(rank)];
        }),
      };
    case 'words':
      return {
        columns: ['word', 'probability', 'spellings'],
        rows: figure.words.map(({ text, probability, tokenisations }) => [text, probability, tokenisations]),
      };
    case 'surprisal':
      return {
        columns: ['word', 'from', 'to', 'bits', 'rank'],
        rows: figure.units.map(({ text, utf16, bits, rank }) => [text, ...utf16, bits, place(rank)]),
      };
  }
}

/** GitHub's tables. Texts are code with their white space made visible, numbers have four significant digits. */
export function toMarkdown(figure: Figure): string {
  const { columns, rows } = tableOf(figure);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const isNumber = columns.map((_, column) => rows.every((row) => typeof row[column] !== 'string'));
  return [
    line(columns),
    line(isNumber.map((number) => (number ? '--:' : ':--'))),
    ...rows.map((row) => line(row.map((cell) => (typeof cell === 'string' ? asCode(cell) : shown(cell))))),
  ].join('');
}

/**
 * RFC 4180, with numbers in full. A spreadsheet takes a text that begins with `=`, `+`, `-` or `@` for a formula: an
 * apostrophe before it, as spreadsheets have it, keeps it a text.
 */
export function toCsv(figure: Figure): string {
  const { columns, rows } = tableOf(figure);
  return [columns, ...rows].map((row) => `${row.map(asField).join(',')}\r\n`).join('');
}

/** The figure itself: every number, every text and where it comes from. */
export function toJson(figure: Figure): string {
  return `${JSON.stringify(figure, undefined, 2)}\n`;
}

/** A number as people read it; nothing for what is not known. */
export function shown(value: number | null): string {
  if (value === null) return '';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

function asCode(text: string): string {
  const spelled = visible(text);
  if (spelled === '') return '';
  const longest = Math.max(0, ...[...spelled.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 ? ' ' : '';
  return `${fence}${padding}${spelled.replaceAll('|', '\\|')}${padding}${fence}`;
}

function asField(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function exp(logprob: number | null): number | null {
  return logprob === null ? null : Math.exp(logprob);
}

function place(rank: number | null): number | null {
  return rank === null ? null : rank + 1;
}

function bits(logprob: number | null): number | null {
  return logprob === null ? null : surprisal(logprob);
}
