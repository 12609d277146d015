import * as l10n from '@vscode/l10n';
import { toSvg } from '../../pictures/draw';
import type { Figure } from '../../pictures/figure';
import type { Theme } from '../../pictures/palette';
import { write } from '../../pictures/write';
import type { WantedExport } from '../protocol';

type Format = WantedExport['format'];

/** Device pixels of a PNG per pixel of its SVG. */
const SCALE = 2;

/**
 * A figure in the given format; a PNG as base64.
 * @throws Error when the browser cannot draw it
 */
export async function contentOf(figure: Figure, format: Format): Promise<string> {
  return format === 'png' ? pngOf(toSvg(figure, { theme: themeOf(document.body) })) : write(figure, format);
}

/**
 * Rasterises an SVG on a canvas.
 * @returns the PNG as base64
 * @throws Error when the browser cannot draw it
 */
export async function pngOf(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = SCALE * image.naturalWidth;
  canvas.height = SCALE * image.naturalHeight;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const png = canvas.toDataURL('image/png').split(',')[1];
  if (!png) throw new Error(l10n.t('The picture is too large to be drawn.'));
  return png;
}

/**
 * Copies a PNG to the clipboard. This requires focus, which a command from the palette has just taken from the page.
 * @returns the PNG
 * @throws DOMException when the browser denies access
 */
export async function copyPng(png: string): Promise<string> {
  window.focus();
  const bytes = Uint8Array.from(atob(png), (unit) => unit.charCodeAt(0));
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })]);
  return png;
}

function themeOf(body: HTMLElement): Theme {
  const { classList } = body;
  const isDark = classList.contains('vscode-dark') || classList.contains('vscode-high-contrast');
  return isDark && !classList.contains('vscode-high-contrast-light') ? 'dark' : 'light';
}
