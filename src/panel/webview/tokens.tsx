import * as l10n from '@vscode/l10n';
import { surprisal } from '../../core/analysis/likelihood';
import { percent } from '../../core/logits';
import { decimal, plural, whole } from '../../core/text/locale';
import { rankBand } from '../../pictures/figure';
import { type Notation, speak } from '../../pictures/spelling';
import type { PanelToken } from '../protocol';
import { Chips, HOTTEST_BITS } from './chips';
import { Choice, Phrase, Scale, Section, Spelled, WholeNumber } from './controls';
import { ExportMenu } from './exportMenu';
import { density, hex } from './format';
import type { Term } from './glossary';
import { shownTokens } from './state';
import { Asked } from './tips';
import { useUi } from './ui';
import { Heads } from './why';

/** The text before the cursor, split into the tokens that the model reads. */
export function Tokens() {
  const { state, dispatch } = useUi();
  const { preferences } = state;
  const { colour } = preferences;
  const colours = [
    { value: 'boundary' as const, label: l10n.t('Boundary'), hint: l10n.t('Where one token ends and the next begins') },
    {
      value: 'rank' as const,
      label: l10n.t('Rank'),
      hint: l10n.t('How far down the list of guesses the token was, as in GLTR'),
    },
    { value: 'surprisal' as const, label: l10n.t('Surprisal'), hint: l10n.t('How many bits the token told') },
    { value: 'attention' as const, label: l10n.t('Attention'), hint: l10n.t('What the last token looks at') },
  ];
  return (
    <Section
      name="tokens"
      title={l10n.t('Tokens')}
      note={<Counts />}
      menu={<ExportMenu views={[['tokens', l10n.t('Tokens')]]} />}
    >
      <div class="toolbar">
        <Choice
          name="colour"
          label={l10n.t('Colour tokens by')}
          value={colour}
          options={colours}
          onChange={(value) => dispatch({ type: 'prefer', change: { colour: value } })}
        />
        <Choice
          name="notation"
          label={l10n.t('Show spaces as')}
          value={preferences.notation}
          options={[
            { value: 'plain', label: '␣', hint: l10n.t('Open box for a space') },
            { value: 'gpt2', label: 'Ġ', hint: l10n.t('A space as the vocabulary of GPT-2 writes it') },
          ]}
          onChange={(notation) => dispatch({ type: 'prefer', change: { notation } })}
        />
      </div>
      {colour === 'rank' && <RankLegend />}
      {colour === 'surprisal' && (
        <Scale
          kind="surprisal"
          from="0"
          to={l10n.t('{0} bits or more', HOTTEST_BITS)}
          unit={<Asked term="surprisal">{l10n.t('surprisal')}</Asked>}
        />
      )}
      <div class={`reading ${colour}`}>
        <Chips />
        {colour === 'attention' && <Heads />}
      </div>
      <ChipDetail />
    </Section>
  );
}

function Counts() {
  const { state } = useUi();
  const { position, model } = state;
  if (!position || !model) return null;
  const seen = position.tokens.length;
  const share = Math.round((100 * (seen + (position.start === null ? 0 : 1))) / model.contextLength);
  const bits = density(position.text, position.tokens);
  return (
    <>
      <Asked term="tokens">
        {seen === position.tokensBefore
          ? plural(seen, l10n.t('{0} token', whole(seen)), l10n.t('{0} tokens', whole(seen)))
          : l10n.t('{0} of {1} tokens', whole(seen), whole(position.tokensBefore))}
      </Asked>
      <Asked term="window">{l10n.t('{0} % of window', share)}</Asked>
      {bits !== null && <Asked term="bitsPerCharacter">{l10n.t('{0} bits/char', decimal(bits))}</Asked>}
    </>
  );
}

/** GLTR's rank bands with token counts and editable limits. */
function RankLegend() {
  const { state, dispatch } = useUi();
  const { thresholds } = state.preferences;
  const counts = [0, 0, 0, 0];
  for (const { rank } of state.position?.tokens ?? []) if (rank !== null) counts[rankBand(rank, thresholds)]++;
  const set = (i: number, value: number) => {
    const change = thresholds.map((old, j) => (j === i ? value : old));
    dispatch({ type: 'prefer', change: { thresholds: change.sort((a, b) => a - b) } });
  };
  return (
    <div class="legend">
      {thresholds.map((threshold, i) => (
        <span key={i}>
          <span class={`swatch band${i}`} aria-hidden="true" />
          <Phrase
            text={l10n.t('top {0}')}
            parts={[
              <WholeNumber
                value={threshold}
                min={1}
                label={l10n.t('Rank limit of band {0}', i + 1)}
                onChange={(value) => set(i, value)}
              />,
            ]}
          />{' '}
          <Asked term="band">{whole(counts[i])}</Asked>
        </span>
      ))}
      <span>
        <span class="swatch band3" aria-hidden="true" />
        <Phrase text={l10n.t('beyond: {0}')} parts={[<Asked term="band">{whole(counts[3])}</Asked>]} />
      </span>
    </div>
  );
}

/** Details and alternatives of the selected token. */
function ChipDetail() {
  const { state } = useUi();
  const { preferences, chip, model } = state;
  const token = chip === null ? undefined : shownTokens(state)[chip];
  if (!token || !model) return <p class="hint">{l10n.t('Choose a token to see how likely it was.')}</p>;
  const facts: [Term, string, string][] = [
    ['id', l10n.t('id'), String(token.id)],
    ['bytes', l10n.t('bytes'), hex(model.vocabulary.bytes(token.id))],
  ];
  if (token.logprob !== null && token.rank !== null) {
    facts.push(
      ['probability', l10n.t('probability'), percent(Math.exp(token.logprob))],
      ['logprob', l10n.t('log-probability'), decimal(token.logprob, 3)],
      ['rank', l10n.t('rank'), whole(token.rank + 1)],
      ['surprisal', l10n.t('surprisal'), l10n.t('{0} bits', decimal(surprisal(token.logprob), 2))],
    );
  }
  return (
    <div class="chip-detail">
      <h3>
        <Spelled text={token.text} notation={preferences.notation} />
      </h3>
      <dl>
        {facts.map(([term, name, value]) => (
          <div key={name}>
            <dt>
              <Asked term={term}>{name}</Asked>
            </dt>
            <dd data-term={term}>{value}</dd>
          </div>
        ))}
      </dl>
      {token.top.length > 0 && (
        <p class="rather">
          <Phrase
            text={
              token.top[0].id === token.id
                ? l10n.t('{0} expected exactly this: {1}')
                : l10n.t('{0} would rather have said {1}')
            }
            parts={[model.name, <Rather token={token} notation={preferences.notation} />]}
          />
        </p>
      )}
    </div>
  );
}

/** The model's alternatives, most probable first, with the actual token where it is among them. */
function Rather({ token, notation }: { token: PanelToken; notation: Notation }) {
  return token.top.map(({ id, text, logprob }) => (
    <span key={id} class={id === token.id ? 'alternative same' : 'alternative'}>
      <span class="hidden">{speak(text)} </span>
      <span aria-hidden="true">
        <Spelled text={text} notation={notation} />
      </span>{' '}
      <span class="number" data-term="probability">
        {percent(Math.exp(logprob))}
      </span>
    </span>
  ));
}
