import stringWidth from 'fast-string-width';
import { styleOf, type Theme } from './palette';

/** Advance width of monospaced characters in em; `textLength` enforces it for every text. */
const ADVANCE = 0.6;
const SIZES = { body: 13, small: 11 } as const;

type Size = keyof typeof SIZES;

/** Width of a picture by default, and of the margin around it, in pixels. */
export const WIDTH = 720;
export const MARGIN = 16;

// XML allows no controls, lone surrogates or these two non-characters.
const UNWRITABLE = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for XML and HTML content and attributes; U+FFFD replaces what XML does not allow. */
export function escapeText(text: string): string {
  return text.replaceAll(UNWRITABLE, '\ufffd').replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign]);
}

/** Width of a text as drawn, in pixels. */
export function widthOf(text: string, size: Size = 'body'): number {
  return stringWidth(text) * SIZES[size] * ADVANCE;
}

/** Shortens a text to a width, with an ellipsis where something was cut. */
export function shorten(text: string, width: number, size: Size = 'body'): string {
  if (widthOf(text, size) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    if (widthOf(`${kept}${segment}…`, size) > width) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Wraps small print, at spaces where possible. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replaceAll(/[\r\n\t]+/g, ' ').split(/(?<= )/)) {
    if (line !== '' && widthOf((line + word).trimEnd(), 'small') > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
    while (widthOf(line.trimEnd(), 'small') > width) {
      const head = shorten(line, width, 'small').slice(0, -1);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

export interface TextStyle {
  readonly size?: Size;
  /** CSS class: text, or `m` for muted text. */
  readonly paint?: 't' | 'm';
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly strong?: boolean;
}

/** Collects the elements of an SVG. Texts are stretched to the computed width, independent of the reader's fonts. */
export class Canvas {
  readonly #parts: string[] = [];

  constructor(readonly width: number) {}

  /** @param y the baseline */
  text(x: number, y: number, content: string, style: TextStyle = {}): void {
    const { size = 'body', paint = 't', anchor = 'start', strong = false } = style;
    if (content === '') return;
    const classes = [`ink-${paint}`, ...(size === 'small' ? ['ink-s'] : []), ...(strong ? ['ink-h'] : [])].join(' ');
    const length = round(widthOf(content, size));
    const fitted = length > 0 ? ` textLength="${length}" lengthAdjust="spacingAndGlyphs"` : '';
    const anchored = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
    this.#parts.push(
      `<text x="${round(x)}" y="${round(y)}" class="${classes}"${anchored}${fitted}>${escapeText(content)}</text>`,
    );
  }

  /** @param share opacity, from 0 to 1 */
  rect(x: number, y: number, width: number, height: number, paint: string, share = 1): void {
    const opacity = share === 1 ? '' : ` fill-opacity="${round(share)}"`;
    const size = `width="${round(Math.max(0, width))}" height="${round(height)}"`;
    this.#parts.push(`<rect x="${round(x)}" y="${round(y)}" ${size} rx="2" class="ink-${paint}"${opacity}/>`);
  }

  line(x1: number, y1: number, x2: number, y2: number, classes: string): void {
    this.#parts.push(`<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" class="${classes}"/>`);
  }

  /**
   * The complete SVG, `height` pixels high.
   * @param id prefix of the ids of title and description, unique on the page
   */
  toSvg(height: number, { title, description, id, theme }: SvgNames): string {
    const { width } = this;
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${round(height)}" ` +
      `viewBox="0 0 ${width} ${round(height)}" role="img" aria-labelledby="${id}-t" aria-describedby="${id}-d" ` +
      `xml:space="preserve"><title id="${id}-t">${escapeText(title)}</title>` +
      `<desc id="${id}-d">${escapeText(description)}</desc>` +
      `${theme === null ? '' : `<style>${styleOf(theme)}</style>`}` +
      `<rect width="${width}" height="${round(height)}" class="ink-bg"/>${this.#parts.join('')}</svg>`
    );
  }
}

export interface SvgNames {
  readonly title: string;
  readonly description: string;
  readonly id: string;
  /** `null` where the page supplies the rules. */
  readonly theme: Theme | null;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
