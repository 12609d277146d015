import { useEffect } from 'preact/hooks';
import { speak } from '../../pictures/spelling';
import { Section } from './controls';
import { ExportMenu } from './exportMenu';
import { percent } from './format';
import { Asked } from './tips';
import { useUi } from './ui';

/** The next word instead of the next token: sub-tokens multiplied, spellings of the same word added up. */
export function Words() {
  return (
    <Section name="words" title="Next word" menu={<ExportMenu views={[['words', 'Next words']]} />}>
      <WordTable />
    </Section>
  );
}

function WordTable() {
  const { state, post } = useUi();
  const { position, at, words, unanswered } = state;
  useEffect(() => {
    if (position && !words) post({ type: 'words', position: position.id, ids: at });
  }, [position, at, words]);
  if (!words) return <p class="hint">{unanswered.words ?? 'Searching…'}</p>;
  const longest = Math.max(...words.words.map((word) => word.probability), 1e-9);
  return (
    <table class="words">
      <caption class="hidden">Most probable next words</caption>
      <thead>
        <tr>
          <th scope="col">Word</th>
          <th scope="col" class="wide">
            <Asked term="wordProbability">Probability</Asked>
          </th>
          <th scope="col">
            <Asked term="spellings">Spellings</Asked>
          </th>
        </tr>
      </thead>
      <tbody>
        {words.words.map((word) => (
          <tr key={word.text}>
            <th scope="row" aria-label={speak(word.text)}>
              <bdi>{word.text.trim()}</bdi>
            </th>
            <td class="wide">
              <span class="bar" aria-hidden="true">
                <span class="fill" style={{ inlineSize: `${(100 * word.probability) / longest}%` }} />
              </span>
              <span class="number" data-term="wordProbability">
                {percent(word.probability)}
              </span>
            </td>
            <td class="number" data-term="spellings">
              {word.tokenisations}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td colSpan={3}>
            The search placed <Asked term="covered">{percent(words.covered)} of the probability</Asked>.
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
