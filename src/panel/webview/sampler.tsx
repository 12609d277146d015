import { useMemo } from 'preact/hooks';
import { logSoftmax } from '../../core/logits';
import { Section, Spelled } from './controls';
import { drawOn } from './distribution';
import { percent } from './format';
import type { ShownStage } from './stages';
import { Asked } from './tips';
import { useUi } from './ui';

/** Draws from the reshaped distribution with a seed, one token or a hundred at a time: each press draws on. */
export function Sampler({ last }: { last: ShownStage }) {
  const { state, dispatch } = useUi();
  const { preferences, draws } = state;
  const draw = (count: number) =>
    dispatch({ type: 'drawn', draws: drawOn(draws, last.scores, preferences.seed, count) });
  return (
    <Section name="sampler" title="Draw from it">
      <div class="toolbar">
        <label class="field" data-term="seed">
          Seed
          <input
            type="number"
            aria-describedby="term-seed"
            min="0"
            max="4294967295"
            value={preferences.seed}
            onChange={(event) => {
              const seed = event.currentTarget.valueAsNumber;
              if (Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff) {
                dispatch({ type: 'prefer', change: { seed } });
              }
            }}
          />
        </label>
        <button type="button" class="action" onClick={() => draw(1)}>
          Draw once
        </button>
        <button type="button" class="action" onClick={() => draw(100)}>
          Draw 100
        </button>
        <button
          type="button"
          class="link"
          onClick={() => dispatch({ type: 'prefer', change: { seed: (preferences.seed + 1) % 0x100000000 } })}
        >
          Next seed
        </button>
      </div>
      <div role="status">{draws && <Drawn last={last} />}</div>
    </Section>
  );
}

function Drawn({ last }: { last: ShownStage }) {
  const { state } = useUi();
  const { draws, model, preferences } = state;
  const logprobs = useMemo(() => logSoftmax(last.scores), [last]);
  if (!draws || !model) return null;
  const sorted = [...draws.counts].sort((a, b) => b[1] - a[1] || logprobs[b[0]] - logprobs[a[0]]);
  const token = (id: number) => <Spelled text={model.vocabulary.text(id)} notation={preferences.notation} />;
  if (draws.ids.length === 1) {
    const [id] = draws.ids;
    return (
      <p>
        Seed {draws.seed} draws <strong>{token(id)}</strong>, which had{' '}
        <Asked term="probability">{percent(Math.exp(logprobs[id]))}</Asked>.
      </p>
    );
  }
  const most = Math.max(...sorted.map(([id, count]) => Math.max(count, 100 * Math.exp(logprobs[id]))));
  return (
    <table class="histogram">
      <caption>
        Seed {draws.seed}: {draws.ids.length} draws, {sorted.length} different tokens, at last{' '}
        <strong>{token(draws.ids[draws.ids.length - 1])}</strong>
      </caption>
      <thead>
        <tr>
          <th scope="col">Token</th>
          <th scope="col" class="wide">
            <span class="legend">
              <span>
                <span class="swatch drawn" aria-hidden="true" /> drawn
              </span>
              <span>
                <span class="swatch raw" aria-hidden="true" /> expected
              </span>
            </span>
          </th>
          <th scope="col">
            <Asked term="drawn">Drawn</Asked>
          </th>
          <th scope="col">
            <Asked term="expected">Expected</Asked>
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map(([id, count]) => {
          const expected = draws.ids.length * Math.exp(logprobs[id]);
          return (
            <tr key={id}>
              <th scope="row">{token(id)}</th>
              <td class="wide">
                <span class="bar" aria-hidden="true">
                  <span class="drawn" style={{ inlineSize: `${(100 * count) / most}%` }} />
                  <span class="raw" style={{ inlineSize: `${(100 * expected) / most}%` }} />
                </span>
              </td>
              <td class="number" data-term="drawn">
                {count}
              </td>
              <td class="number" data-term="expected">
                {expected.toFixed(1)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
