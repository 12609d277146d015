import type { GenerationConfig } from '../../src/core/decoding/options';
import { gpt2Tokenizer } from '../../src/core/tokenizer';
import type { Gpt2Config } from '../../src/gpt2/config';
import { random } from '../support/randomModel';

/** A random GPT-2, by its shape and the seed of its weights. */
export interface ModelCase {
  readonly shape: Partial<Gpt2Config>;
  readonly seed: number;
}

/** One question for both sides. */
export interface Case {
  readonly check: Check;
  readonly model: ModelCase;
  readonly ids: readonly number[];
  /** For `cached steps`: how the ids are fed. */
  readonly chunks?: readonly (readonly number[])[];
  readonly config?: GenerationConfig;
  /** For the terminal: the text that the ids spell. */
  readonly text?: string;
}

export const CHECKS = [
  'configurations',
  'cached steps',
  'processed scores',
  'sampling distributions',
  'beams',
  'groups of beams',
  'contrastive search',
  'prompt lookup',
  'terminal',
  'terminal, explained',
] as const;
export type Check = (typeof CHECKS)[number];

/** Whether transformers 5 keeps it in a repository to be downloaded: then transformers 4 says what is expected. */
export function movedAway({ config = {} }: Case): boolean {
  return (config.numBeamGroups ?? 1) > 1 || config.penaltyAlpha !== undefined;
}

/** Random choices that a seed repeats. */
class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = random(seed);
  }

  integer(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1));
  }

  number(from: number, to: number): number {
    return from + this.#next() * (to - from);
  }

  of<T>(...values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)];
  }

  /** Now and then. */
  maybe<T extends object>(share: number, value: () => T): T | Record<string, never> {
    return this.#next() < share ? value() : {};
  }

  ids(count: number, vocabSize: number): number[] {
    return Array.from({ length: count }, () => this.integer(0, vocabSize - 1));
  }

  different(count: number, vocabSize: number): number[] {
    return [...new Set(this.ids(count, vocabSize))];
  }
}

const VOCABULARY = 60;

/** Models whose answers are decoded; few, so that each is loaded once. */
const SMALL: readonly ModelCase[] = Array.from({ length: 6 }, (_, i) => ({
  shape: { vocab_size: VOCABULARY, n_layer: 1 + (i % 3), n_embd: 24, n_head: 2 + (i % 2) },
  seed: 900 + i,
}));

export function casesFor(check: Check, count: number): Case[] {
  return Array.from({ length: count }, (_, i) => {
    const chance = new Chance(1_000_000 * (1 + CHECKS.indexOf(check)) + i);
    return { check, ...MAKERS[check](chance, i) };
  });
}

const decoded = (chance: Chance, most = 12) => ({
  model: chance.of(...SMALL),
  ids: chance.ids(chance.integer(1, most), VOCABULARY),
});

