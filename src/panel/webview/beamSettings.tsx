import type { BeamSearch } from '../protocol';
import { Slider } from './controls';
import { decimal } from './format';
import { defaults } from './preferences';
import { useUi } from './ui';

/** How many beams, in how many groups, how far, and what length counts. */
export function BeamSettings() {
  const { state, dispatch } = useUi();
  const { beam } = state.preferences;
  const set = (change: Partial<BeamSearch>) => dispatch({ type: 'prefer', change: { beam: { ...beam, ...change } } });
  const shares = [1, 2, 3, 4, 5, 6, 7, 8].filter((groups) => beam.beams % groups === 0);
  return (
    <div class="sliders">
      <Slider
        id="beam-count"
        label="Beams"
        hint="How many texts are followed at once (numBeams)"
        min={2}
        max={8}
        step={1}
        value={beam.beams}
        neutral={defaults.beam.beams}
        text={String(beam.beams)}
        onInput={(beams) => set({ beams, groups: beams % beam.groups === 0 ? beam.groups : 1 })}
      />
      <Slider
        id="beam-tokens"
        label="New tokens"
        hint="How far the search goes (maxNewTokens)"
        min={1}
        max={32}
        step={1}
        value={beam.tokens}
        neutral={defaults.beam.tokens}
        text={String(beam.tokens)}
        onInput={(tokens) => set({ tokens })}
      />
      <Slider
        id="beam-length"
        label="Length penalty"
        hint="Scores are divided by the length to this power: above 0 favours long texts (lengthPenalty)"
        min={-2}
        max={3}
        step={0.1}
        value={beam.lengthPenalty}
        neutral={defaults.beam.lengthPenalty}
        text={decimal(beam.lengthPenalty, 1)}
        onInput={(lengthPenalty) => set({ lengthPenalty })}
      />
      <div class="toolbar">
        <label class="field" title="Groups shun the tokens that earlier groups chose at the same step (numBeamGroups)">
          Groups
          <select value={beam.groups} onChange={(event) => set({ groups: Number(event.currentTarget.value) })}>
            {shares.map((groups) => (
              <option key={groups} value={groups}>
                {groups}
              </option>
            ))}
          </select>
        </label>
      </div>
      {beam.groups > 1 && (
        <Slider
          id="beam-diversity"
          label="Diversity"
          hint="Taken off the score of a token for each earlier group that chose it (diversityPenalty)"
          min={0.1}
          max={5}
          step={0.1}
          value={beam.diversity}
          neutral={defaults.beam.diversity}
          text={decimal(beam.diversity, 1)}
          onInput={(diversity) => set({ diversity })}
        />
      )}
    </div>
  );
}
