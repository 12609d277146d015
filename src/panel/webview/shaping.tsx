import * as l10n from '@vscode/l10n';
import { percent } from '../../core/logits';
import { decimal, whole } from '../../core/text/locale';
import { type Control, Section, Slider } from './controls';
import { ExportMenu } from './exportMenu';
import type { Shaping } from './preferences';
import { neutral, type ShownStage } from './stages';
import { useUi } from './ui';

const offAt = (off: number) => (value: number) => (value === off ? l10n.t('off') : decimal(value));

function controls(): readonly Control<keyof Shaping>[] {
  return [
    {
      name: 'repetitionPenalty',
      label: l10n.t('Repetition penalty'),
      term: 'repetitionPenalty',
      min: 1,
      max: 2,
      step: 0.05,
      text: (value) => decimal(value),
    },
    {
      name: 'temperature',
      label: l10n.t('Temperature'),
      term: 'temperature',
      min: 0.05,
      max: 2,
      step: 0.05,
      text: (value) => decimal(value),
    },
    {
      name: 'topK',
      label: 'Top-k',
      term: 'topK',
      min: 0,
      max: 200,
      step: 1,
      text: (value) => (value === 0 ? l10n.t('off') : whole(value)),
    },
    { name: 'topP', label: 'Top-p', term: 'topP', min: 0.01, max: 1, step: 0.01, text: offAt(1) },
    { name: 'minP', label: 'Min-p', term: 'minP', min: 0, max: 1, step: 0.01, text: offAt(0) },
    { name: 'typicalP', label: 'Typical-p', term: 'typicalP', min: 0.01, max: 1, step: 0.01, text: offAt(1) },
  ];
}

/** Controls that reshape the distribution stage by stage. None of them needs a model run. */
export function ShapingControls({ stages, shown }: { stages: readonly ShownStage[]; shown: ShownStage }) {
  const { state, dispatch } = useUi();
  const { shaping, memory } = state.preferences;
  const remembers = stages.some(({ name }) => name === 'mixed');
  const names = Object.keys(neutral) as (keyof Shaping)[];
  const changed = names.some((name) => shaping[name] !== neutral[name]);
  const set = (change: Partial<Shaping>) => dispatch({ type: 'shape', change });
  return (
    <Section
      name="shaping"
      title={l10n.t('Shape the distribution')}
      menu={<ExportMenu views={[['stages', l10n.t('Stages')]]} />}
      note={
        <button type="button" class="link" disabled={!changed} onClick={() => set(neutral)}>
          {l10n.t('Reset all')}
        </button>
      }
    >
      <div class="sliders">
        {controls().map((control) => (
          <Slider
            key={control.name}
            id={control.name}
            control={control}
            value={shaping[control.name]}
            neutral={neutral[control.name]}
            onInput={(value) => set({ [control.name]: value })}
          />
        ))}
      </div>
      {remembers && (
        <label class="field">
          <input
            type="checkbox"
            checked={memory}
            onChange={() => dispatch({ type: 'prefer', change: { memory: !memory } })}
          />
          {l10n.t('Shape what the model and your texts say together, as ghost text does')}
        </label>
      )}
      <Stages stages={stages} shown={shown} />
    </Section>
  );
}

/** The pipeline: surviving tokens and removed probability at each stage. */
function Stages({ stages, shown }: { stages: readonly ShownStage[]; shown: ShownStage }) {
  const { dispatch } = useUi();
  return (
    <fieldset class="stages">
      <legend>{l10n.t('The bars show the distribution after this stage:')}</legend>
      <span class="stage heads-of-stages" aria-hidden="true">
        <span class="stage-name" />
        <span class="survivors">{l10n.t('tokens left')}</span>
        <span class="cut">{l10n.t('cut')}</span>
      </span>
      {stages.map((stage, i) => (
        <label key={stage.name} class={stage.active ? 'stage active' : 'stage'}>
          <input
            type="radio"
            name="stage"
            checked={stage === shown}
            aria-describedby="term-survivors term-cut"
            onChange={() =>
              dispatch({ type: 'prefer', change: { stage: i === stages.length - 1 ? null : stage.name } })
            }
          />
          <span class="stage-name">{stage.label}</span>
          <span class="survivors" data-term="survivors">
            {whole(stage.survivors)}
            <span class="hidden"> {l10n.t('tokens left')}</span>
          </span>
          <span class="cut" data-term="cut">
            {stage.massCut > 0 ? (
              <>
                <span class="hidden">{l10n.t('{0} cut', percent(stage.massCut))}</span>
                <span aria-hidden="true">{percent(stage.massCut)}</span>
              </>
            ) : (
              <span class="hidden">{l10n.t('nothing cut')}</span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
