import type { ComponentChildren } from 'preact';
import { type Notation, spell } from '../../pictures/spelling';
import { useUi } from './ui';

/** A titled part of the view that can be folded away; what is folded is not computed. */
export function Section(props: { name: string; title: string; note?: ComponentChildren; children: ComponentChildren }) {
  const { state, dispatch } = useUi();
  const { open } = state.preferences;
  const isOpen = open.includes(props.name);
  const toggle = () =>
    dispatch({
      type: 'prefer',
      change: { open: isOpen ? open.filter((name) => name !== props.name) : [...open, props.name] },
    });
  return (
    <section class={`section ${props.name}`} aria-labelledby={`${props.name}-title`}>
      <header>
        <h2 id={`${props.name}-title`}>
          <button type="button" aria-expanded={isOpen} aria-controls={`${props.name}-body`} onClick={toggle}>
            <span class="twistie" aria-hidden="true" />
            {props.title}
          </button>
        </h2>
        {props.note && <p class="note">{props.note}</p>}
      </header>
      <div id={`${props.name}-body`} class="body" hidden={!isOpen}>
        {isOpen && props.children}
      </div>
    </section>
  );
}

/** A labelled slider that says its value, and goes back to `neutral` when its value is clicked. */
export function Slider(props: {
  id: string;
  label: string;
  hint: string;
  min: number;
  max: number;
  step: number;
  value: number;
  neutral: number;
  text: string;
  onInput: (value: number) => void;
}) {
  const changed = props.value !== props.neutral;
  return (
    <div class={changed ? 'slider changed' : 'slider'}>
      <label for={props.id} title={props.hint}>
        {props.label}
      </label>
      <input
        id={props.id}
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        aria-valuetext={props.text}
        onInput={(event) => props.onInput(event.currentTarget.valueAsNumber)}
      />
      <button
        type="button"
        class="value"
        disabled={!changed}
        title={changed ? 'Reset' : undefined}
        aria-label={`Reset ${props.label.toLowerCase()}, now ${props.text}`}
        onClick={() => props.onInput(props.neutral)}
      >
        {props.text}
      </button>
    </div>
  );
}

/** A row of radio buttons drawn as one control. */
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

/**
 * Arrow keys move the focus among the buttons of a group, of which only one is in the tab order.
 * `step` says by how many buttons a key moves, if at all.
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
