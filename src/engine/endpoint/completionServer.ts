import * as l10n from '@vscode/l10n';
import type { Tokenizer } from '../../core/tokenizer';
import { type Priority, PriorityLock } from '../priorityLock';
import { asWrittenAfter } from './asWritten';
import { askCapabilities, type Capabilities, constrained, PROBE, REPEATED } from './capabilities';
import { aligned, choicesOf, echoed, piecesIn, type ScoredText, scoresOfPrompt, tokenizeBody } from './givenText';
import { brokeOff, Connection, type ConnectionOptions } from './http';
import { isRefusal, ServerError } from './serverError';
import { type ServerToken, TokenReader } from './serverTokens';

/** What is asked of a server: to go on after a text. */
export interface Continuation {
  readonly prompt: string;
  readonly maxTokens: number;
  /** What the answer has to begin with; for servers with a constraint. */
  readonly beginsWith?: string;
  /** How it draws; by default it takes the most probable token. */
  readonly sampling?: Readonly<Record<string, unknown>>;
}

/** Why a stream ended: its length, the model's end of text, or because it was not read on. */
export type StreamEnd = 'length' | 'stop' | 'hung-up';

/** Work asked of a server. */
export interface ServerWork {
  requests: number;
  tokens: number;
  busyMs: number;
}

/** Fields that not all servers have. */
export type DrawingField = 'top_k' | 'min_p' | 'repetition_penalty';

/** What shows whether a server has a field: whether its first token changes with it. */
const FIELD_PROBES: Readonly<
  Record<
    DrawingField,
    { readonly prompt: string; readonly sampling: Record<string, unknown>; readonly changes: boolean }
  >
> = {
  // Drawn from a distribution that is nearly flat, unless the field leaves the likeliest token alone.
  top_k: { prompt: PROBE, sampling: { temperature: 5, seed: 1, top_k: 1 }, changes: false },
  min_p: { prompt: PROBE, sampling: { temperature: 5, seed: 1, min_p: 1 }, changes: false },
  repetition_penalty: { prompt: REPEATED, sampling: { temperature: 0, repetition_penalty: 100 }, changes: true },
};

/** Neutralises what llama.cpp's server does to a distribution by default. */
const LLAMA_SAMPLING = { top_k: 0, top_p: 1, min_p: 0 };

/**
 * A server for completions, once it is known what it can do. Requests go one by one. What can be a stream is one: only
 * of a stream do servers notice that nobody reads it any more.
 */
export class CompletionServer {
  readonly capabilities: Capabilities;
  readonly work: ServerWork = { requests: 0, tokens: 0, busyMs: 0 };
  readonly #connection: Connection;
  readonly #lock = new PriorityLock();
  /** Which fields it was found to have. */
  readonly #fields = new Map<DrawingField, boolean>();

  private constructor(connection: Connection, capabilities: Capabilities) {
    this.#connection = connection;
    this.capabilities = capabilities;
  }

  /**
   * Asks a server what it can do.
   * @param model the model to use; the first that it lists where that is empty
   * @param tokenizers those of this machine, with which its own is compared
   * @throws ServerError
   */
  static async connect(
    options: ConnectionOptions,
    model: string,
    tokenizers: readonly Tokenizer[],
    signal?: AbortSignal,
  ): Promise<CompletionServer> {
    const connection = new Connection(options);
    try {
      return new CompletionServer(connection, await askCapabilities(connection, model, tokenizers, signal));
    } catch (error) {
      connection.dispose();
      throw error;
    }
  }

  get host(): string {
    return this.#connection.host;
  }

