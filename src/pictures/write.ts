import { toSvg } from './draw';
import type { Figure } from './figure';
import { toPage } from './html';
import { toCsv, toJson, toMarkdown } from './table';

/** Text formats; a PNG needs a canvas. */
export const TEXT_FORMATS = ['svg', 'html', 'markdown', 'csv', 'json'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

/** A figure as a complete file in a text format. */
export function write(figure: Figure, format: TextFormat): string {
  const writers: Record<TextFormat, () => string> = {
    svg: () => toSvg(figure),
    html: () => toPage([figure]),
    markdown: () => toMarkdown(figure),
    csv: () => toCsv(figure),
    json: () => toJson(figure),
  };
  return writers[format]();
}
