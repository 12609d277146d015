/** An invisible character between two signs that prevents them from being parsed as markup. */
const WORD_JOINER = '\u2060';
/** Longest message shown. */
const LONGEST = 2000;

/** Invisible characters, and those that change the direction of text. */
const UNSEEN = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Makes a message safe that may quote external text (a model's files, the hub, a document): VS Code turns `[…](…)` in
 * notifications into links and commands, `$(…)` in quick picks into icons, and pages turn `<…>` into elements.
 */
export function asText(message: string): string {
  const short = message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
  return short
    .replace(UNSEEN, writtenOut)
    .replaceAll('](', `]${WORD_JOINER}(`)
    .replaceAll('$(', `$${WORD_JOINER}(`)
    .replace(/<(?=[a-z!/?])/gi, `<${WORD_JOINER}`);
}

/** Spells out an invisible character; line breaks and tabs are kept. */
function writtenOut(sign: string): string {
  return /[\t\n\r]/.test(sign) ? sign : `U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Text as a Markdown code span on one line, also valid in a table cell. */
export function codeSpan(text: string): string {
  const visible = text.replaceAll('\n', '⏎').replaceAll('|', '\\|');
  const fence = '`'.repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const room = /^`|`$|^ .* $/.test(visible) ? ' ' : '';
  return `${fence}${room}${visible}${room}${fence}`;
}
