import { Canvas, MARGIN, shorten, WIDTH, widthOf } from './svg';

/** Height of a row, in pixels. */
export const ROW = 22;
/** Widest column of token texts, in pixels. */
const LABEL = 200;

/** A row of a bar chart. */
export interface BarRow {
  readonly label: string;
  readonly share: number;
  /** Position of a mark across the bar, on the scale of `share`. */
  readonly mark?: number;
  readonly numbers: readonly string[];
  readonly strong?: boolean;
  /** CSS class of the bar; `bar` by default. */
  readonly paint?: string;
}

/** A bar chart as an SVG that relies on the page's style rules. */
export function toBars(chart: { id: string; title: string; head: readonly string[]; rows: readonly BarRow[] }): string {
  const { id, title, head, rows } = chart;
  const canvas = new Canvas(WIDTH);
  const height = bars(canvas, MARGIN / 2, head, rows) + MARGIN;
  const description = `${rows.map(({ label, numbers }) => `${label}: ${numbers.join(', ')}`).join('; ')}.`;
  return canvas.toSvg(height, { title, description, id, theme: null });
}

/**
 * Draws rows of labels, bars and numbers under column heads. The longest bar fills its column.
 * @returns the y coordinate below the last row
 */
export function bars(canvas: Canvas, top: number, head: readonly string[], rows: readonly BarRow[]): number {
  const [name, ...numberNames] = head;
  const label = Math.min(LABEL, Math.max(widthOf(name, 'small'), ...rows.map((row) => widthOf(row.label)))) + 12;
  const columns = numberNames.map((column, i) => {
    return Math.max(widthOf(column, 'small'), ...rows.map(({ numbers }) => widthOf(numbers[i]))) + 16;
  });
  const left = MARGIN + label;
  const right = canvas.width - MARGIN - columns.reduce((sum, width) => sum + width, 0);
  const longest = Math.max(...rows.map(({ share, mark = 0 }) => Math.max(share, mark)), 1e-9);
  const ends = columns.map((_, i) => right + columns.slice(0, i + 1).reduce((sum, width) => sum + width, 0));
  canvas.text(MARGIN, top + 12, name, { size: 'small', paint: 'm' });
  numberNames.forEach((column, i) => {
    canvas.text(ends[i], top + 12, column, { size: 'small', paint: 'm', anchor: 'end' });
  });
  rows.forEach((row, i) => {
    const y = top + 20 + i * ROW;
    canvas.text(MARGIN, y + 14, shorten(row.label, label - 12), { strong: row.strong });
    canvas.rect(left, y + 3, right - left, 14, 'box');
    canvas.rect(left, y + 3, ((right - left) * row.share) / longest, 14, row.paint ?? 'bar');
    if (row.mark !== undefined) {
      const x = left + ((right - left) * row.mark) / longest;
      canvas.line(x, y + 1, x, y + 19, 'ink-raw');
    }
    row.numbers.forEach((number, column) => {
      canvas.text(ends[column], y + 14, number, { anchor: 'end', strong: row.strong });
    });
  });
  return top + 20 + rows.length * ROW;
}
