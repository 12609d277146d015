import * as l10n from '@vscode/l10n';
import { percent } from '../../core/logits';
import { whole } from '../../core/text/locale';
import { attentionWeights, headsLookingAt } from '../../pictures/attention';
import { speak } from '../../pictures/spelling';
import type { WhyMessage } from '../protocol';
import { moveFocus, Phrase, Scale, Section, Spelled } from './controls';
import { ExportMenu } from './exportMenu';
import { shownTokens } from './state';
import { Asked } from './tips';
import { useUi } from './ui';

/** Number of tokens listed as most attended to. */
const NAMED = 4;

/** Explains a candidate: from which layer the model favours it, and which tokens it attends to. */
export function Why({ candidate }: { candidate: number | undefined }) {
  const { state } = useUi();
  const { model, preferences, why, unanswered } = state;
  const text = candidate === undefined ? undefined : model?.vocabulary.text(candidate);
  return (
    <Section
      name="why"
      menu={
        <ExportMenu
          views={[
            ['attention', l10n.t('Attention')],
            ['lens', l10n.t('Logit lens')],
          ]}
        />
      }
      title={
        text === undefined ? (
          l10n.t('Why this token')
        ) : (
          <Phrase text={l10n.t('Why {0}')} parts={[<Spelled text={text} notation={preferences.notation} />]} />
        )
      }
    >
      {why && why.candidate === candidate ? (
        <>
          <Verdict why={why} />
          <Looked why={why} />
          <Lens why={why} />
        </>
      ) : (
        <p class="hint">{unanswered.why ?? l10n.t('Looking inside…')}</p>
      )}
    </Section>
  );
}

function Verdict({ why }: { why: WhyMessage }) {
  const { state } = useUi();
  const last = why.lens.at(-1);
  if (!last) return null;
  const from = favouriteFrom(why);
  return (
    <p class="verdict">
      <Phrase
        text={l10n.t('{0}, rank {1}.')}
        parts={[
          <Asked term="probability">{percent(Math.exp(last.candidateLogprob))}</Asked>,
          <Asked term="rank">{whole(last.candidateRank + 1)}</Asked>,
        ]}
      />{' '}
      {from === null ? (
        <Phrase
          text={l10n.t('Not the favourite in the end: that is {0}.')}
          parts={[last.top[0] && <Spelled text={last.top[0].text} notation={state.preferences.notation} />]}
        />
      ) : (
        l10n.t('The favourite from layer {0} of {1} on.', from + 1, why.layers)
      )}
    </p>
  );
}

