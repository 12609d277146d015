/** `> [!NOTE]`, as GitHub and Obsidian begin a callout. */
const QUOTED_CALLOUT = /^\[![\p{L}\p{N}-]{1,64}\][+-]?(?:[ \t]+|$)/u;
/** `:::note`, `::: {.note}` and `:::`, as Docusaurus, Pandoc and others begin and end one. */
const FENCED_CALLOUT = /^:{3,}[ \t]*(?:[\w-]{1,64})?(?:\{[^}]{0,200}\}?)?(?:[ \t]+|$)/;
/** `!!! note "Title"`, `??? note` and `=== "Tab"`, as Python-Markdown has them: what is indented below belongs to them. */
const INDENTED_CALLOUT =
  /^(?:(?:!!!|\?{3}\+?)[ \t]+[\w-]{1,64}(?:[ \t]+(?:inline|end))*(?:[ \t]*$|[ \t]+")|={3}[+!]?[ \t]+")/;

/** The type of a callout, as many dialects of Markdown have it. */
export interface Callout {
  /** Of its signs, up to the title if it has one. */
  readonly length: number;
  /** What is indented below belongs to it. */
  readonly holds: boolean;
}

/**
 * The callout that a line begins or ends with, if it does.
 * @param isQuoted whether the line stands in a quotation that begins with it
 * @param mayHold whether a container may begin here
 */
export function calloutAt(head: string, isQuoted: boolean, mayHold: boolean): Callout | undefined {
  const indented = mayHold ? INDENTED_CALLOUT.exec(head) : null;
  const match = indented ?? (isQuoted ? QUOTED_CALLOUT.exec(head) : null) ?? FENCED_CALLOUT.exec(head);
  return match === null ? undefined : { length: match[0].length, holds: indented !== null };
}
