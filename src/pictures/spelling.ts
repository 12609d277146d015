import * as l10n from '@vscode/l10n';

/** How invisible characters of tokens are shown: GPT-2's own notation, or an open box and arrows. */
export type Notation = 'gpt2' | 'plain';

/** A run of a token's text: visible characters, or one invisible character with its replacement sign. */
export interface Piece {
  readonly kind: 'text' | 'space' | 'newline' | 'tab' | 'control';
  readonly text: string;
}

const signs = {
  gpt2: { ' ': 'Ġ', '\n': 'Ċ', '\r': 'č', '\t': 'ĉ' },
  plain: { ' ': '␣', '\n': '⏎', '\r': '␍', '\t': '⇥' },
} as const;

const kinds = { ' ': 'space', '\n': 'newline', '\r': 'control', '\t': 'tab' } as const;

// Formatting characters (bidirectional overrides, joiners) and controls would affect how their neighbours are drawn.
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/** Longest text shown for one token; GPT-2 has tokens of 128 spaces. */
const longest = 48;

/** Splits a text into pieces for display. Joined, they show every character of `text`, up to `most`. */
export function spell(text: string, notation: Notation, most = longest): Piece[] {
  const pieces: Piece[] = [];
  const characters = [...text];
  for (const character of characters.slice(0, most)) {
    const piece = pieceOf(character, notation);
    const last = pieces.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text') {
      pieces[pieces.length - 1] = { kind: 'text', text: last.text + character };
    } else pieces.push(piece);
  }
  if (characters.length > most) pieces.push({ kind: 'control', text: `… ×${characters.length}` });
  return pieces;
}

function pieceOf(character: string, notation: Notation): Piece {
  const sign = signs[notation][character as keyof typeof kinds];
  if (sign) return { kind: kinds[character as keyof typeof kinds], text: sign };
  return invisible.test(character)
    ? { kind: 'control', text: codePoint(character) }
    : { kind: 'text', text: character };
}

/** A text of any length with white space and control characters made visible. */
export function visible(text: string): string {
  return spell(text, 'plain', Number.POSITIVE_INFINITY)
    .map((piece) => piece.text)
    .join('');
}

/**
 * A token's accessible name. In GPT-2's notation it equals the visible text, so that the label contains what is seen
 * (WCAG 2.5.3).
 */
export function speak(text: string, notation: Notation = 'plain'): string {
  const pieces = spell(text, notation);
  if (notation === 'gpt2' && pieces.length > 0) return pieces.map((piece) => piece.text).join('');
  const said = pieces
    .map((piece) => (piece.kind === 'text' ? piece.text : ` ${nameOf(piece.text)} `))
    .join('')
    .replace(/ +/g, ' ')
    .trim();
  return said || l10n.t('empty');
}

function nameOf(sign: string): string {
  switch (sign) {
    case signs.plain[' ']:
      return l10n.t('space');
    case signs.plain['\n']:
      return l10n.t('newline');
    case signs.plain['\r']:
      return l10n.t('carriage return');
    case signs.plain['\t']:
      return l10n.t('tab');
    default:
      return sign;
  }
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
