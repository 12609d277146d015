import * as l10n from '@vscode/l10n';
import { useMemo } from 'preact/hooks';
import { logSoftmax, percent } from '../../core/logits';
import { decimal, plural, whole } from '../../core/text/locale';
import { Phrase, Section, Spelled, WholeNumber } from './controls';
import { drawable, drawOn } from './distribution';
import type { ShownStage } from './stages';
import { Asked } from './tips';
import { useUi } from './ui';
import type { Vocabulary } from './vocabulary';

/**
 * Seeded sampling from the reshaped distribution, one or a hundred tokens at a time; each press continues the sequence.
 */
export function Sampler({ last, vocabulary }: { last: ShownStage; vocabulary: Vocabulary }) {
  const { state, dispatch } = useUi();
  const { preferences, draws } = state;
  const scores = useMemo(() => drawable(last.scores, vocabulary), [last, vocabulary]);
  const draw = (count: number) => dispatch({ type: 'drawn', draws: drawOn(draws, scores, preferences.seed, count) });
  return (
    <Section name="sampler" title={l10n.t('Draw from it')}>
      <div class="toolbar">
        <label class="field" for="seed" data-term="seed">
          {l10n.t('Seed')}
          <WholeNumber
            id="seed"
            value={preferences.seed}
            min={0}
            max={0xffffffff}
            describedBy="term-seed"
            onChange={(seed) => dispatch({ type: 'prefer', change: { seed } })}
          />
        </label>
        <button type="button" class="action" onClick={() => draw(1)}>
          {l10n.t('Draw once')}
        </button>
        <button type="button" class="action" onClick={() => draw(100)}>
          {l10n.t('Draw 100')}
        </button>
        <button
          type="button"
          class="link"
          onClick={() => dispatch({ type: 'prefer', change: { seed: (preferences.seed + 1) % 0x100000000 } })}
        >
          {l10n.t('Next seed')}
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
        <Phrase
          text={l10n.t('Seed {0} draws {1}, which had {2}.')}
          parts={[
            draws.seed,
            <strong>{token(id)}</strong>,
            <Asked term="probability">{percent(Math.exp(logprobs[id]))}</Asked>,
          ]}
        />
      </p>
    );
  }
  const most = Math.max(...sorted.map(([id, count]) => Math.max(count, 100 * Math.exp(logprobs[id]))));
  return (
    <table class="histogram">
      <caption>
        <Phrase
          text={plural(
            sorted.length,
            l10n.t('Seed {0}: {1} draws, {2} different token, at last {3}'),
            l10n.t('Seed {0}: {1} draws, {2} different tokens, at last {3}'),
          )}
          parts={[
            draws.seed,
            whole(draws.ids.length),
            whole(sorted.length),
            <strong>{token(draws.ids[draws.ids.length - 1])}</strong>,
          ]}
        />
      </caption>
      <thead>
        <tr>
          <th scope="col">{l10n.t('Token')}</th>
          <td class="wide" />
          <th scope="col">
            <span class="swatch drawn" aria-hidden="true" /> <Asked term="drawn">{l10n.t('Drawn')}</Asked>
          </th>
          <th scope="col">
            <span class="swatch raw" aria-hidden="true" /> <Asked term="expected">{l10n.t('Expected')}</Asked>
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
                {whole(count)}
              </td>
              <td class="number" data-term="expected">
                {decimal(expected, 1)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
