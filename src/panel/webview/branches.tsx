import * as l10n from '@vscode/l10n';
import { surprisal } from '../../core/analysis/likelihood';
import { decimal } from '../../core/text/locale';
import { speak, spell } from '../../pictures/spelling';
import type { BranchMessage } from '../protocol';
import { Phrase, Section, Spelled } from './controls';
import { gainOf } from './format';
import { branchKey } from './state';
import { Asked } from './tips';
import { useUi } from './ui';

/** The branches tried at this place; the document is not touched. */
export function Branches() {
  const { state, dispatch, post } = useUi();
  const { tried, at, branches } = state;
  const undo = (
    <button
      type="button"
      class="link"
      onClick={() => post({ type: 'undo' })}
      title={l10n.t('Take the last insertion out again')}
    >
      {l10n.t('Undo insertion')}
    </button>
  );
  return (
    <Section name="branches" title={l10n.t('Try a continuation')} note={undo}>
      {tried.length === 0 ? (
        <p class="hint">
          {l10n.t(
            'The branch at the end of a candidate’s row (or Alt+Enter on it) tries it here, without touching the document.',
          )}
        </p>
      ) : (
        <ul class="branches" aria-label={l10n.t('Branches tried')}>
          <li class={at.length === 0 ? 'branch here' : 'branch'}>
            <button type="button" aria-current={at.length === 0} onClick={() => dispatch({ type: 'goTo', ids: [] })}>
              {l10n.t('The document as it stands')}
            </button>
          </li>
          {tried.map((ids) => (
            <Branch key={branchKey(ids)} ids={ids} />
          ))}
        </ul>
      )}
      {at.length > 0 && <Outcome branch={branches.get(branchKey(at))} />}
    </Section>
  );
}

function Branch({ ids }: { ids: readonly number[] }) {
  const { state, dispatch, post } = useUi();
  const { model, preferences, at, position } = state;
  if (!model || !position) return null;
  const texts = model.vocabulary.texts(ids);
  const here = branchKey(ids) === branchKey(at);
  const said = speak(texts.join(''));
  const seen = texts.flatMap((text) => spell(text, preferences.notation).map((piece) => piece.text)).join('');
  return (
    <li class={here ? 'branch here' : 'branch'}>
      <button
        type="button"
        aria-current={here}
        aria-label={l10n.t('Branch {0}: {1}', seen, said)}
        onClick={() => dispatch({ type: 'goTo', ids })}
      >
        {texts.map((text, i) => (
          <Spelled key={i} text={text} notation={preferences.notation} />
        ))}
      </button>
      <button
        type="button"
        class="link"
        aria-label={l10n.t('Insert {0}', said)}
        onClick={() => post({ type: 'insert', position: position.id, ids })}
      >
        {l10n.t('Insert')}
      </button>
      <button
        type="button"
        class="link"
        aria-label={l10n.t('Undo branch {0}', said)}
        onClick={() => dispatch({ type: 'forget', ids })}
      >
        {l10n.t('Undo')}
      </button>
    </li>
  );
}

/** The continuation after the branch, and its effect on the text that follows the cursor. */
function Outcome({ branch }: { branch: BranchMessage | undefined }) {
  const { state } = useUi();
  const { model, preferences } = state;
  const { notation } = preferences;
  if (!branch || !model) return <p class="hint">{l10n.t('Trying…')}</p>;
  const change = gainOf(branch.after);
  const goesOn = model.vocabulary.textAfter(
    branch.ids,
    branch.continuation.map(({ id }) => id),
  );
  const glyphs = model.vocabulary.glyphs(branch.after.map(({ id }) => id));
  return (
    <div class="outcome">
      {branch.continuation.length > 0 && (
        <p>
          <Phrase text={l10n.t('Would go on: {0}')} parts={[<bdi class="continuation">{goesOn}</bdi>]} />
        </p>
      )}
      {change !== null && (
        <table class="after">
          <caption>
            {change >= 0
              ? l10n.t('The text after the cursor becomes {0} bits likelier', decimal(change, 1))
              : l10n.t('The text after the cursor becomes {0} bits less likely', decimal(-change, 1))}
          </caption>
          <thead>
            <tr>
              <th scope="col">{l10n.t('Token')}</th>
              <th scope="col">
                <Asked term="surprisal">{l10n.t('Now, bits')}</Asked>
              </th>
              <th scope="col">
                <Asked term="surprisal">{l10n.t('Then, bits')}</Asked>
              </th>
              <th scope="col">
                <Asked term="gain">{l10n.t('Change')}</Asked>
              </th>
            </tr>
          </thead>
          <tbody>
            {branch.after.map((token, i) => {
              const before = token.before === null ? null : surprisal(token.before);
              const now = token.now === null ? null : surprisal(token.now);
              const gain = before === null || now === null ? null : before - now;
              return (
                <tr key={i}>
                  <th scope="row">
                    <Spelled text={glyphs[i]} notation={notation} />
                  </th>
                  <td class="number" data-term="surprisal">
                    {before === null ? '' : decimal(before, 1)}
                  </td>
                  <td class="number" data-term="surprisal">
                    {now === null ? '' : decimal(now, 1)}
                  </td>
                  <td class={gain !== null && gain < 0 ? 'number worse' : 'number better'} data-term="gain">
                    {gain === null ? '' : `${gain < 0 ? '▼' : '▲'} ${decimal(Math.abs(gain), 1)}`}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </div>
  );
}
