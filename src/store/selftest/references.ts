/** Published next-token probabilities of the original model at temperature 1. */
export interface NextTokenTable {
  readonly source: string;
  readonly text: string;
  /** Whether `<|endoftext|>` precedes the text. */
  readonly bos: boolean;
  /** Token id, token and probability of the most probable tokens, in order. */
  readonly expected: readonly (readonly [id: number, token: string, probability: number])[];
  /** Half a unit of the last published decimal. */
  readonly rounding: number;
}

/** A published greedy continuation by the original model. */
export interface GreedyRun {
  readonly source: string;
  /** The tokens of the prompt and its continuation. */
  readonly tokens: readonly string[];
  readonly ids: readonly number[];
  /** Number of them that form the prompt. */
  readonly prompt: number;
}

/** Published outputs of one model. */
export interface Reference {
  readonly tables: readonly NextTokenTable[];
  readonly greedy: readonly GreedyRun[];
}

/** By hub id. No such tables are published for the medium, large and XL models. */
export const references: Readonly<Record<string, Reference>> = {
  'openai-community/gpt2': {
    tables: [
      {
        source: "the project's founding document",
        text: 'The weather today is',
        bos: false,
        expected: [
          [845, ' very', 0.043],
          [922, ' good', 0.032],
          [2495, ' pretty', 0.031],
        ],
        rounding: 0.0005,
      },
      {
        source: 'poloclub/transformer-explainer, src/constants/examples (MIT)',
        text: 'Data visualization empowers users to',
        bos: false,
        expected: [
          [38350, ' visualize', 0.15784],
          [2251, ' create', 0.07305],
          [766, ' see', 0.0472],
          [787, ' make', 0.02787],
          [3538, ' easily', 0.02734],
          [2952, ' quickly', 0.02582],
          [7301, ' explore', 0.02432],
          [1064, ' find', 0.01866],
        ],
        rounding: 0.00005,
      },
      {
        source: 'poloclub/transformer-explainer, src/constants/examples (MIT)',
        text: 'Artificial Intelligence is transforming the',
        bos: false,
        expected: [
          [835, ' way', 0.24566],
          [995, ' world', 0.2072],
          [3160, ' lives', 0.02077],
          [2214, ' field', 0.01252],
          [2003, ' future', 0.01135],
          [15383, ' workplace', 0.011],
          [2831, ' industry', 0.01082],
          [2104, ' entire', 0.00966],
        ],
        rounding: 0.00005,
      },
      {
        source: 'poloclub/transformer-explainer, src/constants/examples (MIT)',
        text: 'As the spaceship was approaching the',
        bos: false,
        expected: [
          [5440, ' planet', 0.12928],
          [4417, ' surface', 0.03457],
          [4429, ' station', 0.02735],
          [8824, ' moon', 0.02628],
          [3668, ' Earth', 0.02595],
          [886, ' end', 0.02396],
          [4074, ' ship', 0.01977],
          [5743, ' edge', 0.01725],
        ],
        rounding: 0.00005,
      },
      {
        source: 'huggingface/transformers, docstring of compute_transition_scores (Apache-2.0)',
        text: 'Today is',
        bos: false,
        expected: [[262, ' the', 0.2433]],
        rounding: 0.00005,
      },
      {
        source: 'HendrikStrobelt/detecting-fake-text (GLTR), client demo data (Apache-2.0)',
        text: 'How',
        bos: true,
        expected: [
          [284, ' to', 0.26165],
          [466, ' do', 0.10269],
          [881, ' much', 0.04396],
          [857, ' does', 0.04341],
          [460, ' can', 0.04043],
          [750, ' did', 0.03761],
          [867, ' many', 0.03385],
          [1675, ' To', 0.02641],
        ],
        rounding: 0.000005,
      },
    ],
    greedy: [
      {
        source: 'huggingface/transformers, test_lm_generate_gpt2 (Apache-2.0)',
        tokens: [
          'The',
          ' dog',
          ' was',
          ' found',
          ' in',
          ' a',
          ' field',
          ' near',
          ' the',
          ' intersection',
          ' of',
          ' West',
          ' and',
          ' West',
          ' Streets',
          '.',
          '\n',
          '\n',
          'The',
          ' dog',
        ],
        ids: [
          464, 3290, 373, 1043, 287, 257, 2214, 1474, 262, 16246, 286, 2688, 290, 2688, 27262, 13, 198, 198, 464, 3290,
        ],
        prompt: 2,
      },
    ],
  },
  'distilbert/distilgpt2': {
    tables: [],
    greedy: [
      {
        source: 'huggingface/transformers, test_lm_generate_distilgpt2 (Apache-2.0)',
        tokens: [
          'The',
          ' president',
          ' of',
          ' the',
          ' United',
          ' States',
          ',',
          ' and',
          ' the',
          ' president',
          ' of',
          ' the',
          ' United',
          ' Kingdom',
          ',',
          ' have',
          ' been',
          ' in',
          ' the',
          ' White',
        ],
        ids: [464, 1893, 286, 262, 1578, 1829, 11, 290, 262, 1893, 286, 262, 1578, 7526, 11, 423, 587, 287, 262, 2635],
        prompt: 2,
      },
    ],
  },
};

/** Whether outputs of a model are published. */
export function hasPublishedOutputs(id: string): boolean {
  const known = references[id];
  return known !== undefined && known.tables.length + known.greedy.length > 0;
}
