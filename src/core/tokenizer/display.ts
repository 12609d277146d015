import { byteStringOf } from './vocabulary';

/** Latin-1 characters that can be seen: they stand for themselves. */
const VISIBLE = /[!-~¡-¬®-ÿ]/;

/**
 * GPT-2's printable alphabet (`bytes_to_unicode` in openai/gpt-2, src/encoder.py): the bytes without a visible
 * Latin-1 character get those from U+0100 on, in their order, so that the space is `Ġ` and the newline `Ċ`.
 */
function printableAlphabet(): readonly string[] {
  let substitute = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return VISIBLE.test(character) ? character : String.fromCharCode(substitute++);
  });
}

const alphabet = printableAlphabet();

const displays: string[] = [];

function spell(id: number): string {
  let shown = '';
  for (const unit of byteStringOf(id)) shown += alphabet[unit.charCodeAt(0)];
  return shown;
}

/** The token in GPT-2's own notation, one printable character for each byte: `Ġworld`. */
export function display(id: number): string {
  displays[id] ??= spell(id);
  return displays[id];
}
