import { speak } from '../../pictures/spelling';
import { moveFocus, Section, Slider, Spelled } from './controls';
import type { Distribution, Row } from './distribution';
import { decimal, percent } from './format';
import { useUi } from './ui';

const arrows = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 };

/** The distribution of the next token as bars, which are a table. */
export function Candidates({ distribution }: { distribution: Distribution }) {
  const { state, dispatch } = useUi();
  const { rows } = distribution;
  const { bars } = state.preferences;
  const focusable = rows.some(({ id }) => id === state.candidate) ? state.candidate : rows[0]?.id;
  const longest = Math.max(...rows.map((row) => Math.max(row.probability, row.raw)), 1e-9);
  return (
    <Section
      name="candidates"
      title="Next token"
      note={
        <>
          <span title="How undecided the model is">{decimal(distribution.entropyBits)} bits entropy</span>
          <span title="As undecided as between this many equal choices">
            perplexity {decimal(distribution.perplexity, 1)}
          </span>
        </>
      }
    >
      <Slider
        id="bars"
        label="Show"
        hint="How many candidates are listed"
        min={5}
        max={200}
        step={5}
        value={bars}
        neutral={20}
        text={`top ${bars}`}
        onInput={(value) => dispatch({ type: 'prefer', change: { bars: value } })}
      />
      <table class="candidates" onKeyDown={(event) => moveFocus(event, '.token-button', arrows)}>
        <caption class="hidden">
          Candidates for the next token, most probable first. Enter inserts one, Alt+Enter tries it.
        </caption>
        <thead>
          <tr>
            <th scope="col">Token</th>
            <th scope="col" class="wide">
              Probability
            </th>
            <th scope="col">Sum</th>
            <th scope="col">Logit</th>
            {state.draws && <th scope="col">Drawn</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <CandidateRow key={row.id} row={row} longest={longest} inTabOrder={row.id === focusable} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function CandidateRow({ row, longest, inTabOrder }: { row: Row; longest: number; inTabOrder: boolean }) {
  const { state, dispatch, post } = useUi();
  const { model, position, at, preferences, draws } = state;
  if (!model || !position) return null;
  const text = model.vocabulary.text(row.id);
  const ids = [...at, row.id];
  const attempt = () => dispatch({ type: 'goTo', ids });
  const insert = () => post({ type: 'insert', position: position.id, ids });
  const drawn = draws?.counts.get(row.id) ?? 0;
  return (
    <tr class={row.id === state.candidate ? 'chosen' : ''} aria-selected={undefined}>
      <th scope="row">
        <button
          type="button"
          class="token-button"
          tabIndex={inTabOrder ? 0 : -1}
          aria-label={speak(text)}
          title="Click or Enter inserts it, Alt+click or Alt+Enter tries it"
          onFocus={() => state.candidate !== row.id && dispatch({ type: 'chooseCandidate', id: row.id })}
          onClick={(event) => (event.altKey ? attempt() : insert())}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !event.altKey) return;
            event.preventDefault();
            attempt();
          }}
        >
          <Spelled text={text} notation={preferences.notation} />
        </button>
      </th>
      <td class="wide">
        <span class="bar" aria-hidden="true">
          <span class="fill" style={{ inlineSize: `${(100 * row.probability) / longest}%` }} />
          <span class="raw" style={{ inlineSize: `${(100 * row.raw) / longest}%` }} />
          {draws && draws.ids.length > 1 && (
            <span
              class="drawn"
              style={{ inlineSize: `${Math.min(100, (100 * drawn) / draws.ids.length / longest)}%` }}
            />
          )}
        </span>
        <span class="number">{percent(row.probability)}</span>
      </td>
      <td class="number">{percent(row.cumulative)}</td>
      <td class="number">{decimal(row.logit)}</td>
      {draws && <td class="number">{drawn || ''}</td>}
    </tr>
  );
}
