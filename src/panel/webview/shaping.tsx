import { Section, Slider } from './controls';
import { decimal, percent, whole } from './format';
import type { Shaping } from './preferences';
import { neutral, type ShownStage } from './stages';
import { useUi } from './ui';

interface Control {
  readonly name: keyof Shaping;
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly text: (value: number) => string;
}

const controls: readonly Control[] = [
  {
    name: 'repetitionPenalty',
    label: 'Repetition penalty',
    hint: 'Tokens that already occur become less likely',
    min: 1,
    max: 2,
    step: 0.05,
    text: (value) => decimal(value),
  },
  {
    name: 'temperature',
    label: 'Temperature',
    hint: 'Below 1 the likely gain, above 1 the unlikely',
    min: 0.05,
    max: 2,
    step: 0.05,
    text: (value) => decimal(value),
  },
  {
    name: 'topK',
    label: 'Top-k',
    hint: 'Only the k most likely tokens stay',
    min: 0,
    max: 200,
    step: 1,
    text: (value) => (value === 0 ? 'off' : String(value)),
  },
  {
    name: 'topP',
    label: 'Top-p',
    hint: 'The smallest set of most likely tokens with this mass stays',
    min: 0.01,
    max: 1,
    step: 0.01,
    text: (value) => (value === 1 ? 'off' : decimal(value)),
  },
  {
    name: 'minP',
    label: 'Min-p',
    hint: 'Tokens less likely than this share of the favourite go',
    min: 0,
    max: 1,
    step: 0.01,
    text: (value) => (value === 0 ? 'off' : decimal(value)),
  },
  {
    name: 'typicalP',
    label: 'Typical-p',
    hint: 'Tokens whose surprisal is closest to the entropy stay, up to this mass',
    min: 0.01,
    max: 1,
    step: 0.01,
    text: (value) => (value === 1 ? 'off' : decimal(value)),
  },
];

/** How a distribution becomes the one that is drawn from, stage by stage. Nothing here runs the model. */
export function ShapingControls({ stages, shown }: { stages: readonly ShownStage[]; shown: ShownStage }) {
  const { state, dispatch } = useUi();
  const { shaping } = state.preferences;
  const changed = controls.some(({ name }) => shaping[name] !== neutral[name]);
  const set = (change: Partial<Shaping>) => dispatch({ type: 'shape', change });
  return (
    <Section
      name="shaping"
      title="Shape"
      note={
        <button type="button" class="link" disabled={!changed} onClick={() => set(neutral)}>
          Reset all
        </button>
      }
    >
      <Stages stages={stages} shown={shown} />
      <div class="sliders">
        {controls.map((control) => (
          <Slider
            key={control.name}
            id={control.name}
            {...control}
            value={shaping[control.name]}
            neutral={neutral[control.name]}
            text={control.text(shaping[control.name])}
            onInput={(value) => set({ [control.name]: value })}
          />
        ))}
      </div>
    </Section>
  );
}

/** The pipeline: how many tokens survive each stage and how much probability it cut. */
function Stages({ stages, shown }: { stages: readonly ShownStage[]; shown: ShownStage }) {
  const { dispatch } = useUi();
  return (
    <fieldset class="stages">
      <legend class="hidden">Stage shown in the bars</legend>
      {stages.map((stage, i) => (
        <label key={stage.name} class={stage.active ? 'stage active' : 'stage'}>
          <input
            type="radio"
            name="stage"
            checked={stage === shown}
            onChange={() =>
              dispatch({ type: 'prefer', change: { stage: i === stages.length - 1 ? null : stage.name } })
            }
          />
          <span class="stage-name">{stage.label}</span>
          <span class="survivors">
            {whole(stage.survivors)}
            <span class="hidden"> tokens survive</span>
          </span>
          <span class="cut">
            {stage.massCut > 0 ? (
              <>
                <span class="hidden">cut: </span>−{percent(stage.massCut)}
              </>
            ) : (
              <span class="hidden">nothing cut</span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
