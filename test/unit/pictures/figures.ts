import type { Figure, Origin, SurprisalFigure, TokensFigure } from '../../../src/pictures/figure';
import { tokenize } from '../../support/gpt2';

const ORIGIN: Origin = {
  model: { name: 'tiny <model>', precision: 'q8' },
  settings: { 'top-k': 2, bos: true },
  seed: 7,
  command: "inkling draw next 'a & b'",
};

/** A text with all that needs care: mark-up, quotation marks, characters of several tokens, a line's end. */
const TEXT = '</title><script>alert("x")</script> 🙂 & |`=1\n';

export const TOKENS: TokensFigure = {
  kind: 'tokens',
  text: TEXT,
  origin: ORIGIN,
  colour: 'surprisal',
  tokens: tokenize(TEXT).map((token, i) => ({
    ...token,
    logprob: i === 0 ? null : -i * Math.LN2,
    rank: i === 0 ? null : i * 9,
  })),
};

export const SURPRISAL: SurprisalFigure = {
  kind: 'surprisal',
  text: 'One <b>two</b>\n\nthree',
  origin: ORIGIN,
  levels: [3, 6, 9, 12],
  units: [
    { utf16: [0, 3], text: 'One', bits: null, rank: null },
    { utf16: [4, 14], text: '<b>two</b>', bits: 7.25, rank: 41 },
    { utf16: [16, 21], text: 'three', bits: 2, rank: 0 },
  ],
};

/** One figure of every kind. */
export const FIGURES: readonly Figure[] = [
  TOKENS,
  {
    kind: 'next',
    text: 'a & b',
    origin: ORIGIN,
    entropyBits: 1.5,
    candidates: [
      { id: 262, text: ' the', logit: 9.5, probability: 0.625, cumulative: 0.625, raw: 0.5 },
      { id: 28, text: '=', logit: 8.25, probability: 0.25, cumulative: 0.875, raw: 0.3 },
    ],
  },
  {
    kind: 'stages',
    text: 'a',
    origin: ORIGIN,
    stages: [
      {
        name: 'raw',
        survivors: 50257,
        massCut: 0,
        entropyBits: 5,
        favourite: { id: 262, text: ' the', probability: 0.5 },
      },
      {
        name: 'top-k',
        survivors: 2,
        massCut: 0.25,
        entropyBits: 1,
        favourite: { id: 262, text: ' the', probability: 0.75 },
      },
    ],
  },
  {
    kind: 'beams',
    text: 'a',
    origin: ORIGIN,
    steps: 2,
    lines: [
      { level: 1, ids: [262], text: ' the', score: -0.5, status: 'extended', lost: null, group: 0 },
      { level: 2, ids: [28], text: '=', score: -1.25, status: 'finished', lost: null, group: 0 },
      { level: 1, ids: [27], text: '<', score: -3, status: 'pruned', lost: 1, group: 0 },
    ],
    best: [{ ids: [262, 28], text: ' the=', score: -1.25, finish: 'length' }],
  },
  {
    kind: 'attention',
    text: 'a b',
    origin: ORIGIN,
    layer: 1,
    head: null,
    tokens: [
      { text: 'a', weight: 0.75 },
      { text: ' b', weight: 0.25 },
    ],
    heads: { token: 0, weights: [[0.5, 1]] },
  },
  {
    kind: 'lens',
    text: 'a',
    origin: ORIGIN,
    candidate: { id: 262, text: ' the' },
    layers: [
      { layer: 1, says: { id: 28, text: '=', probability: 0.5 }, probability: 0.125, rank: 3 },
      { layer: 2, says: { id: 262, text: ' the', probability: 0.625 }, probability: 0.625, rank: 0 },
    ],
  },
  {
    kind: 'words',
    text: 'a',
    origin: ORIGIN,
    words: [{ text: ' the', probability: 0.5, tokenisations: 2 }],
    covered: 0.75,
  },
  SURPRISAL,
];
