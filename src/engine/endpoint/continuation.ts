import * as l10n from '@vscode/l10n';
import type { GenerationConfig, OptionName } from '../../core/decoding/options';
import type { Finish } from '../../core/decoding/steps';
import type { GenerateRequest, Generation, GenerationEvent } from '../api';
import { EngineError } from '../runtime';
import { Likeliest } from './likeliest';
import type { ServerToken } from './serverTokens';
import type { ServerModel } from './suggest';

/** Options that a server supports, or that are applied here to the tokens it sends. */
const DONE = new Set<keyof GenerationConfig>([
  'maxNewTokens',
  'doSample',
  'temperature',
  'topP',
  'topK',
  'minP',
  'repetitionPenalty',
  'noRepeatNgramSize',
  'stopStrings',
  'seed',
]);
const USUAL_LENGTH = 20;

/**
 * Continues a text with a server, token by token. When the signal fires, resolves with the text so far and the finish
 * `cancelled`.
 * @throws EngineError for options that the server does not support; ServerError when it fails
 */
export async function continueText(
  { server, vocabulary, window }: ServerModel,
  request: GenerateRequest,
  onEvent: (event: GenerationEvent) => void = () => {},
  signal?: AbortSignal,
): Promise<Generation> {
  const { config } = request;
  const text = request.text + vocabulary.decode(request.appended ?? []);
  const spaced = request.healSpace === true && !request.appended?.length && /\S $/.test(text);
  const before = spaced ? text.slice(0, -1) : text;
  if (before.trim() === '') throw new EngineError(l10n.t('The text is empty: a server needs something to go on from.'));
  const writing = new Writing(config, spaced ? 1 : 0);
  const prompted = config.noRepeatNgramSize ? vocabulary.encode(window.of(before)) : [];
  const take = (id: number, logprob: number): void => {
    onEvent({ kind: 'token', sequence: 0, id, logprob, text: writing.push(id, vocabulary.tokenText(id), logprob) });
  };
  const hear = (token: ServerToken): boolean => {
    const from = Likeliest.of(token, vocabulary, false);
    const id = from.ids.find((other) => !writing.repeats(other, prompted));
    if (id === undefined || vocabulary.isSpecial(id)) {
      writing.finish = id === undefined ? 'stop' : 'end-of-text';
      return false;
    }
    take(id, from.logprob(id));
    return writing.finish === undefined && id === from.chosen;
  };
  try {
    const sampling = await samplingOf(server, request, signal);
    // Terminates: every request but the last yields at least one token.
    for (let requests = 0; writing.finish === undefined; requests++) {
      const { left } = writing;
      const end = await window.fitted(() => {
        const beginsWith = spaced && writing.all === '' ? ' ' : '';
        const prompt = window.of(before + writing.all);
        const drawn = {
          ...sampling,
          ...(typeof sampling.seed === 'number' && { seed: (sampling.seed + requests) >>> 0 }),
        };
        const maxTokens = window.roomAfter(prompt, writing.left);
        return server.stream({ prompt, beginsWith, maxTokens, sampling: drawn }, hear, 1, signal);
      });
      if (end === 'stop') writing.finish ??= 'end-of-text';
      // The server's limit per request, or its context, may be shorter than the length requested.
      else if (writing.left === left) writing.finish ??= 'length';
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
    writing.finish = 'cancelled';
  }
  return writing.generation(config.doSample ? config.seed : undefined);
}

/** The text as it grows. */
class Writing {
  finish: Finish | undefined;
  /** Everything written, including a space that the prompt already had. */
  all = '';
  readonly #config: GenerationConfig;
  readonly #skip: number;
  readonly #most: number;
  readonly #ids: number[] = [];
  readonly #logprobs: number[] = [];

  /** @param spaces number of leading spaces that the prompt may already have */
  constructor(config: GenerationConfig, spaces: number) {
    this.#config = config;
    this.#skip = spaces;
    this.#most = config.maxNewTokens ?? USUAL_LENGTH;
  }

  get left(): number {
    return this.#most - this.#ids.length;
  }

  /** The text without that space. */
  get text(): string {
    return this.#skip > 0 && this.all.startsWith(' ') ? this.all.slice(1) : this.all;
  }

  /** @returns the new text that the token adds */
  push(id: number, piece: string, logprob: number): string {
    const before = this.text.length;
    this.all += piece;
    this.#ids.push(id);
    this.#logprobs.push(logprob);
    const { stopStrings = [] } = this.#config;
    if ([stopStrings].flat().some((stop) => this.text.includes(stop))) this.finish = 'stop';
    else if (this.left === 0) this.finish = 'length';
    return this.text.slice(before);
  }

  /** Whether a token would complete an n-gram that occurred before. */
  repeats(id: number, prompted: readonly number[]): boolean {
    const size = this.#config.noRepeatNgramSize ?? 0;
    if (size === 0) return false;
    const ids = [...prompted, ...this.#ids];
    const last = [...ids.slice(ids.length - size + 1), id];
    if (size > ids.length) return false;
    return ids.some((_, i) => i + size <= ids.length && last.every((each, j) => ids[i + j] === each));
  }

  generation(seed: number | undefined): Generation {
    const { text, finish = 'length' } = this;
    const ids = this.#ids;
    const score = this.#logprobs.reduce((sum, logprob) => sum + logprob, 0);
    return {
      text,
      ids,
      logprobs: this.#logprobs,
      finish,
      sequences: [{ text, ids, score, finish }],
      ...(seed !== undefined && { seed }),
    };
  }
}

type Lacked = OptionName | 'trace';

/**
 * A server lacks options; the message names them. A caller that spells options in another way, as a command line does,
 * gets the message in that spelling from `spelled`.
 */
export class LackedOptionError extends EngineError {
  readonly #host: string;
  readonly #options: readonly Lacked[];

  constructor(host: string, options: readonly Lacked[]) {
    super(lacks(host, options));
    this.#host = host;
    this.#options = options;
  }

  /** The message with every name of an option spelled in another way. */
  spelled(spell: (option: OptionName) => string): string {
    return lacks(
      this.#host,
      this.#options.map((name) => (name === 'trace' ? name : spell(name))),
    );
  }
}

function lacks(host: string, names: readonly string[]): string {
  return l10n.t('{0} does not do this: {1}. Leave it out, or use the model on this machine.', host, names.join(', '));
}

/**
 * Request fields for the sampling options.
 * @throws LackedOptionError where the server lacks one: no option is ignored silently
 */
async function samplingOf(
  server: ServerModel['server'],
  { config, trace }: GenerateRequest,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  const { doSample = false, temperature = 1, topP, topK, minP, repetitionPenalty = 1, seed } = config;
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  const refused: Lacked[] = given.map(([name]) => name as OptionName).filter((name) => !DONE.has(name));
  if (trace) refused.push('trace');
  const sampling: Record<string, unknown> = doSample
    ? { temperature, top_p: topP ?? 1, ...(seed !== undefined && { seed: seedOf32Bits(seed) }) }
    : { temperature: 0 };
  const add = async (
    name: OptionName,
    field: 'top_k' | 'min_p' | 'repetition_penalty',
    value: number,
  ): Promise<void> => {
    const known = await server.fieldFor(field, signal);
    if (known === undefined) refused.push(name);
    else sampling[known] = value;
  };
  if (doSample && topK !== undefined && topK > 0) await add('topK', 'top_k', topK);
  if (doSample && minP !== undefined && minP > 0) await add('minP', 'min_p', minP);
  if (repetitionPenalty !== 1) await add('repetitionPenalty', 'repetition_penalty', repetitionPenalty);
  if (refused.length > 0) throw new LackedOptionError(server.host, refused);
  return sampling;
}

/** Servers take seeds of 32 bits: the bits above are mixed in, so that seeds which differ there alone draw otherwise. */
function seedOf32Bits(seed: number): number {
  return (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1)) >>> 0;
}
