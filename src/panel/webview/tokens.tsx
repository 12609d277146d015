import { surprisal } from '../../core/analysis/likelihood';
import { speak } from '../../pictures/spelling';
import { Chips, shownTokens } from './chips';
import { Choice, Section, Spelled } from './controls';
import { decimal, density, hex, percent, rankBand, whole } from './format';
import { useUi } from './ui';

/** What the model reads: the text before the cursor, cut into tokens. */
export function Tokens() {
  const { state, dispatch } = useUi();
  const { position, model, preferences } = state;
  const colours = [
    { value: 'boundary' as const, label: 'Boundary', hint: 'Where one token ends and the next begins' },
    { value: 'rank' as const, label: 'Rank', hint: 'How far down the list of guesses the token was, as in GLTR' },
    { value: 'surprisal' as const, label: 'Surprisal', hint: 'How many bits the token told' },
    ...(state.why ? [{ value: 'attention' as const, label: 'Attention', hint: 'What the last token looks at' }] : []),
  ];
  return (
    <Section name="tokens" title="Tokens" note={position && model && <Counts />}>
      <div class="toolbar">
        <Choice
          name="colour"
          label="Colour tokens by"
          value={preferences.colour}
          options={colours}
          onChange={(colour) => dispatch({ type: 'prefer', change: { colour } })}
        />
        <Choice
          name="notation"
          label="Show spaces as"
          value={preferences.notation}
          options={[
            { value: 'plain', label: '␣', hint: 'Open box for a space' },
            { value: 'gpt2', label: 'Ġ', hint: 'GPT-2’s own notation' },
          ]}
          onChange={(notation) => dispatch({ type: 'prefer', change: { notation } })}
        />
      </div>
      {preferences.colour === 'rank' && <RankLegend />}
      <Chips />
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
      <span
        title={`${whole(position.tokensBefore)} tokens stand before the cursor; the model sees the last ${whole(seen)}`}
      >
        {seen === position.tokensBefore ? whole(seen) : `${whole(seen)} of ${whole(position.tokensBefore)}`} tokens
      </span>
      <span title={`${whole(seen)} of the ${whole(model.contextLength)} tokens the model can see`}>
        {share} % of window
      </span>
      {bits !== null && <span title="How well the model predicts this text">{decimal(bits)} bits/char</span>}
    </>
  );
}

/** GLTR's bands with the number of tokens in each; the limits can be changed. */
function RankLegend() {
  const { state, dispatch } = useUi();
  const { thresholds } = state.preferences;
  const counts = [0, 0, 0, 0];
  for (const { rank } of state.position?.tokens ?? []) if (rank !== null) counts[rankBand(rank, thresholds)]++;
  const set = (i: number, value: number) => {
    if (!Number.isInteger(value) || value < 1) return;
    const change = thresholds.map((old, j) => (j === i ? value : old));
    dispatch({ type: 'prefer', change: { thresholds: change.sort((a, b) => a - b) } });
  };
  return (
    <div class="legend">
      {thresholds.map((threshold, i) => (
        <label key={i}>
          <span class={`swatch band${i}`} aria-hidden="true" />
          <span class="hidden">Band {i + 1}: </span>top{' '}
          <input
            type="number"
            min="1"
            value={threshold}
            aria-label={`Rank limit of band ${i + 1}`}
            onChange={(event) => set(i, event.currentTarget.valueAsNumber)}
          />
          <span class="number">{counts[i]}</span>
        </label>
      ))}
      <span>
        <span class="swatch band3" aria-hidden="true" />
        beyond <span class="number">{counts[3]}</span>
      </span>
    </div>
  );
}

/** What is known about the chosen token, and what the model would rather have said. */
function ChipDetail() {
  const { state } = useUi();
  const { preferences, chip, model } = state;
  const token = chip === null ? undefined : shownTokens(state)[chip];
  if (!token || !model) return <p class="hint">Choose a token to see how likely it was.</p>;
  const facts: [string, string][] = [
    ['id', String(token.id)],
    ['bytes', hex(model.vocabulary.bytes(token.id))],
  ];
  if (token.logprob !== null && token.rank !== null) {
    facts.push(
      ['probability', percent(Math.exp(token.logprob))],
      ['log-probability', decimal(token.logprob, 3)],
      ['rank', whole(token.rank + 1)],
      ['surprisal', `${decimal(surprisal(token.logprob), 2)} bits`],
    );
  }
  return (
    <div class="chip-detail">
      <h3>
        <Spelled text={token.text} notation={preferences.notation} />
      </h3>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {token.top.length > 0 && (
        <p class="rather">
          GPT-2 would rather have said{' '}
          {token.top.map((candidate) => (
            <span key={candidate.id} class={candidate.id === token.id ? 'alternative same' : 'alternative'}>
              <span class="hidden">{speak(candidate.text)} </span>
              <span aria-hidden="true">
                <Spelled text={candidate.text} notation={preferences.notation} />
              </span>{' '}
              <span class="number">{percent(Math.exp(candidate.logprob))}</span>
            </span>
          ))}
        </p>
      )}
    </div>
  );
}
