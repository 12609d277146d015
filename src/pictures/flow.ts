import { type Canvas, shorten, widthOf } from './svg';

/** A piece of a text as drawn: a box with a label and a small note below. */
export interface Chip {
  readonly label: string;
  readonly below?: string;
  /** CSS class of its box; none for bare text. */
  readonly paint?: string;
  readonly share?: number;
  /** 0 to 3: dotted, dashed, single or double line under the label. */
  readonly underline?: number;
  /** Whether a line break follows. */
  readonly breaks?: boolean;
}

const PADDING = 4;
const GAP = 3;

/**
 * Lays out chips in lines, like text, from `top` downwards.
 * @returns the y coordinate below the last line
 */
export function flow(canvas: Canvas, top: number, left: number, chips: readonly Chip[]): number {
  const room = canvas.width - 2 * left;
  const hasBelow = chips.some(({ below }) => below !== undefined);
  const lineHeight = hasBelow ? 40 : 24;
  let x = left;
  let y = top;
  for (const chip of chips) {
    const bare = chip.paint === undefined && chip.underline === undefined;
    const padding = bare ? 0 : PADDING;
    const label = shorten(chip.label, room - 2 * padding);
    const width = Math.max(widthOf(label), widthOf(chip.below ?? '', 'small')) + 2 * padding;
    if (x > left && x + width > left + room) {
      x = left;
      y += lineHeight;
    }
    if (chip.paint !== undefined) canvas.rect(x, y, width, 20, chip.paint, chip.share);
    canvas.text(x + padding, y + 14, label);
    if (chip.below) canvas.text(x + padding, y + 31, chip.below, { size: 'small', paint: 'm' });
    if (chip.underline !== undefined) underline(canvas, x, x + width, y + 18, chip.underline);
    x += width + (bare ? 0 : GAP);
    if (chip.breaks) {
      x = left;
      y += lineHeight;
    }
  }
  return x > left ? y + lineHeight : y;
}

function underline(canvas: Canvas, from: number, to: number, y: number, level: number): void {
  canvas.line(from, y, to, y, `ink-u ink-u${level}`);
  if (level === 3) canvas.line(from, y + 3, to, y + 3, 'ink-u ink-u3');
}

/** Draws a legend: the meaning of each colour and line, and its frequency. */
export function legend(canvas: Canvas, top: number, left: number, entries: readonly Chip[]): number {
  return flow(
    canvas,
    top,
    left,
    entries.map((entry) => ({ ...entry, label: ` ${entry.label} ` })),
  );
}
