import { useMemo, useState } from 'preact/hooks';
import { countStates, linesOf, recent, runsOf, treeAt } from '../../pictures/beamTree';
import type { BeamsMessage } from '../protocol';
import { BeamSettings } from './beamSettings';
import { BeamTree } from './beamView';
import { Section, Slider, Spelled } from './controls';
import { decimal } from './format';
import { useUi } from './ui';

/** Beam search from this place, to be followed step by step. */
export function Beams() {
  const { state, dispatch, post } = useUi();
  const { position, at, beams, preferences, searching, unanswered } = state;
  const search = () => {
    if (!position) return;
    dispatch({ type: 'search' });
    post({ type: 'beams', position: position.id, ids: at, search: preferences.beam });
  };
  return (
    <Section name="beams" title="Beam search">
      <BeamSettings />
      <div class="toolbar">
        <button type="button" class="action" onClick={search} disabled={searching}>
          Search
        </button>
        {searching && <span class="hint">Searching…</span>}
        {!searching && unanswered.beams && <span class="hint">{unanswered.beams}</span>}
      </div>
      {beams ? (
        <Search key={beams.steps} search={beams} />
      ) : (
        <p class="hint">Follows several texts at once and keeps the likeliest, instead of one token at a time.</p>
      )}
    </Section>
  );
}

/** One search, at the step on show; it opens at its end. */
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
        label="Step"
        hint="Which step of the search is shown"
        min={1}
        max={last + 1}
        step={1}
        value={step + 1}
        neutral={last + 1}
        text={`${step + 1} of ${last + 1}`}
        onInput={(value) => setStep(value - 1)}
      />
      <div class="toolbar">
        <button type="button" class="action" onClick={() => move(-1)} disabled={step === 0}>
          Step back
        </button>
        <button type="button" class="action" onClick={() => move(1)} disabled={step === last}>
          Step forward
        </button>
        <label class="field">
          <input type="checkbox" checked={earlier} onChange={() => setEarlier(!earlier)} />
          What was pruned before
        </label>
      </div>
      <p class="hint" role="status">
        {summary(search, step)}
      </p>
      <BeamTree lines={lines} onStep={move} />
      <p class="hint">
        Scores are summed log-probabilities; those of finished texts are divided by length to the power of the penalty.
      </p>
      {step === last && <Found search={search} />}
    </>
  );
}

function summary({ steps }: BeamsMessage, step: number): string {
  const { running, finished, pruned, displaced } = countStates(steps[step]);
  const parts = [`${running} running`, `${finished} finished`, `${pruned} pruned`];
  if (displaced > 0) parts.push(`${displaced} displaced`);
  return `Step ${step + 1}: ${parts.join(', ')}`;
}

/** What the search returns. */
function Found({ search }: { search: BeamsMessage }) {
  const { state, post } = useUi();
  const { model, position, preferences, at } = state;
  if (!model || !position) return null;
  return (
    <ol class="found" aria-label="Texts found, best first">
      {search.best.map(({ ids, score }, i) => (
        <li key={i}>
          <span class="text">
            {model.vocabulary.texts(ids).map((text, place) => (
              <Spelled key={place} text={text} notation={preferences.notation} />
            ))}
          </span>
          <span class="number">{decimal(score, 3)}</span>
          <button
            type="button"
            class="link"
            aria-label={`Insert text ${i + 1}`}
            disabled={!model.vocabulary.isText(ids)}
            onClick={() => post({ type: 'insert', position: position.id, ids: [...at, ...ids] })}
          >
            Insert
          </button>
        </li>
      ))}
    </ol>
  );
}