const MAKERS: Record<Check, (chance: Chance, index: number) => Omit<Case, 'check'>> = {
  configurations: (chance, i) => {
    const heads = chance.integer(1, 5);
    const shape = {
      vocab_size: chance.integer(20, 400),
      n_positions: chance.integer(8, 80),
      n_head: heads,
      n_embd: heads * chance.integer(2, 12),
      n_layer: chance.integer(1, 5),
      activation_function: chance.of('gelu_new', 'gelu', 'relu') as Gpt2Config['activation_function'],
      layer_norm_epsilon: chance.of(1e-5, 1e-6, 1e-3),
      scale_attn_weights: chance.of(true, true, false),
      scale_attn_by_inverse_layer_idx: chance.of(false, false, true),
      tie_word_embeddings: chance.of(true, true, false),
      ...chance.maybe(0.3, () => ({ n_inner: chance.integer(5, 90) })),
    };
    const ids = chance.ids(chance.integer(1, shape.n_positions), shape.vocab_size);
    return { model: { shape, seed: 10_000 + i }, ids };
  },
  'cached steps': (chance) => {
    const chunks = Array.from({ length: chance.integer(2, 12) }, () => chance.ids(chance.integer(1, 5), VOCABULARY));
    return { model: chance.of(...SMALL), ids: chunks.flat(), chunks };
  },
  'processed scores': (chance) => {
    const doSample = chance.of(true, false);
    const { model, ids } = decoded(chance, chance.of(1, 12));
    const shaping = doSample ? { doSample, ...truncations(chance) } : {};
    const first =
      ids.length === 1 ? chance.maybe(0.3, () => ({ forcedBosTokenId: chance.integer(0, VOCABULARY - 1) })) : {};
    return { model, ids, config: { ...ending(chance, doSample), ...penalties(chance), ...first, ...shaping } };
  },
  'sampling distributions': (chance) => ({
    ...decoded(chance),
    config: { doSample: true, maxNewTokens: 1, ...truncations(chance), ...chance.maybe(0.3, () => penalties(chance)) },
  }),
  beams: (chance) => {
    const numBeams = chance.integer(2, 6);
    const base = { numBeams, numReturnSequences: chance.integer(1, numBeams), ...search(chance) };
    // transformers does not reorder the unguided text's cache with its beams, so guidance is compared on one token.
    const guided = chance.maybe(0.1, () => ({ guidanceScale: chance.number(1.1, 3), maxNewTokens: 1 }));
    return { ...decoded(chance), config: { ...base, ...guided } };
  },
  'groups of beams': (chance) => {
    const numBeamGroups = chance.integer(2, 4);
    const numBeams = numBeamGroups * chance.integer(1, 3);
    const diversityPenalty = chance.of(0.2, 0.5, 1, 5, 50);
    const numReturnSequences = chance.integer(1, numBeams);
    return {
      ...decoded(chance),
      config: { numBeams, numBeamGroups, diversityPenalty, numReturnSequences, ...search(chance) },
    };
  },
  'contrastive search': (chance) => ({
    ...decoded(chance),
    config: { penaltyAlpha: chance.number(0.05, 0.95), topK: chance.integer(2, 8), ...lengths(chance) },
  }),
  'prompt lookup': (chance) => {
    const { model, ids } = decoded(chance, 6);
    const config = { promptLookupNumTokens: chance.integer(1, 6), maxMatchingNgramSize: chance.integer(1, 3) };
    // transformers' lookup does not run without an end-of-text token.
    const eosTokenId = chance.ids(1, VOCABULARY);
    return {
      model,
      ids: [...ids, ...ids, ...ids],
      config: { ...config, eosTokenId, maxNewTokens: chance.integer(1, 20) },
    };
  },
  terminal: (_chance, i) => {
    const text = TEXTS[Math.floor(i / TERMINAL.length) % TEXTS.length];
    return { model: TERMINAL_MODEL, ids: gpt2Tokenizer().encode(text), text, config: TERMINAL[i % TERMINAL.length] };
  },
  'terminal, explained': (chance) => {
    const words = Array.from(
      { length: chance.integer(1, 9) },
      () =>
        chance
          .of(...TEXTS)
          .trim()
          .split(/\s+/)[0],
    );
    const text = words.join(chance.of(' ', '  ', '\n'));
    return { model: TERMINAL_MODEL, ids: gpt2Tokenizer().encode(text), text };
  },
};

function lengths(chance: Chance): GenerationConfig {
  return {
    maxNewTokens: chance.integer(1, 14),
    eosTokenId: chance.different(chance.integer(0, 6), VOCABULARY),
  };
}

/** Lengths, and what makes an end of text more or less likely. */
function ending(chance: Chance, doSample: boolean): GenerationConfig {
  const { maxNewTokens = 1, eosTokenId } = lengths(chance);
  const fixed = { maxNewTokens, eosTokenId };
  if ((eosTokenId as readonly number[]).length === 0) return fixed;
  return {
    ...fixed,
    ...chance.maybe(0.3, () => ({ minNewTokens: chance.integer(1, maxNewTokens) })),
    // transformers cannot draw where the decay meets a masked end: its score is not a number then.
    ...(maxNewTokens > 1 &&
      !doSample &&
      chance.maybe(0.2, () => ({
        exponentialDecayLengthPenalty: [chance.integer(0, maxNewTokens - 1), chance.number(0.9, 1.6)] as const,
      }))),
  };
}

function search(chance: Chance): GenerationConfig {
  return {
    maxNewTokens: chance.integer(1, 14),
    eosTokenId: chance.different(chance.integer(0, 8), VOCABULARY),
    lengthPenalty: chance.of(1, 1, 0, 0.5, 2, -1),
    earlyStopping: chance.of<boolean | 'never'>(true, false, false, 'never'),
    ...chance.maybe(0.2, () => ({ repetitionPenalty: chance.number(0.7, 2) })),
    ...chance.maybe(0.2, () => ({ noRepeatNgramSize: chance.integer(1, 3) })),
    ...chance.maybe(0.15, () => ({ suppressTokens: chance.different(8, VOCABULARY) })),
    ...chance.maybe(0.15, () => ({ renormalizeLogits: true })),
  };
}

