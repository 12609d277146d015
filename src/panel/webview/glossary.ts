/** What a word or number of the view is: one sentence, and the formula where it says more. */
export interface Explanation {
  readonly name: string;
  readonly is: string;
  readonly formula?: string;
}

/** Everything in the view that can be asked what it is, by the name that `data-term` gives. */
export const GLOSSARY = {
  tokens: {
    name: 'Tokens',
    is: 'The pieces that the model reads and writes: whole words, parts of words, or single bytes.',
  },
  window: {
    name: 'Context window',
    is: 'How much of the room for text that the model can see at once is filled.',
    formula: 'tokens seen ÷ context length',
  },
  bitsPerCharacter: {
    name: 'Bits per character',
    is: 'How well the model predicts this text; English prose is near 1, and less is better.',
    formula: '−Σ log₂ p(token) ÷ characters',
  },
  runs: { name: 'Runs', is: 'How often the model has run since it started, ghost text included.' },
  tokensRead: {
    name: 'Tokens read',
    is: 'How many tokens the model has read since it started; what it remembers it does not read again.',
  },
  id: { name: 'Token id', is: 'The number under which the vocabulary lists this token.' },
  bytes: { name: 'Bytes', is: 'The token’s text as UTF-8, in hexadecimal.' },
  probability: {
    name: 'Probability',
    is: 'How likely the model thinks this token is, out of all that could stand here.',
    formula: 'p = exp(logit) ÷ Σ exp(logits)',
  },
  raw: {
    name: 'Before shaping',
    is: 'The model’s own probability, before temperature and the others changed it.',
  },
  sum: {
    name: 'Cumulative probability',
    is: 'This token and all above it together: top-p cuts where this sum is reached.',
    formula: 'p₁ + p₂ + … + pₙ',
  },
  logit: {
    name: 'Logit',
    is: 'The model’s raw score for the token; only differences between logits mean something.',
    formula: 'p = exp(logit) ÷ Σ exp(logits)',
  },
  logprob: {
    name: 'Log-probability',
    is: 'The natural logarithm of the probability; those of a text’s tokens add up.',
    formula: 'ln p',
  },
  rank: { name: 'Rank', is: 'The token’s place among all tokens, the most probable being 1.' },
  surprisal: {
    name: 'Surprisal',
    is: 'How much the token told the model: 1 bit for each time its chance halves.',
    formula: '−log₂ p',
  },
  entropy: {
    name: 'Entropy',
    is: 'How undecided the model is: the surprisal it expects of the next token, in bits.',
    formula: '−Σ p · log₂ p',
  },
  perplexity: {
    name: 'Perplexity',
    is: 'As undecided as between this many equally likely tokens.',
    formula: '2 to the power of the entropy',
  },
  bars: { name: 'Candidates', is: 'How many of the most probable tokens are listed.' },
  repetitionPenalty: {
    name: 'Repetition penalty',
    is: 'Makes tokens that the text already has less likely; 1 leaves them alone.',
    formula: 'logit ÷ penalty if positive, logit × penalty if negative',
  },
  temperature: {
    name: 'Temperature',
    is: 'Below 1 the likely tokens gain, above 1 the unlikely ones do.',
    formula: 'p ∝ exp(logit ÷ temperature)',
  },
  topK: { name: 'Top-k', is: 'Only the k most probable tokens stay.' },
  topP: {
    name: 'Top-p (nucleus)',
    is: 'Only the fewest tokens stay that together reach this probability.',
    formula: 'keep p₁ … pₙ, the first n with p₁ + … + pₙ ≥ top-p',
  },
  minP: {
    name: 'Min-p',
    is: 'Tokens go that have less than this share of the favourite’s probability.',
    formula: 'keep p ≥ min-p × p₁',
  },
  typicalP: {
    name: 'Typical-p',
    is: 'Tokens stay whose surprisal is closest to the entropy, up to this probability.',
    formula: 'by |−ln p − entropy|, ascending',
  },
  survivors: { name: 'Survivors', is: 'How many tokens can still be drawn after this stage.' },
  cut: { name: 'Cut', is: 'How much probability this stage took away; the rest is scaled up to 100 % again.' },
  seed: {
    name: 'Seed',
    is: 'Where the random numbers begin: the same seed, text and settings draw the same tokens.',
  },
  drawn: { name: 'Drawn', is: 'How often this token came up.' },
  expected: {
    name: 'Expected',
    is: 'How often it should come up on average.',
    formula: 'draws × probability',
  },
  gain: {
    name: 'Change',
    is: 'How many bits likelier (▲) or less likely (▼) the token after the cursor becomes.',
    formula: 'surprisal now − surprisal then',
  },
  beams: { name: 'Beams', is: 'How many texts are followed at once.', formula: 'num_beams' },
  newTokens: { name: 'New tokens', is: 'How many tokens the search writes at most.', formula: 'max_new_tokens' },
  lengthPenalty: {
    name: 'Length penalty',
    is: 'Above 0 it favours long texts, below 0 short ones.',
    formula: 'score = Σ ln p ÷ length ^ penalty',
  },
  groups: {
    name: 'Groups',
    is: 'Beams that shun the tokens which earlier groups chose at the same step.',
    formula: 'num_beam_groups',
  },
  diversity: {
    name: 'Diversity penalty',
    is: 'Taken off a token’s score for each earlier group that chose it.',
    formula: 'diversity_penalty',
  },
  step: { name: 'Step', is: 'Each step of the search adds one token to every beam.' },
  score: {
    name: 'Score',
    is: 'The log-probabilities of a text’s tokens added up; a finished text’s sum is divided by its length to the power of the penalty.',
    formula: 'Σ ln p ÷ length ^ penalty',
  },
  wordProbability: {
    name: 'Probability of a word',
    is: 'Its tokens’ probabilities multiplied, and the ways to spell it added up.',
    formula: 'Σ over spellings of Π p(token)',
  },
  spellings: { name: 'Spellings', is: 'In how many ways tokens were found to spell this word.' },
  covered: {
    name: 'Covered',
    is: 'How much of the probability the search has given to a word; the rest it did not reach.',
  },
  attention: {
    name: 'Attention',
    is: 'How much of what the last token reads comes from this token; a head’s weights add up to 100 %.',
    formula: 'softmax(q · k ÷ √d)',
  },
  heads: {
    name: 'Layers and heads',
    is: 'A row is a layer, a cell one of its heads: the darker, the more it looks at the chosen token.',
  },
  lens: {
    name: 'Logit lens',
    is: 'What the model would have said had it stopped after this layer.',
    formula: 'softmax(unembed(layer norm(hidden state)))',
  },
  band: {
    name: 'Rank bands',
    is: 'How many tokens were among the model’s first guesses (the bands are those of GLTR).',
  },
} as const satisfies Record<string, Explanation>;

export type Term = keyof typeof GLOSSARY;
