import type { NamedParams } from './named-params';
import { readNumber } from './named-params';
import { allowOnly, suppressTokens, suppressTokensAt } from './processors/allow';
import { badWords, type SequenceBias, sequenceBias } from './processors/bias';
import { exponentialDecay, forceStart, forceTokens, minLength, minNewTokens } from './processors/length';
import { noRepeatNgram, noRepeatPromptNgram } from './processors/ngrams';
import { countPenalty, hammingDiversity, promptRepetitionPenalty, repetitionPenalty } from './processors/penalties';
import { guidance, logNormalize, removeInvalid, temperature } from './processors/scale';
import { epsilonCutoff, etaCutoff, minP, topNSigma, typicalP } from './processors/truncate-probability';
import { topH, topK, topP } from './processors/truncate-rank';
import type { TruncationOptions } from './processors/truncation';
import type { LogitsProcessor } from './processors/types';

interface Entry {
  /** The usual name first. */
  readonly names: readonly string[];
  readonly build: (params: NamedParams) => LogitsProcessor;
}

/** Parts of the names of Hugging Face processors that are not for text of a GPT-2. */
export const UNSUPPORTED = ['watermark', 'synth_id', 'synthid', 'whisper', 'bark', 'codebook', 'dia_'];

/** Every processor by its Hugging Face names, with the parameters it reads. */
export const PROCESSORS: readonly Entry[] = [
  { names: ['temperature'], build: (p) => temperature(p.number('temperature')) },
  { names: ['top_k'], build: (p) => topK(p.number('top_k', 'k'), truncation(p)) },
  { names: ['top_p'], build: (p) => topP(p.number('top_p', 'p'), truncation(p)) },
  { names: ['top_h'], build: (p) => topH(p.number('top_h', 'h'), truncation(p)) },
  { names: ['min_p'], build: (p) => minP(p.number('min_p', 'p'), truncation(p)) },
  { names: ['typical_p', 'typical'], build: (p) => typicalP(p.number('typical_p', 'mass', 'p'), truncation(p)) },
  {
    names: ['epsilon', 'epsilon_cutoff'],
    build: (p) => epsilonCutoff(p.number('epsilon', 'epsilon_cutoff'), truncation(p)),
  },
  { names: ['eta', 'eta_cutoff'], build: (p) => etaCutoff(p.number('epsilon', 'eta_cutoff', 'eta'), truncation(p)) },
  {
    names: ['top_n_sigma', 'top_nsigma', 'topnsigma'],
    build: (p) => topNSigma(p.number('top_n_sigma', 'top_nsigma', 'n_sigma', 'nsigma', 'n'), truncation(p)),
  },
  {
    names: ['repetition_penalty', 'repetition'],
    build: (p) =>
      repetitionPenalty(p.number('penalty', 'repetition_penalty'), {
        ignore: Number(p.find('prompt_ignore_length') ?? 0),
        normalize: p.find('normalize') === true,
      }),
  },
  {
    names: ['encoder_repetition_penalty', 'encoder_repetition'],
    build: (p) =>
      promptRepetitionPenalty(p.number('penalty', 'encoder_repetition_penalty'), p.ids('encoder_input_ids')),
  },
  {
    names: ['frequency_penalty', 'frequency'],
    build: (p) => countPenalty(p.number('penalty', 'frequency_penalty'), 0),
  },
  { names: ['presence_penalty', 'presence'], build: (p) => countPenalty(0, p.number('penalty', 'presence_penalty')) },
  {
    names: ['no_repeat_ngram', 'no_repeat_ngram_size'],
    build: (p) => noRepeatNgram(p.number('ngram_size', 'no_repeat_ngram_size')),
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
    build: (p) => badWords(p.need('bad_words_ids') as number[][], p.ids('eos_token_id')),
  },
  { names: ['sequence_bias', 'bias'], build: (p) => sequenceBias(readBiases(p.need('sequence_bias'))) },
  { names: ['min_length'], build: (p) => minLength(p.number('min_length'), p.needIds('eos_token_id')) },
  {
    names: ['min_new_tokens', 'min_new_tokens_length'],
    build: (p) => minNewTokens(p.number('min_new_tokens'), p.needIds('eos_token_id')),
  },
  {
    names: ['exponential_decay', 'exponential_decay_length_penalty', 'exponential_decay_length'],
    build: (p) => {
      const [start, factor] = (p.find('exponential_decay_length_penalty') as number[] | undefined) ?? [
        p.number('start', 'start_index'),
        p.number('factor', 'decay_factor'),
      ];
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
    names: ['forced_start', 'forced_start_ids', 'forced_words', 'force_tokens'],
    build: (p) => forceStart(p.needIds('forced_start_ids', 'forced_ids', 'force_tokens')),
  },
  { names: ['suppress_tokens', 'suppress'], build: (p) => suppressTokens(p.needIds('suppress_tokens', 'tokens')) },
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
    names: ['hamming_diversity', 'diversity_penalty', 'diversity'],
    build: (p) => hammingDiversity(p.number('diversity_penalty', 'penalty')),
  },
  { names: ['remove_invalid', 'remove_invalid_values', 'inf_nan_remove', 'remove_nan_inf'], build: removeInvalid },
  {
    names: ['log_normalize', 'normalization', 'renormalize', 'logit_normalization', 'renormalize_logits'],
    build: logNormalize,
  },
  {
    names: ['guidance', 'classifier_free_guidance', 'unbatched_classifier_free_guidance', 'cfg'],
    build: (p) => {
      const unguided = p.need('unconditional', 'unconditional_logits', 'unconditional_input') as unknown[];
      return guidance(p.number('guidance_scale'), unguided.map(readNumber));
    },
  },
];

function truncation(p: NamedParams): TruncationOptions {
  const fill = p.find('filter_value');
  const keep = p.find('min_tokens_to_keep');
  return {
    ...(fill !== undefined && { filterValue: readNumber(fill) }),
    ...(keep !== undefined && { minTokensToKeep: Number(keep) }),
  };
}

function readBiases(value: unknown): SequenceBias[] {
  return (value as [number[], unknown][]).map(([ids, bias]) => [ids, readNumber(bias)]);
}
