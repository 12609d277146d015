import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import type { Tokenizer } from '../../core/tokenizer';
import { choicesOf, echoes, idsIn, isOfChat, scoresOfPrompt, tokenizeBody } from './givenText';
import type { Connection } from './http';
import { isRefusal, noServer, printable, ServerError } from './serverError';
import { type Spelling, spellingOf, TokenReader } from './serverTokens';

/** How a server can be told what the answer must begin with. */
export type Constraint = 'grammar' | 'regex';
/** How a server returns the log-probabilities of a given text. */
export type Scoring = 'prompt_logprobs' | 'echo';

/** What a server can do, as found by asking it once. */
export interface Capabilities {
  /** The model's name as sent in requests; undefined where the server expects none. */
  readonly model: string | undefined;
  /** The model's name for display. */
  readonly name: string;
  /** Context length in tokens; undefined where the server does not report it. */
  readonly contextLength: number | undefined;
  /** Request fields that turn on log-probabilities; undefined where there are none. */
  readonly logprobs: Readonly<Record<string, unknown>> | undefined;
  readonly spelling: Spelling;
  /** Whether the answer repeats the prompt. */
  readonly repeats: boolean;
  /**
   * Whether the answer loses its leading space. After a prompt that ends in a letter it is then unknown whether a new
   * word begins.
   */
  readonly cutsSpace: boolean;
  readonly constraint: Constraint | undefined;
  readonly scoring: Scoring | undefined;
  /** How the server tokenizes on request: the name of the field that takes the text; undefined where it does not. */
  readonly tokenize: 'content' | 'prompt' | undefined;
  /** The local tokenizer that splits texts as the server does, if there is one. */
  readonly tokenizer: Tokenizer | undefined;
  /** Whether the server has llama.cpp's sampler settings, which truncate the distribution by default. */
  readonly sampler: 'llama.cpp' | 'openai';
}

/** Prompt of the probes. */
export const PROBE = 'The old house stood at the edge of the';
/** Prompt that any model continues with ` two`. */
export const REPEATED = 'one two one two one two one two one two one two one';
const BEGINS_WORD = /^[\p{L}\p{N}]/u;
/** A beginning that no model would choose after `PROBE` unless constrained. */
const CONSTRAINED = ' zebra';
const TOKENIZED = 'He’d said: “Naïve, 1984—or 2001?”\n\nNo.  I’ll wait; the lighthouse-keeper won’t.';

/**
 * Ways to ask for log-probabilities, the most informative first. The 50 most probable tokens contain a completion of a
 * partial word more often than 20; 20 is vLLM's default limit, 5 is OpenAI's, the last is mlx-lm's form.
 */
const LOGPROBS = [{ logprobs: 50 }, { logprobs: 20 }, { logprobs: 5 }, { logprobs: true, top_logprobs: 10 }] as const;

const listed = v.object({
  id: v.string(),
  max_model_len: v.nullish(v.number()),
  meta: v.nullish(v.object({ n_ctx: v.nullish(v.number()) })),
});
/** OpenAI's list of models, or the bare array that some gateways return. */
const modelList = v.union([v.object({ data: v.array(v.unknown()) }), v.array(v.unknown())]);
const props = v.object({
  default_generation_settings: v.object({ n_ctx: v.optional(v.number()) }),
  model_alias: v.optional(v.string()),
});

/**
 * Finds out what a server can do: lists its models and probes its behaviour with a few requests for one token. The
 * server's name is not used as evidence.
 * @param wanted the model to use; the first one listed if empty
 * @param candidates local tokenizers
 * @throws ServerError when the server cannot be used
 */
export async function askCapabilities(
  connection: Connection,
  wanted: string,
  candidates: readonly Tokenizer[],
  signal?: AbortSignal,
): Promise<Capabilities> {
  const served = await models(connection, signal);
  const own = served.find(({ id }) => id === wanted) ?? (wanted === '' ? served[0] : undefined);
  if (wanted !== '' && served.length > 0 && !own) {
    const names = served.map(({ id }) => printable(id));
    throw new ServerError(
      'model',
      l10n.t(
        '{0} has no model “{1}”. It serves: {2}. Name one of them (setting inkling.engine.endpointModel, or --endpoint-model).',
        connection.host,
        wanted,
        names.slice(0, 8).join(', '),
      ),
    );
  }
  const model = wanted || own?.id;
  const llama = await optional(connection.json('props', { signal }));
  const settings = v.safeParse(props, llama);
  const probe = new Probe(connection, model, signal);
  const { logprobs, choices } = await probe.logprobs();
  const tokenized = await tokenizing(connection, model, candidates, signal);
  const llamas = settings.success ? settings.output : undefined;
  const lengths = [llamas?.default_generation_settings.n_ctx, own?.max_model_len, own?.meta?.n_ctx];
  const spelling = choices.map(spellingOf).find((one) => one !== 'text') ?? 'text';
  const begun = new TokenReader(spelling);
  const written = choices.flatMap((choice) => begun.read(choice).map(({ text }) => text)).join('');
  const repeats = written.startsWith(PROBE);
  return {
    model,
    name: printable(model ?? llamas?.model_alias ?? connection.host),
    contextLength: lengths.find((length) => Number.isInteger(length) && Number(length) > 0) ?? undefined,
    logprobs,
    spelling,
    repeats,
    cutsSpace: BEGINS_WORD.test(repeats ? written.slice(PROBE.length) : written) && (await probe.cutsSpace(repeats)),
    constraint: await probe.constraint(),
    scoring: await probe.scoring(),
    ...tokenized,
    sampler: settings.success ? 'llama.cpp' : 'openai',
  };
}

