import { useEffect } from 'preact/hooks';
import { speak } from '../../pictures/spelling';
import type { WhyMessage } from '../protocol';
import { favouriteFrom, headsLookingAt } from './attention';
import { shownTokens } from './chips';
import { moveFocus, Section, Spelled } from './controls';
import { percent, whole } from './format';
import { useUi } from './ui';

/** Why this candidate: what the model looked at, and from which layer on it favoured it. */
export function Why() {
  const { state } = useUi();
  const { candidate, model, preferences } = state;
  return (
    <Section
      name="why"
      title="Why"
      note={
        candidate !== null &&
        model && <Spelled text={model.vocabulary.text(candidate)} notation={preferences.notation} />
      }
    >
      <Reasons />
    </Section>
  );
}

function Reasons() {
  const { state, post } = useUi();
  const { position, at, candidate, why, unanswered } = state;
  const current = why !== null && why.candidate === candidate;
  useEffect(() => {
    if (position && candidate !== null && !current) {
      post({ type: 'why', position: position.id, ids: at, candidate });
    }
  }, [position, at, candidate, current]);
  if (candidate === null) return <p class="hint">Choose a candidate to see where it comes from.</p>;
  if (!why) return <p class="hint">{unanswered.why ?? 'Looking inside…'}</p>;
  return (
    <>
      <Heads why={why} />
      <Lens why={why} />
    </>
  );
}

/** Layers by heads; each cell says how much that head gives to the chosen token, or to the token before the last. */
function Heads({ why }: { why: WhyMessage }) {
  const { state, dispatch } = useUi();
  const { preferences, chip, model } = state;
  const tokens = shownTokens(state);
  const offset = why.tokens - tokens.length;
  const token = Math.max(0, (chip ?? tokens.length - 1) + offset);
  const grid = headsLookingAt(why, token);
  const { layer, head } = preferences;
  const show = (l: number | null, h: number | null) =>
    dispatch({ type: 'prefer', change: { layer: l, head: h, colour: 'attention' } });
  const shown = tokens[token - offset];
  const columns = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -why.heads, ArrowDown: why.heads };
  return (
    <div class="heads">
      <p>
        Attention of the last token
        {shown && (
          <>
            {' '}
            to <Spelled text={shown.text} notation={preferences.notation} />
          </>
        )}
        , {where(layer, head)}.
      </p>
      <div class="toolbar">
        <button
          type="button"
          class="action"
          aria-pressed={layer === null && head === null}
          onClick={() => show(null, null)}
        >
          Mean of all
        </button>
        <label class="field">
          Layer
          <select
            value={layer === null ? '' : String(layer)}
            onChange={(event) =>
              show(event.currentTarget.value === '' ? null : Number(event.currentTarget.value), head)
            }
          >
            <option value="">mean</option>
            {grid.map((_, l) => (
              <option key={l} value={String(l)}>
                {l + 1}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          Head
          <select
            value={head === null ? '' : String(head)}
            onChange={(event) =>
              show(layer, event.currentTarget.value === '' ? null : Number(event.currentTarget.value))
            }
          >
            <option value="">mean</option>
            {grid[0].map((_, h) => (
              <option key={h} value={String(h)}>
                {h + 1}
              </option>
            ))}
          </select>
        </label>
      </div>
      {model && (
        <fieldset
          class="head-grid"
          aria-label="Heads by layer"
          style={{ '--heads': String(why.heads) }}
          onKeyDown={(event) => moveFocus(event, 'button', columns)}
        >
          {grid.flatMap((row, l) =>
            row.map((weight, h) => (
              <button
                key={`${l} ${h}`}
                type="button"
                tabIndex={(layer ?? 0) === l && (head ?? 0) === h ? 0 : -1}
                class="head"
                aria-pressed={layer === l && head === h}
                aria-label={`Layer ${l + 1}, head ${h + 1}: ${percent(weight)}`}
                title={`Layer ${l + 1}, head ${h + 1}: ${percent(weight)}`}
                style={{ '--tint': Math.sqrt(weight).toFixed(3) }}
                onClick={() => show(l, h)}
              />
            )),
          )}
        </fieldset>
      )}
    </div>
  );
}

function where(layer: number | null, head: number | null): string {
  if (layer === null && head === null) return 'averaged over all layers and heads';
  const inLayer = layer === null ? 'averaged over layers' : `layer ${layer + 1}`;
  return head === null ? `${inLayer}, averaged over heads` : `${inLayer}, head ${head + 1}`;
}

/** The logit lens: what would have been said had the model stopped after each layer. */
function Lens({ why }: { why: WhyMessage }) {
  const { state } = useUi();
  const { preferences, model } = state;
  const from = favouriteFrom(why);
  const said = model ? speak(model.vocabulary.text(why.candidate)) : '';
  return (
    <table class="lens">
      <caption>{from === null ? 'Not the favourite in the end.' : `The favourite from layer ${from + 1} on.`}</caption>
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col">Would say</th>
          <th scope="col" class="wide">
            <span class="hidden">Probability of {said}</span>
            <span aria-hidden="true">
              {model && <Spelled text={model.vocabulary.text(why.candidate)} notation={preferences.notation} />}
            </span>
          </th>
          <th scope="col">Rank</th>
        </tr>
      </thead>
      <tbody>
        {why.lens.map(({ layer, top, candidateLogprob, candidateRank }) => (
          <tr key={layer} class={candidateRank === 0 ? 'favourite' : ''}>
            <th scope="row">{layer + 1}</th>
            <td>{top[0] && <Spelled text={top[0].text} notation={preferences.notation} />}</td>
            <td class="wide">
              <span class="bar" aria-hidden="true">
                <span class="fill" style={{ inlineSize: `${100 * Math.exp(candidateLogprob)}%` }} />
              </span>
              <span class="number">{percent(Math.exp(candidateLogprob))}</span>
            </td>
            <td class="number">{whole(candidateRank + 1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
