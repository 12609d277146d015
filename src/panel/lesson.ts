import * as l10n from '@vscode/l10n';

/** The steps of the lesson, in order. */
export const LESSON_IDS = [
  'tokens',
  'ahead',
  'distribution',
  'temperature',
  'greedy',
  'sampling',
  'beams',
  'attention',
  'surprise',
] as const;

export type LessonId = (typeof LESSON_IDS)[number];

/** A step of the lesson *How GPT-2 writes*: an action that completes it, and what it shows, in two sentences. */
export interface LessonStep {
  readonly id: LessonId;
  readonly title: string;
  readonly text: string;
  /** The part of the panel in which it is done. */
  readonly at: 'tokens' | 'candidates' | 'shaping' | 'branches' | 'sampler' | 'beams';
}

/** The lesson, in order. The walkthrough in package.json has the same steps; a test compares them. */
export function lesson(): readonly LessonStep[] {
  return [
    {
      id: 'tokens',
      title: l10n.t('Text is tokens'),
      text: l10n.t(
        'The model reads no letters and no words but tokens, and a space belongs to the word after it: GPT-2’s vocabulary writes it as Ġ. Click a token, then switch from ␣ to Ġ.',
      ),
      at: 'tokens',
    },
    {
      id: 'ahead',
      title: l10n.t('It never looks ahead'),
      text: l10n.t(
        'What stands after the cursor is hatched, because the model cannot see it. Change a word there and come back to the same place: not one bar moves, while a change before the cursor moves them all.',
      ),
      at: 'tokens',
    },
    {
      id: 'distribution',
      title: l10n.t('It answers with probabilities'),
      text: l10n.t(
        'Each bar is one of all the tokens it knows, and low numbers are honest: much could stand here. Click a bar to see where it comes from.',
      ),
      at: 'candidates',
    },
    {
      id: 'temperature',
      title: l10n.t('Temperature'),
      text: l10n.t(
        'Temperature makes the likely likelier or gives the unlikely a chance. After “The future of AI is”, or any words of yours, set it to 0.5 and watch the first bars grow.',
      ),
      at: 'shaping',
    },
    {
      id: 'greedy',
      title: l10n.t('Greedy goes in circles'),
      text: l10n.t(
        'Whoever always takes the most probable token soon says the same again and again. Try the first candidate with the branch at the end of its row, and read how it would go on.',
      ),
      at: 'branches',
    },
    {
      id: 'sampling',
      title: l10n.t('Cut the tail, then draw'),
      text: l10n.t(
        'Top-k keeps the k most probable tokens and top-p the fewest that reach a share; then one is drawn by chance. Set one of the two, then draw a hundred times: the same seed draws the same.',
      ),
      at: 'sampler',
    },
    {
      id: 'beams',
      title: l10n.t('Several texts at once'),
      text: l10n.t(
        'Beam search follows the likeliest beginnings side by side and keeps the best of them. Press Search and step through what was kept and what was pruned.',
      ),
      at: 'beams',
    },
    {
      id: 'attention',
      title: l10n.t('Where it looked'),
      text: l10n.t(
        'Attention is how much the last token reads from each token before it. Colour the tokens by Attention and pick a head from the grid.',
      ),
      at: 'tokens',
    },
    {
      id: 'surprise',
      title: l10n.t('What surprises it about you'),
      text: l10n.t(
        'Surprisal is how much a token told the model: flat where it could have written the text itself. Colour the tokens by Surprisal, and look at what only you would have said.',
      ),
      at: 'tokens',
    },
  ];
}
