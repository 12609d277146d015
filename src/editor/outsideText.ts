/** An invisible character that keeps the signs on both sides of it from being read as markup. */
const WORD_JOINER = '\u2060';
/** Longer text than this is no part of a sentence. */
const LONGEST = 2000;

/** What is not seen, or turns the text after it around. */
const UNSEEN = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A message that may quote text from outside (a model's files, the hub, a document), to be shown as text: VS Code makes
 * links and commands of `[…](…)` in notifications, pictures of `$(…)` in picks, and elements of `<…>` in pages.
 */
export function asText(message: string): string {
  const short = message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
  return short
    .replace(UNSEEN, writtenOut)
    .replaceAll('](', `]${WORD_JOINER}(`)
    .replaceAll('$(', `$${WORD_JOINER}(`)
    .replace(/<(?=[a-z!/?])/gi, `<${WORD_JOINER}`);
}

/** Line breaks and tabs are as they are. */
function writtenOut(sign: string): string {
  return /[\t\n\r]/.test(sign) ? sign : `U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Any text as a code span of Markdown, on one line; in the cell of a table too. */
export function codeSpan(text: string): string {
  const visible = text.replaceAll('\n', '⏎').replaceAll('|', '\\|');
  const fence = '`'.repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const room = /^`|`$|^ .* $/.test(visible) ? ' ' : '';
  return `${fence}${room}${visible}${room}${fence}`;
}