function penalties(chance: Chance): GenerationConfig {
  // transformers takes no token 0 in a biased sequence.
  const word = () => chance.ids(chance.integer(1, 3), VOCABULARY - 1).map((id) => id + 1);
  const words = () => Array.from({ length: chance.integer(1, 4) }, word);
  return {
    ...chance.maybe(0.3, () => ({ repetitionPenalty: chance.number(0.5, 2.5) })),
    ...chance.maybe(0.2, () => ({ encoderRepetitionPenalty: chance.number(0.5, 2.5) })),
    ...chance.maybe(0.2, () => ({ noRepeatNgramSize: chance.integer(1, 3) })),
    ...chance.maybe(0.2, () => ({ encoderNoRepeatNgramSize: chance.integer(1, 3) })),
    ...chance.maybe(0.2, () => ({ badWordsIds: words() })),
    ...chance.maybe(0.2, () => ({
      sequenceBias: words().map((word): [number[], number] => [word, Math.fround(chance.number(-6, 6))]),
    })),
    ...chance.maybe(0.2, () => ({ suppressTokens: chance.different(6, VOCABULARY) })),
    ...chance.maybe(0.2, () => ({ beginSuppressTokens: chance.different(6, VOCABULARY) })),
    ...chance.maybe(0.1, () => ({ renormalizeLogits: true })),
    ...chance.maybe(0.1, () => ({ removeInvalidValues: true })),
    ...chance.maybe(0.1, () => ({ forcedEosTokenId: chance.integer(0, VOCABULARY - 1) })),
    ...chance.maybe(0.1, () => ({
      guidanceScale: chance.number(1.1, 3),
      negativePromptIds: chance.ids(2, VOCABULARY),
    })),
  };
}

function truncations(chance: Chance): GenerationConfig {
  return {
    topK: chance.of(0, 0, 3, 10, 50),
    ...chance.maybe(0.5, () => ({ temperature: chance.number(0.2, 2.5) })),
    ...chance.maybe(0.3, () => ({ topP: chance.number(0.1, 0.99) })),
    ...chance.maybe(0.2, () => ({ minP: chance.number(0.01, 0.9) })),
    ...chance.maybe(0.2, () => ({ typicalP: chance.number(0.1, 0.95) })),
    ...chance.maybe(0.2, () => ({ epsilonCutoff: chance.number(0.001, 0.05) })),
    ...chance.maybe(0.2, () => ({ etaCutoff: chance.number(0.001, 0.05) })),
  };
}

const TEXTS = [
  'The future of',
  ' He said that he',
  'One day, “one day”, the café',
  'def f(x):\n    return',
  'naïve 🙂 text\n\nand more of it, and more of it',
  'A',
];

const TERMINAL: readonly GenerationConfig[] = [
  { maxNewTokens: 12 },
  { maxNewTokens: 6, numReturnSequences: 3, numBeams: 3 },
  { maxNewTokens: 8, numBeams: 4, lengthPenalty: 0, earlyStopping: true, eosTokenId: [13, 262, 11] },
  { maxNewTokens: 8, numBeams: 2, earlyStopping: 'never', noRepeatNgramSize: 2 },
  { maxNewTokens: 12, repetitionPenalty: 1.4 },
  { maxNewTokens: 12, encoderRepetitionPenalty: 1.6, noRepeatNgramSize: 1 },
  { maxNewTokens: 10, encoderNoRepeatNgramSize: 1 },
  { maxNewTokens: 9, suppressTokens: [11, 13, 198, 262], beginSuppressTokens: [257, 286] },
  {
    maxNewTokens: 9,
    sequenceBias: [
      [[262], 4],
      [[11, 290], 3],
    ],
  },
  { maxNewTokens: 6, forcedEosTokenId: [13] },
  { maxNewTokens: 9, promptLookupNumTokens: 3, eosTokenId: [50256] },
  { maxNewTokens: 7, renormalizeLogits: true, removeInvalidValues: true },
  { maxNewTokens: 7, exponentialDecayLengthPenalty: [2, 3], eosTokenId: [262, 290] },
  { maxNewTokens: 7, minNewTokens: 5, eosTokenId: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13] },
  { maxNewTokens: 9, penaltyAlpha: 0.6, topK: 4 },
  { maxNewTokens: 1, numBeams: 2, numBeamGroups: 2, diversityPenalty: 50, numReturnSequences: 2 },
  { maxNewTokens: 6, numBeams: 4, numBeamGroups: 2, diversityPenalty: 0.7, numReturnSequences: 3 },
];

const TERMINAL_MODEL: ModelCase = { shape: {}, seed: 800 };
