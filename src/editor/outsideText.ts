/** Between two signs it keeps them from being read as markup, and is not seen. */
const WORD_JOINER = '\u2060';
/** Longer text than this is no part of a sentence. */
const LONGEST = 2000;

/**
 * A message that may quote text from outside (a model's files, the hub, a document), to be shown as text: VS Code makes
 * links and commands of `[…](…)` in notifications, and pictures of `$(…)` in picks.
 */
export function asText(message: string): string {
  const short = message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
  return short.replaceAll('](', `]${WORD_JOINER}(`).replaceAll('$(', `$${WORD_JOINER}(`);
}

/** Any text as a code span of Markdown, on one line; in the cell of a table too. */
export function codeSpan(text: string): string {
  const visible = text.replaceAll('\n', '⏎').replaceAll('|', '\\|');
  const fence = '`'.repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const room = /^`|`$|^ .* $/.test(visible) ? ' ' : '';
  return `${fence}${room}${visible}${room}${fence}`;
}
