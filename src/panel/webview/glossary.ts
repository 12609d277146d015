import * as l10n from '@vscode/l10n';
/** Explanation of a term: one sentence, and a formula where that adds something. */
export interface Explanation {
  readonly name: string;
  readonly is: string;
  readonly formula?: string;
}

/** Explanations of every term in the view by the value of its `data-term` attribute. */
export function glossary() {
  return {
    tokens: {
      name: l10n.t('Tokens'),
      is: l10n.t('The pieces that the model reads and writes: whole words, parts of words, or single bytes.'),
    },
    window: {
      name: l10n.t('Context window'),
      is: l10n.t('How much of the room for text that the model can see at once is filled.'),
      formula: l10n.t('tokens seen ÷ context length'),
    },
    bitsPerCharacter: {
      name: l10n.t('Bits per character'),
      is: l10n.t('How well the model predicts this text; English prose is near 1, and less is better.'),
      formula: l10n.t('−Σ log₂ p(token) ÷ characters'),
    },
    runs: { name: l10n.t('Runs'), is: l10n.t('How often the model has run since it started, ghost text included.') },
    tokensRead: {
      name: l10n.t('Tokens read'),
      is: l10n.t('How many tokens the model has read since it started; what it remembers it does not read again.'),
    },
    id: { name: l10n.t('Token id'), is: l10n.t('The number under which the vocabulary lists this token.') },
    bytes: { name: l10n.t('Bytes'), is: l10n.t('The token’s text as UTF-8, in hexadecimal.') },
    probability: {
      name: l10n.t('Probability'),
      is: l10n.t('How likely the model thinks this token is, out of all that could stand here.'),
      formula: 'p = exp(logit) ÷ Σ exp(logits)',
    },
    raw: {
      name: l10n.t('Before shaping'),
      is: l10n.t('The model’s own probability, before temperature and the others changed it.'),
    },
    sum: {
      name: l10n.t('Cumulative probability'),
      is: l10n.t('This token and all above it together: top-p cuts where this sum is reached.'),
      formula: 'p₁ + p₂ + … + pₙ',
    },
    logit: {
      name: l10n.t('Logit'),
      is: l10n.t('The model’s raw score for the token; only differences between logits mean something.'),
      formula: 'p = exp(logit) ÷ Σ exp(logits)',
    },
    logprob: {
      name: l10n.t('Log-probability'),
      is: l10n.t('The natural logarithm of the probability; those of a text’s tokens add up.'),
      formula: 'ln p',
    },
    rank: { name: l10n.t('Rank'), is: l10n.t('The token’s place among all tokens, the most probable being 1.') },
    surprisal: {
      name: l10n.t('Surprisal'),
      is: l10n.t('How much the token told the model: 1 bit for each time its chance halves.'),
      formula: '−log₂ p',
    },
    entropy: {
      name: l10n.t('Entropy'),
      is: l10n.t('How undecided the model is: the surprisal it expects of the next token, in bits.'),
      formula: '−Σ p · log₂ p',
    },
    perplexity: {
      name: l10n.t('Perplexity'),
      is: l10n.t('As undecided as between this many equally likely tokens.'),
      formula: l10n.t('2 to the power of the entropy'),
    },
    bars: { name: l10n.t('Candidates'), is: l10n.t('How many of the most probable tokens are listed.') },
    repetitionPenalty: {
      name: l10n.t('Repetition penalty'),
      is: l10n.t('Makes tokens that the text already has less likely; 1 leaves them alone.'),
      formula: l10n.t('logit ÷ penalty if positive, logit × penalty if negative'),
    },
    temperature: {
      name: l10n.t('Temperature'),
      is: l10n.t('Below 1 the likely tokens gain, above 1 the unlikely ones do.'),
      formula: 'p ∝ exp(logit ÷ temperature)',
    },
    topK: { name: l10n.t('Top-k'), is: l10n.t('Only the k most probable tokens stay.') },
    topP: {
      name: l10n.t('Top-p (nucleus)'),
      is: l10n.t('Only the fewest tokens stay that together reach this probability.'),
      formula: l10n.t('keep p₁ … pₙ, the first n with p₁ + … + pₙ ≥ top-p'),
    },
    minP: {
      name: l10n.t('Min-p'),
      is: l10n.t('Tokens go that have less than this share of the favourite’s probability.'),
      formula: l10n.t('keep p ≥ min-p × p₁'),
    },
    typicalP: {
      name: l10n.t('Typical-p'),
      is: l10n.t('Tokens stay whose surprisal is closest to the entropy, up to this probability.'),
      formula: l10n.t('by |−ln p − entropy|, ascending'),
    },
    survivors: { name: l10n.t('Survivors'), is: l10n.t('How many tokens can still be drawn after this stage.') },
    cut: {
      name: l10n.t('Cut'),
      is: l10n.t('How much probability this stage took away; the rest is scaled up to 100 % again.'),
    },
    seed: {
      name: l10n.t('Seed'),
      is: l10n.t('Where the random numbers begin: the same seed, text and settings draw the same tokens.'),
    },
    drawn: { name: l10n.t('Drawn'), is: l10n.t('How often this token came up.') },
    expected: {
      name: l10n.t('Expected'),
      is: l10n.t('How often it should come up on average.'),
      formula: l10n.t('draws × probability'),
    },
    gain: {
      name: l10n.t('Change'),
      is: l10n.t('How many bits likelier (▲) or less likely (▼) the token after the cursor becomes.'),
      formula: l10n.t('surprisal now − surprisal then'),
    },
    beams: { name: l10n.t('Beams'), is: l10n.t('How many texts are followed at once.'), formula: 'num_beams' },
    newTokens: {
      name: l10n.t('New tokens'),
      is: l10n.t('How many tokens the search writes at most.'),
      formula: 'max_new_tokens',
    },
    lengthPenalty: {
      name: l10n.t('Length penalty'),
      is: l10n.t('Above 0 it favours long texts, below 0 short ones.'),
      formula: l10n.t('score = Σ ln p ÷ length ^ penalty'),
    },
    groups: {
      name: l10n.t('Groups'),
      is: l10n.t('Beams that shun the tokens which earlier groups chose at the same step.'),
      formula: 'num_beam_groups',
    },
    diversity: {
      name: l10n.t('Diversity penalty'),
      is: l10n.t('Taken off a token’s score for each earlier group that chose it.'),
      formula: 'diversity_penalty',
    },
    step: { name: l10n.t('Step'), is: l10n.t('Each step of the search adds one token to every beam.') },
    score: {
      name: l10n.t('Score'),
      is: l10n.t(
        'The log-probabilities of a text’s tokens added up; a finished text’s sum is divided by its length to the power of the penalty.',
      ),
      formula: l10n.t('Σ ln p ÷ length ^ penalty'),
    },
    wordProbability: {
      name: l10n.t('Probability of a word'),
      is: l10n.t('Its tokens’ probabilities multiplied, and the ways to spell it added up.'),
      formula: l10n.t('Σ over spellings of Π p(token)'),
    },
    spellings: { name: l10n.t('Spellings'), is: l10n.t('In how many ways tokens were found to spell this word.') },
    covered: {
      name: l10n.t('Covered'),
      is: l10n.t('How much of the probability the search has given to a word; the rest it did not reach.'),
    },
    attention: {
      name: l10n.t('Attention'),
      is: l10n.t('How much of what the last token reads comes from this token; a head’s weights add up to 100 %.'),
      formula: 'softmax(q · k ÷ √d)',
    },
    heads: {
      name: l10n.t('Layers and heads'),
      is: l10n.t('A row is a layer, a cell one of its heads: the darker, the more it looks at the chosen token.'),
    },
    lens: {
      name: l10n.t('Logit lens'),
      is: l10n.t('What the model would have said had it stopped after this layer.'),
      formula: 'softmax(unembed(layer norm(hidden state)))',
    },
    band: {
      name: l10n.t('Rank bands'),
      is: l10n.t('How many tokens were among the model’s first guesses (the bands are those of GLTR).'),
    },
  } as const satisfies Record<string, Explanation>;
}

export type Term = keyof ReturnType<typeof glossary>;
