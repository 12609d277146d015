import type { ComponentChildren } from 'preact';

/**
 * A sentence with embedded elements: `text` is the result of `l10n.t` without values, `parts` replace its `{0}`, `{1}`,
 * …
 */
export function Phrase({ text, parts }: { text: string; parts: readonly ComponentChildren[] }) {
  return <>{text.split(/\{(\d+)\}/).map((piece, i) => (i % 2 === 0 ? piece : parts[Number(piece)]))}</>;
}
