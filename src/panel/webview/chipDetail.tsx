import { surprisal } from '../../core/analysis/likelihood';
import { shownTokens } from './chips';
import { decimal, hex, percent, whole } from './format';
import { Spelled } from './spelled';
import { speak } from './spelling';
import { useUi } from './ui';

/** What is known about the chosen token, and what the model would rather have said. */
export function ChipDetail() {
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
