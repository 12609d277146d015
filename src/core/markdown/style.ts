import type { Style } from '../completion/types';
import type { Block } from './blocks';
import type { Construct } from './construct';

/** How far back the writer's habits are looked for, in characters. */
const REACH = 20_000;
/** The signs of Markdown. The model reads none of them, so that one it writes is a slip. */
const MARKUP = '*_`|<>[]{}\\~';
const SETS_NO_FULL_STOP = new Set(['heading', 'table', 'link text', 'image description']);

/**
 * How a suggestion must look in this construct of this document.
 * @param prose what the document says in words before the cursor
 */
export function styleOf(blocks: readonly Block[], construct: Construct, prose: string): Style {
  if (!construct.prose) return {};
  const stop = SETS_NO_FULL_STOP.has(construct.kind) || itemsGoWithoutStop(blocks);
  const width = lineWidth(blocks);
  const column = blocks[blocks.length - 1].widths.at(-1) ?? 0;
  const closers = construct.open.map(({ kind, closer }) => (kind === 'emphasis' ? closer : ''));
  return {
    ...typographyOf(prose),
    fullStop: !stop,
    endsBefore: MARKUP,
    closer: closers.join(''),
    ...(width === undefined || construct.kind === 'table' ? {} : { room: Math.max(0, width - column) }),
  };
}

const ADDRESS = /\b(?:https?|ftp):\/\/\S*/g;

/** The quotes, dashes and spacing that prevail in a text; undefined where it shows none. */
export function typographyOf(text: string): Pick<Style, 'quotes' | 'dash' | 'sentenceSpaces'> {
  const near = text.slice(-REACH).replace(ADDRESS, '');
  const count = (pattern: RegExp): number => near.match(pattern)?.length ?? 0;
  const curly = count(/[“”‘’]/g);
  const straight = count(/["']/g);
  // Quotes of another language, „so“ or «so», are the model's to set: no other pair fits them.
  const isForeign = 2 * count(/[„«»‹›]/g) > count(/["“”]/g);
  const dashes: [string, number][] = [
    ['—', count(/—/g)],
    ['--', count(/(?<![-\n|]|^)--(?=[^->|])/g)],
    ['–', count(/ – /g)],
  ];
  const [dash, dashCount] = dashes.reduce((most, other) => (other[1] > most[1] ? other : most));
  const wide = count(/(?<=[.!?]["”’)]?) {2}(?=\p{Lu})/gu);
  const narrow = count(/(?<=[.!?]["”’)]?) (?=\p{Lu})/gu);
  return {
    ...(curly + straight > 0 && !isForeign ? { quotes: curly > straight ? 'curly' : 'straight' } : {}),
    ...(dashCount > 0 ? { dash } : {}),
    ...(wide + narrow > 0 ? { sentenceSpaces: wide > narrow ? 2 : 1 } : {}),
  };
}

/** Whether the items before the cursor's in its list end without a full stop. */
function itemsGoWithoutStop(blocks: readonly Block[]): boolean {
  const own = blocks[blocks.length - 1];
  const depth = own.containers.length - 1;
  const item = own.containers.at(-1);
  if (item?.kind !== 'item') return false;
  const ends: string[] = [];
  for (const { kind, containers, opened, text } of blocks) {
    if (kind === 'blank') continue;
    const at = containers[depth];
    if (at?.kind !== 'item' || at.marker !== item.marker) ends.length = 0;
    else if (containers.length - opened <= depth) ends.push(text.trimEnd().slice(-1));
    else if (ends.length > 0) ends[ends.length - 1] = text.trimEnd().slice(-1);
  }
  const others = ends.slice(0, -1);
  return others.length > 0 && others.every((end) => end === '' || !'.!?'.includes(end));
}

/** Lines that were broken by hand, and the share of them near the widest, that make a habit. */
const FEWEST_LINES = 3;
const SHARE = 0.8;
const NEAR = 0.7;
const WIDEST = 140;

/** The width at which the writer breaks lines; undefined where paragraphs are single lines. */
function lineWidth(blocks: readonly Block[]): number | undefined {
  const widths = blocks.flatMap(({ kind, widths }) => (kind === 'paragraph' ? widths.slice(0, -1) : []));
  const widest = widths.reduce((most, width) => Math.max(most, width), 0);
  const near = widths.filter((width) => width >= widest * NEAR).length;
  return widths.length >= FEWEST_LINES && widest <= WIDEST && near >= widths.length * SHARE ? widest : undefined;
}
