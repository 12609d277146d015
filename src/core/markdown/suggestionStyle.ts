import { countOpen } from '../completion/balance';
import type { Style } from '../completion/style';
import { typographyOf } from '../text/typography';
import type { Block } from './blocks';
import type { Construct } from './construct';

/** The signs of Markdown. The model reads none of them, so that one it writes is a slip. */
const MARKUP = '*_`|<>[]{}\\~';
/** A longer line holds more than the sign of a block that is being typed, in UTF-16 units. */
const LONGEST_SIGN = 32;
const SETS_NO_FULL_STOP = new Set(['heading', 'table', 'link text', 'image description']);

/**
 * How a suggestion must look in this construct of this document.
 * @param prose what the document says in words before the cursor
 * @param startsWord whether emphasis, code, a link or an element ends at the cursor
 * @param atMarker whether the marker of a list item ends at the cursor, without its space
 */
export function styleOf(
  blocks: readonly Block[],
  construct: Construct,
  prose: string,
  startsWord: boolean,
  atMarker: boolean,
): Style {
  if (!construct.prose) return {};
  const stop = SETS_NO_FULL_STOP.has(construct.kind) || itemsGoWithoutStop(blocks);
  const width = lineWidth(blocks);
  const { text, widths } = blocks[blocks.length - 1];
  const column = widths.at(-1) ?? 0;
  const line = atMarker ? undefined : lineBefore(blocks[blocks.length - 1], construct);
  const emphasis = construct.open
    .filter(({ kind }) => kind === 'emphasis')
    .map(({ closer, contentFrom }) => ({ closer, holds: countOpen(text.slice(contentFrom)) }));
  const closerHolds = emphasis.at(-1)?.holds ?? 0;
  const innerClosers = emphasis.filter(({ holds }) => holds < closerHolds);
  return {
    ...typographyOf(prose),
    fullStop: !stop,
    endsBefore: MARKUP,
    ...(line !== undefined && { line }),
    closer: emphasis.map(({ closer }) => closer).join(''),
    ...(emphasis.length > 0 && { closerHolds }),
    ...(innerClosers.length > 0 && { innerClosers }),
    ...(startsWord && { startsWord }),
    ...(width === undefined || construct.kind === 'table' ? {} : { room: Math.max(0, width - column) }),
  };
}

/** What stands before the cursor in its line, without the markers of blocks, where a block may begin behind that. */
function lineBefore({ kind, text }: Block, { open }: Construct): string | undefined {
  const line = text.slice(text.lastIndexOf('\n') + 1);
  return kind === 'paragraph' && open.length === 0 && line.length <= LONGEST_SIGN ? line : undefined;
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

/**
 * Hard line breaks are a habit if there are at least this many such lines, and if enough of them are nearly as wide as
 * the widest (`NEAR`, a share of its width, which is at most `WIDEST` characters).
 */
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
