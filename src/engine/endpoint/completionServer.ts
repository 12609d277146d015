import * as l10n from '@vscode/l10n';
import type { Tokenizer } from '../../core/tokenizer';
import { type Priority, PriorityLock } from '../priorityLock';
import { asWrittenAfter } from './asWritten';
import { askCapabilities, type Capabilities, constrained, PROBE, REPEATED } from './capabilities';
import { aligned, choicesOf, echoed, piecesIn, type ScoredText, scoresOfPrompt, tokenizeBody } from './givenText';
import { brokeOff, Connection, type ConnectionOptions } from './http';
import { isRefusal, ServerError } from './serverError';
import { type ServerToken, TokenReader } from './serverTokens';

/** A request to continue a text. */
export interface Continuation {
  readonly prompt: string;
  readonly maxTokens: number;
  /** Required beginning of the answer; only for servers with a constraint. */
  readonly beginsWith?: string;
  /** Sampling fields; greedy by default. */
  readonly sampling?: Readonly<Record<string, unknown>>;
}

/** Why a stream ended: maximum length, end of text, or the reader stopped reading. */
export type StreamEnd = 'length' | 'stop' | 'hung-up';

/** Counters of the work requested from a server. */
export interface ServerWork {
  requests: number;
  tokens: number;
  busyMs: number;
}

/** Sampling fields that not all servers support. */
export type DrawingField = 'top_k' | 'min_p' | 'repetition_penalty';

/** Probes for a field: whether the first token changes when it is set. */
const FIELD_PROBES: Readonly<
  Record<
    DrawingField,
    { readonly prompt: string; readonly sampling: Record<string, unknown>; readonly changes: boolean }
  >
> = {
  // At this temperature the distribution is nearly flat: only top-k 1 keeps the most probable token.
  top_k: { prompt: PROBE, sampling: { temperature: 5, seed: 1, top_k: 1 }, changes: false },
  min_p: { prompt: PROBE, sampling: { temperature: 5, seed: 1, min_p: 1 }, changes: false },
  repetition_penalty: { prompt: REPEATED, sampling: { temperature: 0, repetition_penalty: 100 }, changes: true },
};

/** Neutral values for what llama.cpp's server otherwise applies by default. */
const LLAMA_SAMPLING = { top_k: 0, top_p: 1, min_p: 0 };

/**
 * A completion server with known capabilities. Requests are sent one at a time, as streams where possible: servers
 * notice a closed connection, and stop generating, only while streaming.
 */
export class CompletionServer {
  readonly capabilities: Capabilities;
  readonly work: ServerWork = { requests: 0, tokens: 0, busyMs: 0 };
  readonly #connection: Connection;
  readonly #lock = new PriorityLock();
  /** Results of the probes for sampling fields. */
  readonly #fields = new Map<DrawingField, boolean>();

  private constructor(connection: Connection, capabilities: Capabilities) {
    this.#connection = connection;
    this.capabilities = capabilities;
  }

  /**
   * Connects to a server and finds out what it can do.
   * @param model the model to use; the first one listed if empty
   * @param tokenizers local tokenizers to compare with the server's
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
   * Streams a continuation.
   * @param onToken receives each token; returning false closes the connection, which stops the server
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
      // llama-cpp-python answers a prompt that is too long with an empty stream.
      if (events === 0) {
        throw new ServerError('too-long', l10n.t('{0} answers nothing: the text may be too long for it.', this.host));
      }
      if (typeof finish !== 'string' || /^(abort|error)/.test(finish)) throw brokeOff(this.host);
      return finish === 'length' ? 'length' : 'stop';
    });
  }

  /** Log-probabilities of a text's tokens; undefined where the server has none. */
  async score(text: string, priority: Priority, signal?: AbortSignal): Promise<readonly ScoredText[] | undefined> {
    const { scoring } = this.capabilities;
    if (scoring === undefined) return undefined;
    const body = { ...this.#model(), prompt: text, max_tokens: 1, temperature: 0 };
    return this.#alone(priority, signal, async () => {
      if (scoring === 'prompt_logprobs') {
        // vLLM does not stream these, and it notices when a plain request is aborted.
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

  /** The text's tokens as the server splits it; undefined where it does not say. */
  async pieces(text: string, priority: Priority, signal?: AbortSignal): Promise<string[] | undefined> {
    const { tokenize, model } = this.capabilities;
    if (tokenize === undefined || text === '') return undefined;
    const body = tokenizeBody(tokenize, text, model);
    return this.#alone(priority, signal, async () => {
      return piecesIn(await this.#connection.json('tokenize', { body, signal }), text);
    });
  }

  /**
   * The server's name for a sampling field; undefined where it has none. Most servers ignore unknown fields silently,
   * so the probe compares the first token with and without the field.
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

  /** Checks that the server responds. */
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
