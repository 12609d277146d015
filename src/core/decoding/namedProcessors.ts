import * as v from 'valibot';
import { NamedParams, readNumber } from './namedParams';
import { OptionError, shown } from './optionError';
import { type GenerationConfig, OPTIONS, type OptionName, type OptionRow, rowOf } from './options';
import { buildProcessors } from './pipeline';
import { allowOnly, badWords, sequenceBias, suppressTokensAt } from './processors/bias';
import { exponentialDecay, forceTokens } from './processors/length';
import { noRepeatPromptNgram } from './processors/ngrams';
import { promptRepetitionPenalty, repetitionPenalty } from './processors/penalties';
import type { LogitsProcessor } from './processors/processor';
import { guidance } from './processors/scale';
import { snakeCase } from './spelled';
import { resolve, validate } from './validate';

/** A number, or how JSON spells what it cannot hold. */
export type JsonNumber = number | '-inf' | 'inf' | 'nan';

/** One processor to apply to given scores; names and parameters are Hugging Face's, in snake_case. */
export interface ProcessorCase {
  readonly processor: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly input: readonly JsonNumber[];
}

/**
 * Applies one processor, or `chain` for several options in the order of `generate()`, to one row of scores.
 * Arithmetic keeps the precision of the input; what to keep is decided in float32, as Hugging Face does.
 * `params.input_ids` is the sequence so far, `params.prompt_length` how much of it is the prompt (0 by default).
 * @throws an Error that names an unknown or unsupported processor, or a missing, malformed or unknown field
 */
export function applyNamedProcessor(request: ProcessorCase): { output: JsonNumber[] } {
  const processor = field(request, 'processor', v.string(), 'the name of a processor');
  const given =
    request.params === undefined ? {} : field(request, 'params', v.record(v.string(), v.unknown()), 'an object');
  const scores = Float64Array.from(
    field(request, 'input', v.pipe(v.array(v.unknown()), v.minLength(1)), 'a list of scores'),
    (value) => readNumber('input', value),
  );
  const params = new NamedParams(processor, given, scores.length);
  const context = { ids: params.ids('input_ids') ?? [], promptLength: params.promptLength(), peers: params.peers() };
  const setting = { promptLength: context.promptLength, vocabSize: scores.length };
  const name = canonical(processor);
  const processors = name === 'chain' ? chain(params, setting) : [{ apply: single(name, params) }];
  for (const { apply } of processors) apply(context, scores);
  params.assertAllUsed();
  return { output: Array.from(scores, writeNumber) };
}

/** What Hugging Face calls an option's processor, or its parameters, besides the option's own name. */
const ALIASES: {
  readonly [K in OptionName]?: { readonly names?: readonly string[]; readonly params?: readonly string[] };
} = {
  topK: { params: ['k'] },
  topP: { params: ['p'] },
  topH: { params: ['h'] },
  minP: { params: ['p'] },
  typicalP: { names: ['typical'], params: ['mass', 'p'] },
  epsilonCutoff: { names: ['epsilon'], params: ['epsilon'] },
  etaCutoff: { names: ['eta'], params: ['epsilon', 'eta'] },
  topNSigma: { names: ['top_nsigma', 'topnsigma'], params: ['top_nsigma', 'n_sigma', 'nsigma', 'n'] },
  frequencyPenalty: { names: ['frequency'], params: ['penalty'] },
  presencePenalty: { names: ['presence'], params: ['penalty'] },
  diversityPenalty: { names: ['hamming_diversity', 'diversity'], params: ['penalty'] },
  noRepeatNgramSize: { names: ['no_repeat_ngram'], params: ['ngram_size'] },
  minNewTokens: { names: ['min_new_tokens_length'] },
  suppressTokens: { names: ['suppress'], params: ['tokens'] },
  forcedStartIds: {
    names: ['forced_start', 'forced_words', 'force_tokens'],
    params: ['forced_ids', 'force_tokens'],
  },
  removeInvalidValues: { names: ['remove_invalid', 'inf_nan_remove', 'remove_nan_inf'] },
  renormalizeLogits: { names: ['log_normalize', 'normalization', 'renormalize', 'logit_normalization'] },
};

