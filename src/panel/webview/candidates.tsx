import * as l10n from '@vscode/l10n';
import { percent } from '../../core/logits';
import { decimal, whole } from '../../core/text/locale';
import { speak } from '../../pictures/spelling';
import { LONGEST_BRANCH } from '../protocol';
import { type Control, moveFocus, Section, Slider, Spelled } from './controls';
import type { Distribution, Row } from './distribution';
import { ExportMenu } from './exportMenu';
import { Asked } from './tips';
import { useUi } from './ui';

const arrows = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 };

function barsControl(): Control<'bars'> {
  return {
    name: 'bars',
    label: l10n.t('Show'),
    term: 'bars',
    min: 5,
    max: 200,
    step: 5,
    text: (value) => l10n.t('top {0}', whole(value)),
  };
}

/** The next-token distribution as a table of bars. Hovering and selecting never change the document. */
export function Candidates({ distribution }: { distribution: Distribution }) {
  const { state, dispatch } = useUi();
  const { rows } = distribution;
  const { bars } = state.preferences;
  const focusable = rows.some(({ id }) => id === state.candidate) ? state.candidate : rows[0]?.id;
  const longest = Math.max(...rows.map((row) => Math.max(row.probability, row.raw)), 1e-9);
  const shaped = rows.some(({ probability, raw }) => Math.abs(probability - raw) > 1e-6);
  return (
    <Section
      name="candidates"
      title={l10n.t('Next token')}
      menu={<ExportMenu views={[['next', l10n.t('Next tokens')]]} />}
      note={
        <>
          <Asked term="entropy">{l10n.t('entropy {0} bits', decimal(distribution.entropyBits))}</Asked>
          <Asked term="perplexity">{l10n.t('perplexity {0}', decimal(distribution.perplexity, 1))}</Asked>
        </>
      }
    >
      {(shaped || state.draws) && (
        <p class="legend bars-legend">
          <span>
            <span class="swatch fill" aria-hidden="true" /> {shaped ? l10n.t('as shaped') : l10n.t('probability')}
          </span>
          {shaped && (
            <span>
              <span class="swatch raw" aria-hidden="true" /> <Asked term="raw">{l10n.t('the model’s own')}</Asked>
            </span>
          )}
          {state.draws && state.draws.ids.length > 1 && (
            <span>
              <span class="swatch drawn" aria-hidden="true" /> <Asked term="drawn">{l10n.t('drawn')}</Asked>
            </span>
          )}
        </p>
      )}
      <table class="candidates" onKeyDown={(event) => moveFocus(event, '.token-button', arrows)}>
        <caption class="hidden">
          {l10n.t(
            'Candidates for the next token, most probable first. Choosing one explains it; Enter inserts it, Alt+Enter tries it.',
          )}
        </caption>
        <thead>
          <tr>
            <th scope="col">{l10n.t('Token')}</th>
            <th scope="col" class="wide">
              <Asked term="probability">{l10n.t('Probability')}</Asked>
            </th>
            <th scope="col" class="extra">
              <Asked term="sum">{l10n.t('Sum')}</Asked>
            </th>
            <th scope="col" class="extra">
              <Asked term="logit">{l10n.t('Logit')}</Asked>
            </th>
            {state.draws && (
              <th scope="col" class="drawn-count">
                <Asked term="drawn">{l10n.t('Drawn')}</Asked>
              </th>
            )}
            <th scope="col">
              <span class="hidden">{l10n.t('Take it')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <CandidateRow key={row.id} row={row} longest={longest} inTabOrder={row.id === focusable} />
          ))}
        </tbody>
      </table>
      <Slider
        id="bars"
        control={barsControl()}
        value={bars}
        neutral={20}
        onInput={(value) => dispatch({ type: 'prefer', change: { bars: value } })}
      />
    </Section>
  );
}

function CandidateRow({ row, longest, inTabOrder }: { row: Row; longest: number; inTabOrder: boolean }) {
  const { state, dispatch, post } = useUi();
  const { model, position, at, preferences, draws } = state;
  if (!model || !position) return null;
  const text = model.vocabulary.text(row.id);
  const said = speak(text, preferences.notation);
  const ids = [...at, row.id];
  const attempt = () => dispatch({ type: 'goTo', ids });
  const insert = () => post({ type: 'insert', position: position.id, ids });
  const explain = () => dispatch({ type: 'chooseCandidate', id: row.id, explain: true });
  const drawn = draws?.counts.get(row.id) ?? 0;
  const chosen = row.id === state.candidate;
  return (
    <tr
      class={chosen ? 'chosen' : ''}
      // Redundant for keyboard and screen readers: the button in the row does the same.
      onClick={(event) => (event.target as Element).closest('button') ?? explain()}
    >
      <th scope="row">
        <button
          type="button"
          class="token-button"
          tabIndex={inTabOrder ? 0 : -1}
          aria-label={said}
          aria-pressed={chosen}
          title={l10n.t('Click or Space explains it, Enter inserts it, Alt+Enter tries it')}
          onFocus={(event) =>
            event.currentTarget.matches(':focus-visible') &&
            !chosen &&
            dispatch({ type: 'chooseCandidate', id: row.id })
          }
          onClick={(event) => (event.altKey ? attempt() : explain())}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            if (event.altKey) attempt();
            else insert();
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
        <span class="number" data-term="probability">
          {percent(row.probability)}
        </span>
      </td>
      <td class="number extra" data-term="sum">
        {percent(row.cumulative)}
      </td>
      <td class="number extra" data-term="logit">
        {decimal(row.logit)}
      </td>
      {draws && (
        <td class="number drawn-count" data-term="drawn">
          {drawn > 0 && whole(drawn)}
        </td>
      )}
      <td class="row-actions">
        <RowAction
          title={l10n.t('Insert at the cursor (Enter)')}
          label={l10n.t('Insert {0}', said)}
          icon="M8 2v8m0 0L4.5 6.5M8 10l3.5-3.5M3 13.5h10"
          inTabOrder={inTabOrder}
          onClick={insert}
        />
        <RowAction
          title={l10n.t('Try it without touching the text (Alt+Enter)')}
          label={l10n.t('Try {0}', said)}
          icon="M4 2.5v11M4 10c0-3 8-1.5 8-5.5m0 0L9.8 6.7M12 4.5l2.2 2.2"
          inTabOrder={inTabOrder}
          disabled={ids.length > LONGEST_BRANCH}
          onClick={attempt}
        />
      </td>
    </tr>
  );
}

interface RowActionProps {
  readonly title: string;
  /** Accessible label, complete without the rest of the row. */
  readonly label: string;
  /** SVG path data for a 16 by 16 icon. */
  readonly icon: string;
  readonly inTabOrder: boolean;
  readonly disabled?: boolean;
  onClick(): void;
}

function RowAction({ title, label, icon, inTabOrder, disabled, onClick }: RowActionProps) {
  return (
    <button
      type="button"
      class="icon-button"
      tabIndex={inTabOrder ? 0 : -1}
      title={title}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={icon} />
      </svg>
    </button>
  );
}