/** The tokens with the most attention from the last one, averaged over layers and heads. */
function Looked({ why }: { why: WhyMessage }) {
  const { state, dispatch } = useUi();
  const { notation, colour } = state.preferences;
  const tokens = shownTokens(state);
  const offset = why.tokens - tokens.length;
  const weights = attentionWeights(why, null, null);
  const most = tokens
    .map((token, i) => ({ token, weight: weights[i + offset] }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, NAMED);
  return (
    <p class="looked">
      <Phrase
        text={l10n.t('Looked most at {0}')}
        parts={[
          most.map(({ token, weight }, i) => (
            <span key={i} class="alternative">
              <Spelled text={token.text} notation={notation} /> <Asked term="attention">{percent(weight)}</Asked>
            </span>
          )),
        ]}
      />
      <button
        type="button"
        class="link"
        disabled={colour === 'attention'}
        onClick={() => dispatch({ type: 'prefer', change: { colour: 'attention', layer: null, head: null } })}
      >
        {colour === 'attention' ? l10n.t('Shown over the tokens') : l10n.t('Show it over the tokens')}
      </button>
    </p>
  );
}

/**
 * Grid of layers by heads: each cell shows how much attention that head pays to the selected token, or to the last one.
 */
export function Heads() {
  const { state, dispatch } = useUi();
  const { preferences, chip, why, unanswered } = state;
  if (!why) return <p class="hint">{unanswered.why ?? l10n.t('Looking inside…')}</p>;
  const tokens = shownTokens(state);
  const offset = why.tokens - tokens.length;
  const token = Math.max(0, (chip ?? tokens.length - 1) + offset);
  const grid = headsLookingAt(why, token);
  const { layer, head } = preferences;
  const show = (l: number | null, h: number | null) => dispatch({ type: 'prefer', change: { layer: l, head: h } });
  const shown = tokens[token - offset];
  const columns = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -why.heads, ArrowDown: why.heads };
  const averaged = layer === null && head === null;
  return (
    <div class="heads">
      <p>
        <Asked term="heads">
          <Phrase
            text={shown ? l10n.t('Heads that look at {0}') : l10n.t('Heads that look at the start')}
            parts={[shown && <Spelled text={shown.text} notation={preferences.notation} />]}
          />
        </Asked>
      </p>
      <div class="head-axes" style={{ '--heads': String(why.heads) }}>
        <span class="axis across" aria-hidden="true">
          {l10n.t('head 1–{0}', why.heads)}
        </span>
        <span class="axis down" aria-hidden="true">
          {l10n.t('layer 1–{0}', why.layers)}
        </span>
        <fieldset
          class="head-grid"
          aria-label={l10n.t('Heads by layer')}
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
                aria-label={headText(l, h, weight)}
                title={headText(l, h, weight)}
                style={{ '--tint': Math.sqrt(weight).toFixed(3) }}
                onClick={() => (layer === l && head === h ? show(null, null) : show(l, h))}
              />
            )),
          )}
        </fieldset>
      </div>
      <Scale kind="attention" from="0" to="100 %" unit={<Asked term="attention">{l10n.t('attention')}</Asked>} />
      <p class="hint" role="status">
        {where(layer, head)}{' '}
        {!averaged && (
          <button type="button" class="link" onClick={() => show(null, null)}>
            {l10n.t('Mean of all')}
          </button>
        )}
      </p>
    </div>
  );
}

function headText(layer: number, head: number, weight: number): string {
  return l10n.t('Layer {0}, head {1}: {2}', layer + 1, head + 1, percent(weight));
}

function where(layer: number | null, head: number | null): string {
  if (layer === null && head === null) return l10n.t('The tokens show the mean over all layers and heads.');
  if (layer === null) return l10n.t('The tokens show the mean over layers, head {0}.', (head ?? 0) + 1);
  if (head === null) return l10n.t('The tokens show layer {0}, the mean over heads.', layer + 1);
  return l10n.t('The tokens show layer {0}, head {1}.', layer + 1, head + 1);
}

/** The logit lens: the prediction after each layer. */
function Lens({ why }: { why: WhyMessage }) {
  const { state } = useUi();
  const { preferences, model } = state;
  const said = model ? speak(model.vocabulary.text(why.candidate)) : '';
  return (
    <table class="lens">
      <caption>
        <Asked term="lens">{l10n.t('Layer by layer')}</Asked>
      </caption>
      <thead>
        <tr>
          <th scope="col">
            <Asked term="lens">{l10n.t('Layer')}</Asked>
          </th>
          <th scope="col">{l10n.t('Would say')}</th>
          <th scope="col" class="wide">
            <span class="hidden">{l10n.t('Probability of {0}', said)}</span>
            <span aria-hidden="true">
              {model && <Spelled text={model.vocabulary.text(why.candidate)} notation={preferences.notation} />}
            </span>
          </th>
          <th scope="col">
            <Asked term="rank">{l10n.t('Rank')}</Asked>
          </th>
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
              <span class="number" data-term="probability">
                {percent(Math.exp(candidateLogprob))}
              </span>
            </td>
            <td class="number" data-term="rank">
              {whole(candidateRank + 1)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The first layer from which the candidate stays the most probable; null when it is not the final favourite. */
function favouriteFrom(why: WhyMessage): number | null {
  let from: number | null = null;
  for (const { layer, candidateRank } of [...why.lens].reverse()) {
    if (candidateRank !== 0) break;
    from = layer;
  }
  return from;
}
