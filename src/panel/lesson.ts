/** A step of the lesson *How GPT-2 writes*: a thing to do, which ticks it off, and what it shows, in two sentences. */
export interface LessonStep {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** The part of the panel where it is done. */
  readonly at: 'tokens' | 'candidates' | 'shaping' | 'branches' | 'sampler' | 'beams';
}

/** The lesson in its order. The walkthrough in package.json has the same steps, which a test holds. */
export const LESSON = [
  {
    id: 'tokens',
    title: 'Text is tokens',
    text: 'The model reads no letters and no words but tokens, and a space belongs to the word after it: GPT-2’s vocabulary writes it as Ġ. Click a token, then switch from ␣ to Ġ.',
    at: 'tokens',
  },
  {
    id: 'ahead',
    title: 'It never looks ahead',
    text: 'What stands after the cursor is hatched, because the model cannot see it. Change a word there and come back to the same place: not one bar moves, while a change before the cursor moves them all.',
    at: 'tokens',
  },
  {
    id: 'distribution',
    title: 'It answers with probabilities',
    text: 'Each bar is one of all the tokens it knows, and low numbers are honest: much could stand here. Click a bar to see where it comes from.',
    at: 'candidates',
  },
  {
    id: 'temperature',
    title: 'Temperature',
    text: 'Temperature makes the likely likelier or gives the unlikely a chance. After “The future of AI is”, or any words of yours, set it to 0.5 and watch the first bars grow.',
    at: 'shaping',
  },
  {
    id: 'greedy',
    title: 'Greedy goes in circles',
    text: 'Whoever always takes the most probable token soon says the same again and again. Try the first candidate with the branch at the end of its row, and read how it would go on.',
    at: 'branches',
  },
  {
    id: 'sampling',
    title: 'Cut the tail, then draw',
    text: 'Top-k keeps the k most probable tokens and top-p the fewest that reach a share; then one is drawn by chance. Set one of the two, then draw a hundred times: the same seed draws the same.',
    at: 'sampler',
  },
  {
    id: 'beams',
    title: 'Several texts at once',
    text: 'Beam search follows the likeliest beginnings side by side and keeps the best of them. Press Search and step through what was kept and what was pruned.',
    at: 'beams',
  },
  {
    id: 'attention',
    title: 'Where it looked',
    text: 'Attention is how much the last token reads from each token before it. Colour the tokens by Attention and pick a head from the grid.',
    at: 'tokens',
  },
  {
    id: 'surprise',
    title: 'What surprises it about you',
    text: 'Surprisal is how much a token told the model: flat where it could have written the text itself. Colour the tokens by Surprisal, and look at what only you would have said.',
    at: 'tokens',
  },
] as const satisfies readonly LessonStep[];

export type LessonId = (typeof LESSON)[number]['id'];

export const LESSON_IDS: readonly LessonId[] = LESSON.map(({ id }) => id);
