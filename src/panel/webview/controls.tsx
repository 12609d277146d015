import * as l10n from '@vscode/l10n';
import type { ComponentChildren } from 'preact';
import { type Notation, spell } from '../../pictures/spelling';
import type { Term } from './glossary';

/** A titled section of the view. The header has room for a short note on the right, and a menu at its very end. */
export function Section(props: {
  name: string;
  title: ComponentChildren;
  note?: ComponentChildren;
  menu?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class={`section ${props.name}`} aria-labelledby={`${props.name}-title`}>
      <header>
        <h2 id={`${props.name}-title`}>{props.title}</h2>
        {props.note && <div class="note">{props.note}</div>}
        {props.menu && <div class="section-menu">{props.menu}</div>}
      </header>
      <div class="body">{props.children}</div>
    </section>
  );
}

/** A number set by a slider. */
export interface Control<Name extends string> {
  readonly name: Name;
  readonly label: string;
  readonly term: Term;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly text: (value: number) => string;
}

/** A labelled slider with its value; clicking the value resets it to `neutral`. */
export function Slider<Name extends string>(props: {
  id: string;
  control: Control<Name>;
  value: number;
  neutral: number;
  onInput: (value: number) => void;
}) {
  const { id, control, value, neutral } = props;
  const { label, term, min, max, step } = control;
  const changed = value !== neutral;
  const text = control.text(value);
  return (
    <div class={changed ? 'slider changed' : 'slider'}>
      <label for={id} data-term={term}>
        {label}
      </label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        data-term={term}
        aria-describedby={`term-${term}`}
        aria-valuetext={text}
        onInput={(event) => props.onInput(event.currentTarget.valueAsNumber)}
      />
      <button
        type="button"
        class="value"
        disabled={!changed}
        title={changed ? l10n.t('Reset') : undefined}
        aria-label={l10n.t('Reset {0}, now {1}', label, text)}
        onClick={() => props.onInput(neutral)}
      >
        {text}
      </button>
    </div>
  );
}

/** An input for a whole number. Invalid or out-of-range input is replaced by the current value. */
export function WholeNumber(props: {
  id?: string;
  value: number;
  min: number;
  max?: number;
  label?: string;
  describedBy?: string;
  onChange: (value: number) => void;
}) {
  const { id, value, min, max = Number.MAX_SAFE_INTEGER, label, describedBy } = props;
  return (
    <input
      id={id}
      type="number"
      min={min}
      max={max}
      value={value}
      aria-label={label}
      aria-describedby={describedBy}
      onChange={({ currentTarget }) => {
        const wanted = currentTarget.valueAsNumber;
        if (Number.isInteger(wanted) && wanted >= min && wanted <= max) props.onChange(wanted);
        else currentTarget.value = String(value);
      }}
    />
  );
}

/** A radio group styled as a segmented control. */
export function Choice<Value extends string>(props: {
  name: string;
  label: string;
  value: Value;
  options: readonly { value: Value; label: ComponentChildren; hint?: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <fieldset class="choice">
      <legend class="hidden">{props.label}</legend>
      {props.options.map((option) => (
        <label key={option.value} title={option.hint}>
          <input
            type="radio"
            name={props.name}
            value={option.value}
            checked={option.value === props.value}
            onChange={() => props.onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

/**
 * A token's text with invisible characters made visible, isolated so that its direction does not affect its neighbours.
 */
export function Spelled({ text, notation }: { text: string; notation: Notation }) {
  return (
    <bdi class="spelled">
      {spell(text, notation).map((piece) =>
        piece.kind === 'text' ? piece.text : <span class={`sign ${piece.kind}`}>{piece.text}</span>,
      )}
    </bdi>
  );
}

/** Legend of a colour scale, with the numbers at its ends. */
export function Scale(props: { kind: string; from: string; to: string; unit: ComponentChildren }) {
  return (
    <p class="legend">
      <span class="number">{props.from}</span>
      <span class={`scale ${props.kind}`} aria-hidden="true" />
      <span class="number">{props.to}</span>
      <span>{props.unit}</span>
    </p>
  );
}

/**
 * Roving tabindex: arrow keys move the focus among the buttons of a group, of which only one is in the tab order.
 * @param step by how many buttons each key moves
 */
export function moveFocus(event: KeyboardEvent, selector: string, step: Readonly<Record<string, number>>): void {
  const by = event.key === 'Home' ? -Infinity : event.key === 'End' ? Infinity : step[event.key];
  if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(selector)];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const next = buttons[Math.min(buttons.length - 1, Math.max(0, at + by))];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/**
 * A sentence with embedded elements: `text` is the result of `l10n.t` without values, `parts` replace its `{0}`, `{1}`,
 * …
 */
export function Phrase({ text, parts }: { text: string; parts: readonly ComponentChildren[] }) {
  return <>{text.split(/\{(\d+)\}/).map((piece, i) => (i % 2 === 0 ? piece : parts[Number(piece)]))}</>;
}
