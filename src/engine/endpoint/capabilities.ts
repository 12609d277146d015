import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import type { Tokenizer } from '../../core/tokenizer';
import { choicesOf, echoes, idsIn, isOfChat, scoresOfPrompt, tokenizeBody } from './givenText';
import type { Connection } from './http';
import { isRefusal, noServer, printable, ServerError } from './serverError';
import { type Spelling, spellingOf, TokenReader } from './serverTokens';

/** How a server is told what the answer must begin with. */
export type Constraint = 'grammar' | 'regex';
/** How it gives the log-probabilities of a text that is there. */
export type Scoring = 'prompt_logprobs' | 'echo';

/** What a server can do: it was asked, once. */
export interface Capabilities {
  /** The model's name as it is sent; undefined where the server wants none. */
  readonly model: string | undefined;
  /** What the model is called. */
  readonly name: string;
  /** Tokens of the model's context; undefined where the server does not say. */
  readonly contextLength: number | undefined;
  /** What to send to get log-probabilities; undefined where there are none. */
  readonly logprobs: Readonly<Record<string, unknown>> | undefined;
  readonly spelling: Spelling;
  /** It repeats the text before what it writes after it. */
  readonly repeats: boolean;
  /**
   * It cuts the first space of what it writes: where a text ends in a letter it cannot be told whether a new word begins.
   */
  readonly cutsSpace: boolean;
  readonly constraint: Constraint | undefined;
  readonly scoring: Scoring | undefined;
  /** It cuts texts into tokens when asked: how it wants to be asked, and what it answers. */
  readonly tokenize: 'content' | 'prompt' | undefined;
  /** The tokenizer of this machine that cuts as it does. */
  readonly tokenizer: Tokenizer | undefined;
  /** It has llama.cpp's settings, which draw from less than the whole distribution by default. */
  readonly sampler: 'llama.cpp' | 'openai';
}

/** What a server is asked to go on after, to see what it does. */
export const PROBE = 'The old house stood at the edge of the';
/** What any model goes on with by a word. */
export const REPEATED = 'one two one two one two one two one two one two one';
const BEGINS_WORD = /^[\p{L}\p{N}]/u;
/** What no model would say there by itself. */
const CONSTRAINED = ' zebra';
const TOKENIZED = 'He’d said: “Naïve, 1984—or 2001?”\n\nNo.  I’ll wait; the lighthouse-keeper won’t.';

/**
 * How log-probabilities are asked for, the most telling first: 50, among which what completes a word that was begun is
 * oftener than among 20; vLLM's bound unless it is started with another; OpenAI's; mlx-lm's way.
 */
const LOGPROBS = [{ logprobs: 50 }, { logprobs: 20 }, { logprobs: 5 }, { logprobs: true, top_logprobs: 10 }] as const;

const listed = v.object({
  id: v.string(),
  max_model_len: v.nullish(v.number()),
  meta: v.nullish(v.object({ n_ctx: v.nullish(v.number()) })),
});
/** OpenAI's list; that of some gateways has nothing around it. */
const modelList = v.union([v.object({ data: v.array(v.unknown()) }), v.array(v.unknown())]);
const props = v.object({
  default_generation_settings: v.object({ n_ctx: v.optional(v.number()) }),
  model_alias: v.optional(v.string()),
});

/**
 * Asks a server what it can do: its models, and in a few requests for one token what it does with what it is sent.
 * Nothing is told from its name.
 * @param wanted the model to use; the first one that the server lists where that is empty
 * @param candidates tokenizers of this machine
 * @throws ServerError when it cannot be used
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
    // A server may have completions and no list of models; the next request shows.
    if (isRefusal(error)) return [];
    throw error;
  }
}

/** Requests for one token. */
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
    // Whatever is wrong with the request itself is told here.
    return { logprobs: undefined, choices: await this.#choices({}) };
  }

  async constraint(): Promise<Constraint | undefined> {
    for (const constraint of ['grammar', 'regex'] as const) {
      const text = await this.#textOf(constrained(constraint, CONSTRAINED));
      if (text.trim() !== '' && (CONSTRAINED.startsWith(text) || text.startsWith(CONSTRAINED))) return constraint;
    }
    return undefined;
  }

  /** Whether it cuts the space before a word that surely comes. */
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

/** What to send so that the answer begins with `text`, and stays on one line. */
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

/** Nothing where the server refuses; a server that fails, or is not there, is another matter. */
async function optional(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