async function models(connection: Connection, signal?: AbortSignal): Promise<v.InferOutput<typeof listed>[]> {
  try {
    const parsed = v.safeParse(modelList, await connection.json('v1/models', { signal }));
    if (!parsed.success) return [];
    const all = Array.isArray(parsed.output) ? parsed.output : parsed.output.data;
    return all.filter((one) => v.is(listed, one));
  } catch (error) {
    // A server may offer completions without a list of models; the next request shows.
    if (isRefusal(error)) return [];
    throw error;
  }
}

/** Sends requests for one token. */
class Probe {
  readonly #connection: Connection;
  readonly #model: string | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(connection: Connection, model: string | undefined, signal?: AbortSignal) {
    this.#connection = connection;
    this.#model = model;
    this.#signal = signal;
  }

  async logprobs(): Promise<Pick<Capabilities, 'logprobs'> & { readonly choices: readonly Record<string, unknown>[] }> {
    for (const fields of LOGPROBS) {
      try {
        const choices = await this.#choices(fields);
        const reader = new TokenReader('text');
        const told = choices
          .flatMap((choice) => reader.read(choice))
          .some(({ logprob, top }) => logprob !== null && top.length > 1);
        if (told) return { logprobs: fields, choices };
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    // If the bare request fails too, its error is the one to report.
    return { logprobs: undefined, choices: await this.#choices({}) };
  }

  async constraint(): Promise<Constraint | undefined> {
    for (const constraint of ['grammar', 'regex'] as const) {
      const text = await this.#textOf(constrained(constraint, CONSTRAINED));
      if (text.trim() !== '' && (CONSTRAINED.startsWith(text) || text.startsWith(CONSTRAINED))) return constraint;
    }
    return undefined;
  }

  /** Whether the space before a word that certainly follows is cut. */
  async cutsSpace(repeats: boolean): Promise<boolean> {
    const text = await this.#textOf({ prompt: REPEATED });
    return BEGINS_WORD.test(repeats ? text.slice(REPEATED.length) : text);
  }

  async scoring(): Promise<Scoring | undefined> {
    const body = { ...this.body({ prompt_logprobs: 1 }), stream: false };
    const answer = await optional(this.#connection.json('v1/completions', { body, signal: this.#signal }));
    if (scoresOfPrompt(answer) !== undefined) return 'prompt_logprobs';
    try {
      const choices = await this.#choices({ echo: true, logprobs: 1 });
      return echoes(choices, PROBE) ? 'echo' : undefined;
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  body(fields: Record<string, unknown>): Record<string, unknown> {
    return {
      ...(this.#model !== undefined && { model: this.#model }),
      prompt: PROBE,
      max_tokens: 1,
      temperature: 0,
      ...fields,
    };
  }

  async #textOf(fields: Record<string, unknown>): Promise<string> {
    try {
      return (await this.#choices(fields)).map(({ text }) => (typeof text === 'string' ? text : '')).join('');
    } catch (error) {
      if (isRefusal(error)) return '';
      throw error;
    }
  }

  async #choices(fields: Record<string, unknown>): Promise<Record<string, unknown>[]> {
    const choices: Record<string, unknown>[] = [];
    const body = { ...this.body(fields), stream: true };
    for await (const event of this.#connection.events('v1/completions', { body, signal: this.#signal })) {
      choices.push(...choicesOf(event));
    }
    if (choices.some(isOfChat)) throw noServer(this.#connection.host, l10n.t('it answers as in a chat'));
    return choices;
  }
}

/** Request fields that make the answer begin with `text` and stay on one line. */
export function constrained(constraint: Constraint, text: string): Record<string, unknown> {
  if (constraint === 'regex') {
    return { structured_outputs: { regex: `${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}[^\\n]*` } };
  }
  const literal = text
    .replace(/["\\]/g, '\\$&')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n');
  return { grammar: `root ::= "${literal}" [^\\n]*` };
}

async function tokenizing(
  connection: Connection,
  model: string | undefined,
  candidates: readonly Tokenizer[],
  signal?: AbortSignal,
): Promise<Pick<Capabilities, 'tokenize' | 'tokenizer'>> {
  for (const tokenize of ['content', 'prompt'] as const) {
    const body = tokenizeBody(tokenize, TOKENIZED, model);
    const ids = idsIn(await optional(connection.json('tokenize', { body, signal })));
    if (ids === undefined) continue;
    const tokenizer = candidates.find((one) => one.encode(TOKENIZED).join() === ids.join());
    return { tokenize, tokenizer };
  }
  return { tokenize: undefined, tokenizer: undefined };
}

/** Undefined if the server refuses the request; other errors are passed on. */
async function optional(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
