import * as l10n from '@vscode/l10n';
import { useMemo, useState } from 'preact/hooks';
import { decimal, whole } from '../../core/text/locale';
import { countStates, linesOf, recent, runsOf, treeAt } from '../../pictures/beamTree';
import type { BeamSearch, BeamsMessage } from '../protocol';
import { BeamTree } from './beamView';
import { type Control, Section, Slider, Spelled } from './controls';
import { ExportMenu } from './exportMenu';
import { defaults } from './preferences';
import { Asked } from './tips';
import { useUi } from './ui';

function controls(): readonly Control<Exclude<keyof BeamSearch, 'groups'>>[] {
  return [
    { name: 'beams', label: l10n.t('Beams'), term: 'beams', min: 2, max: 8, step: 1, text: String },
    { name: 'tokens', label: l10n.t('New tokens'), term: 'newTokens', min: 1, max: 32, step: 1, text: String },
    {
      name: 'lengthPenalty',
      label: l10n.t('Length penalty'),
      term: 'lengthPenalty',
      min: -2,
      max: 3,
      step: 0.1,
      text: (value) => decimal(value, 1),
    },
    {
      name: 'diversity',
      label: l10n.t('Diversity'),
      term: 'diversity',
      min: 0.1,
      max: 5,
      step: 0.1,
      text: (value) => decimal(value, 1),
    },
  ];
}

/** Beam search from this place, step by step. */
export function Beams() {
  const { state, dispatch, post } = useUi();
  const { position, at, beams, preferences, searching, unanswered } = state;
  const search = () => {
    if (!position) return;
    dispatch({ type: 'search' });
    post({ type: 'beams', position: position.id, ids: at, search: preferences.beam });
  };
  return (
    <Section
      name="beams"
      title={l10n.t('Beam search')}
      menu={<ExportMenu views={[['beams', l10n.t('Beam search')]]} />}
    >
      <BeamSettings />
      <div class="toolbar">
        <button type="button" class="action" onClick={search} disabled={searching}>
          {l10n.t('Search')}
        </button>
        {searching && <span class="hint">{l10n.t('Searching…')}</span>}
        {!searching && unanswered.beams && <span class="hint">{unanswered.beams}</span>}
      </div>
      {beams ? (
        <Search key={beams.steps} search={beams} />
      ) : (
        <p class="hint">
          {l10n.t('Follows several texts at once and keeps the likeliest, instead of one token at a time.')}
        </p>
      )}
    </Section>
  );
}

/** Settings of the search: beams, groups, length and length penalty. */
function BeamSettings() {
  const { state, dispatch } = useUi();
  const { beam } = state.preferences;
  const set = (change: Partial<BeamSearch>) => {
    const next = { ...beam, ...change };
    // The number of beams must be a multiple of the number of groups.
    const groups = next.beams % next.groups === 0 ? next.groups : 1;
    dispatch({ type: 'prefer', change: { beam: { ...next, groups } } });
  };
  const shares = [1, 2, 3, 4, 5, 6, 7, 8].filter((groups) => beam.beams % groups === 0);
  return (
    <div class="sliders">
      {controls()
        .filter(({ name }) => name !== 'diversity' || beam.groups > 1)
        .map((control) => (
          <Slider
            key={control.name}
            id={`beam-${control.name}`}
            control={control}
            value={beam[control.name]}
            neutral={defaults.beam[control.name]}
            onInput={(value) => set({ [control.name]: value })}
          />
        ))}
      <label class="field" data-term="groups">
        {l10n.t('Groups')}
        <select
          value={beam.groups}
          aria-describedby="term-groups"
          onChange={(event) => set({ groups: Number(event.currentTarget.value) })}
        >
          {shares.map((groups) => (
            <option key={groups} value={groups}>
              {groups}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** One search at the selected step; initially the last one. */
function Search({ search }: { search: BeamsMessage }) {
  const last = search.steps.length - 1;
  const [step, setStep] = useState(last);
  const [earlier, setEarlier] = useState(false);
  const move = (by: number) => setStep(Math.min(last, Math.max(0, step + by)));
  const lines = useMemo(() => {
    const tree = treeAt(search.steps, step);
    return linesOf(runsOf(earlier ? tree : recent(tree, step)));
  }, [search, step, earlier]);
  return (
    <>
      <Slider
        id="beam-step"
        control={{
          name: 'step',
          label: l10n.t('Step'),
          term: 'step',
          min: 1,
          max: last + 1,
          step: 1,
          text: (value) => l10n.t('{0} of {1}', whole(value), whole(last + 1)),
        }}
        value={step + 1}
        neutral={last + 1}
        onInput={(value) => setStep(value - 1)}
      />
      <div class="toolbar">
        <button type="button" class="action" onClick={() => move(-1)} disabled={step === 0}>
          {l10n.t('Step back')}
        </button>
        <button type="button" class="action" onClick={() => move(1)} disabled={step === last}>
          {l10n.t('Step forward')}
        </button>
        <label class="field">
          <input type="checkbox" checked={earlier} onChange={() => setEarlier(!earlier)} />
          {l10n.t('What was pruned before')}
        </label>
      </div>
      <p class="hint" role="status">
        {summary(search, step)}
      </p>
      <BeamTree lines={lines} onStep={move} />
      <p class="hint">
        <Asked term="score">{l10n.t('On the right stands the score of each line.')}</Asked>
      </p>
      {step === last && <Found search={search} />}
    </>
  );
}

function summary({ steps }: BeamsMessage, step: number): string {
  const { running, finished, pruned, displaced } = countStates(steps[step]);
  const counts = [step + 1, running, finished, pruned, displaced].map(whole);
  return displaced > 0
    ? l10n.t('Step {0}: {1} running, {2} finished, {3} pruned, {4} displaced', ...counts)
    : l10n.t('Step {0}: {1} running, {2} finished, {3} pruned', ...counts);
}

/** The texts that the search returns. */
function Found({ search }: { search: BeamsMessage }) {
  const { state, post } = useUi();
  const { model, position, preferences, at } = state;
  if (!model || !position) return null;
  return (
    <ol class="found" aria-label={l10n.t('Texts found, best first')}>
      {search.best.map(({ ids, score }, i) => (
        <li key={i}>
          <span class="text">
            {model.vocabulary.texts(ids).map((text, place) => (
              <Spelled key={place} text={text} notation={preferences.notation} />
            ))}
          </span>
          <span class="number" data-term="score">
            {decimal(score, 3)}
          </span>
          <button
            type="button"
            class="link"
            aria-label={l10n.t('Insert text {0}', i + 1)}
            disabled={!model.vocabulary.isText(ids)}
            onClick={() => post({ type: 'insert', position: position.id, ids: [...at, ...ids] })}
          >
            {l10n.t('Insert')}
          </button>
        </li>
      ))}
    </ol>
  );
}
