import type { ComponentChildren } from 'preact';

/** A sentence with elements in it: `text` as `l10n.t` gives it without values, `parts` for its `{0}`, `{1}`, … */
export function Phrase({ text, parts }: { text: string; parts: readonly ComponentChildren[] }) {
  return <>{text.split(/\{(\d+)\}/).map((piece, i) => (i % 2 === 0 ? piece : parts[Number(piece)]))}</>;
}
