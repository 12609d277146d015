import * as l10n from '@vscode/l10n';
import { surprisal } from '../core/analysis/likelihood';
import { fixed, significant } from '../core/text/locale';
import { stageName } from './caption';
import type { BeamLine, Figure } from './figure';
import { visible } from './spelling';

type Cell = string | number | null;

/** The numbers of a figure as rows, for programs: names of columns and states are not translated. */
interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Translated column heads. */
function headings() {
  return {
    token: l10n.t('token'),
    id: l10n.t('id'),
    byte: l10n.t('byte'),
    utf16: 'utf16',
    probability: l10n.t('probability'),
    rank: l10n.t('rank'),
    bits: l10n.t('bits'),
    cumulative: l10n.t('cumulative'),
    logit: l10n.t('logit'),
    'raw probability': l10n.t('raw probability'),
    stage: l10n.t('stage'),
    'possible tokens': l10n.t('possible tokens'),
    'probability cut': l10n.t('probability cut'),
    'entropy in bits': l10n.t('entropy in bits'),
    favourite: l10n.t('favourite'),
    'its probability': l10n.t('its probability'),
    level: l10n.t('level'),
    text: l10n.t('text'),
    score: l10n.t('score'),
    status: l10n.t('status'),
    'lost at step': l10n.t('lost at step'),
    group: l10n.t('group'),
    place: l10n.t('place'),
    weight: l10n.t('weight'),
    layer: l10n.t('layer'),
    'would say': l10n.t('would say'),
    'probability of the candidate': l10n.t('probability of the candidate'),
    'rank of the candidate': l10n.t('rank of the candidate'),
    word: l10n.t('word'),
    spellings: l10n.t('spellings'),
    from: l10n.t('from'),
    to: l10n.t('to'),
  };
}

type Column = keyof ReturnType<typeof headings>;

/** The numbers of a figure in full precision. Ranks count from 1 here. */
export function tableOf(figure: Figure): Table {
  switch (figure.kind) {
    case 'tokens': {
      const scored = figure.tokens.some(({ logprob }) => logprob !== null);
      return {
        columns: ['token', 'id', 'byte', 'utf16', ...(scored ? (['probability', 'rank', 'bits'] as const) : [])],
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

/** The same table with translated columns, stages and states. */
export function forPeople({ columns, rows }: Table): { columns: readonly string[]; rows: Table['rows'] } {
  const names = headings();
  const words: Partial<Record<Column, (cell: Cell) => Cell>> = {
    stage: (cell) => stageName(String(cell)),
    status: (cell) => statusName(cell as BeamLine['status']),
  };
  return {
    columns: columns.map((column) => names[column]),
    rows: rows.map((row) => row.map((cell, i) => words[columns[i]]?.(cell) ?? cell)),
  };
}

function statusName(status: BeamLine['status']): string {
  switch (status) {
    case 'running':
      return l10n.t('running');
    case 'finished':
      return l10n.t('finished');
    case 'extended':
      return l10n.t('extended');
    case 'pruned':
      return l10n.t('pruned');
    case 'displaced':
      return l10n.t('displaced');
  }
}

/**
 * A GitHub-flavoured Markdown table. Texts are code spans with visible white space; numbers have four significant
 * digits.
 */
export function toMarkdown(figure: Figure): string {
  const { columns, rows } = forPeople(tableOf(figure));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const isNumber = columns.map((_, column) => rows.every((row) => typeof row[column] !== 'string'));
  return [
    line(columns),
    line(isNumber.map((number) => (number ? '--:' : ':--'))),
    ...rows.map((row) => line(row.map((cell) => (typeof cell === 'string' ? asCode(cell) : shown(cell))))),
  ].join('');
}

/**
 * CSV (RFC 4180) with numbers in full precision. Texts that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`)
 * get a leading apostrophe.
 */
export function toCsv(figure: Figure): string {
  const { columns, rows } = tableOf(figure);
  return [columns, ...rows].map((row) => `${row.map(asField).join(',')}\r\n`).join('');
}

/** The figure itself as JSON. */
export function toJson(figure: Figure): string {
  return `${JSON.stringify(figure, undefined, 2)}\n`;
}

/** A number for display; empty for unknown values. */
export function shown(value: number | null): string {
  if (value === null) return '';
  return Number.isInteger(value) ? fixed(value, 0) : significant(value, 4);
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