  /**
   * Has the server write on.
   * @param onToken hears each token; where it answers false the server is hung up on, and stops
   * @throws ServerError; an AbortError when `signal` fires
   */
  async stream(
    continuation: Continuation,
    onToken: (token: ServerToken) => boolean,
    priority: Priority,
    signal?: AbortSignal,
  ): Promise<StreamEnd> {
    return this.#alone(priority, signal, async () => {
      const reader = new TokenReader(this.capabilities.spelling);
      const asWritten = asWrittenAfter(continuation.prompt, this.capabilities);
      let finish: unknown;
      let events = 0;
      for await (const event of this.#connection.events('v1/completions', {
        body: this.#bodyOf(continuation),
        signal,
      })) {
        events++;
        for (const choice of choicesOf(event)) {
          for (const token of reader.read(choice)) {
            this.work.tokens++;
            const written = asWritten(token);
            if (written && !onToken(written)) return 'hung-up';
          }
          finish = choice.finish_reason ?? finish;
        }
      }
      // llama-cpp-python answers a text that is too long with a stream of nothing.
      if (events === 0) {
        throw new ServerError('too-long', l10n.t('{0} answers nothing: the text may be too long for it.', this.host));
      }
      if (typeof finish !== 'string' || /^(abort|error)/.test(finish)) throw brokeOff(this.host);
      return finish === 'length' ? 'length' : 'stop';
    });
  }

  /** The log-probabilities of a text's tokens; undefined where the server has none. */
  async score(text: string, priority: Priority, signal?: AbortSignal): Promise<readonly ScoredText[] | undefined> {
    const { scoring } = this.capabilities;
    if (scoring === undefined) return undefined;
    const body = { ...this.#model(), prompt: text, max_tokens: 1, temperature: 0 };
    return this.#alone(priority, signal, async () => {
      if (scoring === 'prompt_logprobs') {
        // vLLM has no stream of these, and it notices when a plain request is given up.
        const answer = await this.#connection.json('v1/completions', { body: { ...body, prompt_logprobs: 1 }, signal });
        const scores = scoresOfPrompt(answer);
        return scores && aligned(scores, text);
      }
      const choices: Record<string, unknown>[] = [];
      const streamed = { ...body, echo: true, logprobs: 1, stream: true };
      for await (const event of this.#connection.events('v1/completions', { body: streamed, signal })) {
        choices.push(...choicesOf(event));
      }
      return aligned(echoed(choices), text);
    });
  }

  /** How the server cuts a text; undefined where it does not say. */
  async pieces(text: string, priority: Priority, signal?: AbortSignal): Promise<string[] | undefined> {
    const { tokenize, model } = this.capabilities;
    if (tokenize === undefined || text === '') return undefined;
    const body = tokenizeBody(tokenize, text, model);
    return this.#alone(priority, signal, async () => {
      return piecesIn(await this.#connection.json('tokenize', { body, signal }), text);
    });
  }

  /**
   * What a server calls a field that changes what is drawn; undefined where it has no such field. Servers that do not
   * know a field mostly say nothing, so it is looked at what one token becomes with it.
   */
  async fieldFor(field: DrawingField, signal?: AbortSignal): Promise<string | undefined> {
    if (this.capabilities.sampler === 'llama.cpp') return field === 'repetition_penalty' ? 'repeat_penalty' : field;
    const known = this.#fields.get(field);
    if (known !== undefined) return known ? field : undefined;
    const { prompt, sampling, changes } = FIELD_PROBES[field];
    const plain = await this.#first(prompt, {}, signal);
    const other = await this.#first(prompt, sampling, signal);
    const has = other !== undefined && (plain !== other) === changes;
    this.#fields.set(field, has);
    return has ? field : undefined;
  }

  /** Whether it is there. */
  async ping(signal?: AbortSignal): Promise<void> {
    try {
      await this.#alone(2, signal, () => this.#connection.json('v1/models', { signal }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }

  dispose(): void {
    this.#connection.dispose();
  }

  async #first(prompt: string, sampling: Readonly<Record<string, unknown>>, signal?: AbortSignal) {
    let text: string | undefined;
    const read = (token: ServerToken) => {
      text ??= token.text;
      return false;
    };
    try {
      await this.stream({ prompt, maxTokens: 1, sampling }, read, 1, signal);
      return text;
    } catch (error) {
      if (error instanceof ServerError && error.trouble === 'refused') return undefined;
      throw error;
    }
  }

  #model(): Record<string, unknown> {
    const { model } = this.capabilities;
    return model === undefined ? {} : { model };
  }

  #bodyOf({ prompt, maxTokens, beginsWith, sampling }: Continuation): Record<string, unknown> {
    const { logprobs, constraint, sampler } = this.capabilities;
    return {
      ...this.#model(),
      prompt,
      max_tokens: maxTokens,
      temperature: 0,
      stream: true,
      ...logprobs,
      ...(sampler === 'llama.cpp' && { cache_prompt: true }),
      ...(beginsWith && constraint && constrained(constraint, beginsWith)),
      ...(sampling && { ...(sampler === 'llama.cpp' && LLAMA_SAMPLING), ...sampling }),
    };
  }

  async #alone<T>(priority: Priority, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    return this.#lock.take(priority, signal, async () => {
      const started = performance.now();
      this.work.requests++;
      try {
        return await task();
      } finally {
        this.work.busyMs += performance.now() - started;
      }
    });
  }
}
