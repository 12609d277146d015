import * as l10n from '@vscode/l10n';
import type MarkdownIt from 'markdown-it';
import type { Figure } from './figure';
import { figureHtml } from './html';
import { type FigureRequest, PictureError, readRequest, wordsOf } from './request';
import { escapeText } from './svg';

/** State of a picture: its data, a request in progress, or an error. */
export type Known =
  | { readonly state: 'known'; readonly figure: Figure }
  | { readonly state: 'asked' }
  | { readonly state: 'failed'; readonly message: string };

/** The language of fences to draw. */
const WORD = 'inkling';

/** The picture that a fence asks for. */
export interface Block {
  /** Equal for blocks that show the same picture. */
  readonly key: string;
  readonly request: FigureRequest | PictureError;
}

/** Parses a Markdown fence: ` ```inkling next top-k=5 ` with the text as its body. `undefined` for other fences. */
export function readBlock(info: string, content: string): Block | undefined {
  const [word, kind = '', ...options] = wordsOf(info.trim());
  if (word !== WORD) return undefined;
  const text = content.replace(/\n$/, '');
  const key = JSON.stringify([kind, options, text]);
  try {
    return { key, request: readRequest(kind, options, text) };
  } catch (error) {
    if (error instanceof PictureError) return { key, request: error };
    throw error;
  }
}

/** Looks up the state of a block's picture. `document` is the URI, empty where the renderer does not provide it. */
type Ask = (request: FigureRequest, key: string, document: string) => Known;

/**
 * A markdown-it plugin that renders `inkling` fences with the current state from `ask`.
 * @param before HTML inserted once per document, before its first block
 */
export function inklingFences(md: MarkdownIt, ask: Ask, before = ''): void {
  const others = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const block = readBlock(token.info, token.content);
    if (!block) return others ? others(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
    const isFirst =
      tokens.findIndex(({ type, info, content }) => type === 'fence' && readBlock(info, content)) === index;
    // VS Code's preview passes the document's URI here.
    const document = String(env?.currentDocument ?? '');
    const askHere = (request: FigureRequest, key: string) => ask(request, key, document);
    // The attributes tie the block to its source line, for the preview's scroll synchronisation.
    return `${isFirst ? before : ''}<div${self.renderAttrs(token)}>${blockHtml(block, `inkling-${index}`, askHere)}</div>\n`;
  };
}

function blockHtml({ key, request }: Block, id: string, ask: (request: FigureRequest, key: string) => Known): string {
  if (request instanceof PictureError) return failure(request.message, '');
  const known = ask(request, key);
  switch (known.state) {
    case 'known':
      return figureHtml(known.figure, id);
    case 'asked':
      return `<figure class="inkling" aria-busy="true"><p>${escapeText(l10n.t('Asking the model…'))}</p>${source(request.text)}</figure>\n`;
    case 'failed':
      return failure(known.message, request.text);
  }
}

function failure(message: string, text: string): string {
  return `<figure class="inkling"><p role="alert"><strong>Inkling:</strong> ${escapeText(message)}</p>${source(text)}</figure>\n`;
}

function source(text: string): string {
  return text === '' ? '' : `<pre><code>${escapeText(text)}</code></pre>`;
}
