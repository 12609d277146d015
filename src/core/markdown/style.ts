import type { SyntaxNode, Tree } from '@lezer/common';
import type { Manner } from '../completion/types';
import type { Construct } from './construct';
import type { TextBefore } from './document';

/** How far back the writer's habits are looked for, in characters. */
const REACH = 20_000;
/** The signs of Markdown. The model reads none of them, so that one it writes is a slip. */
const MARKUP = '*_`|<>[]{}\\~';
const SETS_NO_FULL_STOP = new Set(['heading', 'table', 'link text', 'image description']);
const EMPHASIS = new Set(['Emphasis', 'StrongEmphasis', 'Strikethrough']);

/** How a suggestion must look in this construct of this document. */
export function mannerOf(before: TextBefore, construct: Construct): Manner {
  if (!construct.prose) return {};
  const stop = SETS_NO_FULL_STOP.has(construct.kind) || itemsGoWithoutStop(before.text, construct.block);
  const width = lineWidth(before);
  const column = before.text.length - (before.text.lastIndexOf('\n') + 1);
  const closer = construct.open.filter(({ name }) => EMPHASIS.has(name)).map((inline) => inline.closer);
  return {
    ...typographyOf(before.text),
    fullStop: !stop,
    endsBefore: MARKUP,
    closer: closer.join(''),
    ...(width === undefined || construct.kind === 'table' ? {} : { room: Math.max(0, width - column) }),
  };
}

/** The quotes, dashes and spacing that prevail in a text; undefined where it shows none. */
export function typographyOf(text: string): Pick<Manner, 'quotes' | 'dash' | 'sentenceSpaces'> {
  const near = text.slice(-REACH);
  const count = (pattern: RegExp): number => near.match(pattern)?.length ?? 0;
  const curly = count(/[“”‘’]/g);
  const straight = count(/["']/g);
  const dashes: [string, number][] = [
    ['—', count(/—/g)],
    ['--', count(/[^-\n|]--(?=[^->|])/g)],
    ['–', count(/ – /g)],
  ];
  const [dash, dashCount] = dashes.reduce((most, other) => (other[1] > most[1] ? other : most));
  const wide = count(/[.!?]["”’)]* {2}\p{Lu}/gu);
  const narrow = count(/[.!?]["”’)]* \p{Lu}/gu);
  return {
    ...(curly + straight > 0 ? { quotes: curly > straight ? 'curly' : 'straight' } : {}),
    ...(dashCount > 0 ? { dash } : {}),
    ...(wide + narrow > 0 ? { sentenceSpaces: wide > narrow ? 2 : 1 } : {}),
  };
}

/** Whether the other items of the list end without a full stop. */
function itemsGoWithoutStop(text: string, block: SyntaxNode): boolean {
  const item = block.parent;
  if (item?.name !== 'ListItem') return false;
  const others = item.parent?.getChildren('ListItem').filter(({ from }) => from !== item.from) ?? [];
  const ends = others.map(({ from, to }) => text.slice(from, to).trimEnd().at(-1));
  return ends.length > 0 && ends.every((end) => end === undefined || !'.!?'.includes(end));
}

/** Lines that were broken by hand, and the share of them near the widest, that make a habit. */
const FEWEST_LINES = 3;
const SHARE = 0.8;
const NEAR = 0.7;
const WIDEST = 140;

/** The width at which the writer breaks lines; undefined where paragraphs are single lines. */
function lineWidth({ text, tree }: TextBefore): number | undefined {
  const widths: number[] = [];
  forEachParagraph(tree, Math.max(0, text.length - REACH), (from, to) => {
    const start = text.lastIndexOf('\n', from) + 1;
    const lines = text.slice(start, to).split('\n');
    for (const line of lines.slice(0, -1)) widths.push(line.length);
  });
  const widest = Math.max(...widths);
  const near = widths.filter((width) => width >= widest * NEAR).length;
  return widths.length >= FEWEST_LINES && widest <= WIDEST && near >= widths.length * SHARE ? widest : undefined;
}

function forEachParagraph(tree: Tree, from: number, visit: (from: number, to: number) => void): void {
  tree.iterate({
    from,
    enter(node) {
      if (node.name !== 'Paragraph') return;
      visit(node.from, node.to);
      return false;
    },
  });
}