/** Processors whose parameters are not those of the option. */
const SPECIAL: readonly {
  readonly names: readonly string[];
  readonly build: (params: NamedParams) => LogitsProcessor;
}[] = [
  {
    names: ['repetition_penalty', 'repetition'],
    build: (p) =>
      repetitionPenalty(p.number('penalty', 'repetition_penalty'), {
        ignore: p.find('prompt_ignore_length') === undefined ? 0 : p.number('prompt_ignore_length'),
        normalize: p.find('normalize') === true,
      }),
  },
  {
    names: ['encoder_repetition_penalty', 'encoder_repetition'],
    build: (p) =>
      promptRepetitionPenalty(p.number('penalty', 'encoder_repetition_penalty'), p.ids('encoder_input_ids')),
  },
  {
    names: ['encoder_no_repeat_ngram', 'encoder_no_repeat_ngram_size'],
    build: (p) =>
      noRepeatPromptNgram(
        p.number('encoder_ngram_size', 'encoder_no_repeat_ngram_size', 'ngram_size'),
        p.ids('encoder_input_ids'),
      ),
  },
  {
    names: ['bad_words', 'no_bad_words', 'bad_words_ids'],
    build: (p) => badWords(p.option('badWordsIds', 'bad_words_ids'), p.ids('eos_token_id')),
  },
  {
    names: ['sequence_bias', 'bias'],
    build: (p) => {
      const pairs = p.need('sequence_bias');
      const read = (pair: unknown) =>
        Array.isArray(pair) && pair.length === 2 ? [pair[0], readNumber('sequence_bias', pair[1])] : pair;
      return sequenceBias(p.checked('sequenceBias', 'sequence_bias', Array.isArray(pairs) ? pairs.map(read) : pairs));
    },
  },
  {
    names: ['exponential_decay', 'exponential_decay_length_penalty', 'exponential_decay_length'],
    build: (p) => {
      const name = 'exponential_decay_length_penalty';
      const pair = p.find(name) ?? [p.number('start', 'start_index'), p.number('factor', 'decay_factor')];
      const [start, factor] = p.checked('exponentialDecayLengthPenalty', name, pair);
      return exponentialDecay(start, factor, p.needIds('eos_token_id'));
    },
  },
  {
    names: ['forced_bos', 'forced_bos_token_id'],
    build: (p) => forceTokens(p.promptLength() || 1, p.needIds('bos_token_id', 'forced_bos_token_id')),
  },
  {
    names: ['forced_eos', 'forced_eos_token_id'],
    build: (p) => forceTokens(p.number('max_length') - 1, p.needIds('eos_token_id', 'forced_eos_token_id')),
  },
  {
    names: ['begin_suppress_tokens', 'begin_suppress', 'suppress_tokens_at_begin'],
    build: (p) =>
      suppressTokensAt(p.number('begin_index'), p.needIds('begin_suppress_tokens', 'suppress_tokens', 'tokens')),
  },
  {
    names: ['prefix_constrained', 'prefix_allowed_tokens', 'constrained_prefix'],
    build: (p) => {
      const allowed = p.needIds('allowed_tokens', 'prefix_allowed_tokens', 'allowed_token_ids', 'allowed');
      return allowOnly(() => allowed);
    },
  },
  {
    names: ['guidance', 'classifier_free_guidance', 'unbatched_classifier_free_guidance', 'cfg'],
    build: (p) => {
      const names = ['unconditional', 'unconditional_logits', 'unconditional_input'] as const;
      const unguided = p.need(...names);
      if (!Array.isArray(unguided)) throw new Error(`${names[0]} must be a list of scores, but is ${shown(unguided)}.`);
      return guidance(
        p.number('guidance_scale'),
        unguided.map((each) => readNumber(names[0], each)),
      );
    },
  },
];

/** Parts of the names of Hugging Face processors that are not for text of a GPT-2. */
const NOT_FOR_TEXT = ['watermark', 'synth_id', 'synthid', 'whisper', 'bark', 'codebook', 'dia_'];

function single(name: string, params: NamedParams): LogitsProcessor {
  if (NOT_FOR_TEXT.some((part) => name.includes(part))) throw new Error(`Processor ${name} is not supported.`);
  const special = SPECIAL.find(({ names }) => names.includes(name));
  if (special) return special.build(params);
  const option = OPTION_NAMES.find((each) => snakeCase(each) === name || ALIASES[each]?.names?.includes(name));
  if (!option) throw new Error(`Unknown processor ${name}. Known: ${known().join(', ')}.`);
  const row = rowOf(option);
  const value =
    row.spelling === 'yes' ? true : params.option(option, snakeCase(option), ...(ALIASES[option]?.params ?? []));
  return (row.processor as NonNullable<OptionRow['processor']>)(value as never, params.setting());
}

const OPTION_NAMES = (Object.keys(OPTIONS) as OptionName[]).filter((name) => 'processor' in OPTIONS[name]);

function known(): string[] {
  return [...new Set([...OPTION_NAMES.map(snakeCase), ...SPECIAL.map(({ names }) => names[0])])];
}

function chain(params: NamedParams, circumstances: { promptLength: number; vocabSize: number }) {
  const options = Object.entries(params.rest()).map(([name, value]) => [camelCase(name), value]);
  const config: GenerationConfig = { doSample: true, topK: 0, ...Object.fromEntries(options) };
  try {
    validate(config);
    return buildProcessors(resolve(config, circumstances), circumstances.promptLength);
  } catch (error) {
    throw error instanceof OptionError ? new Error(error.spelled(snakeCase)) : error;
  }
}

function field<T>(request: object, name: string, schema: v.GenericSchema<unknown, T>, is: string): T {
  const value = (request as Record<string, unknown>)[name];
  if (value === undefined) throw new Error(`The field "${name}" is missing: it is ${is}.`);
  if (!v.is(schema, value)) throw new Error(`The field "${name}" must be ${is}, but is ${shown(value)}.`);
  return value as T;
}

function writeNumber(value: number): JsonNumber {
  if (Number.isNaN(value)) return 'nan';
  if (Number.isFinite(value)) return value;
  return value > 0 ? 'inf' : '-inf';
}

/** `TopKLogitsWarper`, `top_k_warper` and `top_k` are one. */
function canonical(processor: string): string {
  const snake = processor.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|-/g, '_').toLowerCase();
  return snake.replace('n_gram', 'ngram').replace(/(_dist)?(_token)?(_logits?)?(_processor|_warper)?$/, '');
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
