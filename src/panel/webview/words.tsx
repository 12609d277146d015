import * as l10n from '@vscode/l10n';
import { useEffect } from 'preact/hooks';
import { percent } from '../../core/logits';
import { whole } from '../../core/text/locale';
import { speak } from '../../pictures/spelling';
import { Phrase, Section, Spelled } from './controls';
import { ExportMenu } from './exportMenu';
import { Asked } from './tips';
import { useUi } from './ui';

/**
 * Probabilities of the next word instead of the next token: products over its tokens, summed over its tokenizations.
 */
export function Words() {
  return (
    <Section name="words" title={l10n.t('Next word')} menu={<ExportMenu views={[['words', l10n.t('Next words')]]} />}>
      <WordTable />
    </Section>
  );
}

function WordTable() {
  const { state, post } = useUi();
  const { position, at, words, unanswered } = state;
  const { notation } = state.preferences;
  useEffect(() => {
    if (position && !words) post({ type: 'words', position: position.id, ids: at });
  }, [position, at, words]);
  if (!words) return <p class="hint">{unanswered.words ?? l10n.t('Searching…')}</p>;
  const longest = Math.max(...words.words.map((word) => word.probability), 1e-9);
  return (
    <table class="words">
      <caption class="hidden">{l10n.t('Most probable next words')}</caption>
      <thead>
        <tr>
          <th scope="col">{l10n.t('Word')}</th>
          <th scope="col" class="wide">
            <Asked term="wordProbability">{l10n.t('Probability')}</Asked>
          </th>
          <th scope="col">
            <Asked term="spellings">{l10n.t('Spellings')}</Asked>
          </th>
        </tr>
      </thead>
      <tbody>
        {words.words.map((word) => (
          <tr key={word.text}>
            <th scope="row" aria-label={speak(word.text)}>
              {/* A line's end is a word of its own. */}
              {word.text.trim() ? <bdi>{word.text.trim()}</bdi> : <Spelled text={word.text} notation={notation} />}
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
              {whole(word.tokenisations)}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td colSpan={3}>
            <Phrase
              text={l10n.t('The search placed {0} of the probability.')}
              parts={[<Asked term="covered">{percent(words.covered)}</Asked>]}
            />
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
