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
