import { type Notation, spell } from './spelling';

/** A token's text with everything invisible in it made visible, kept from changing the direction of its neighbours. */
export function Spelled({ text, notation }: { text: string; notation: Notation }) {
  return (
    <bdi class="spelled">
      {spell(text, notation).map((piece) =>
        piece.kind === 'text' ? piece.text : <span class={`sign ${piece.kind}`}>{piece.text}</span>,
      )}
    </bdi>
  );
}
