import * as vscode from 'vscode';
import { entropy, topTokens } from '../core/logits';
import type { EngineHost } from '../editor/engineHost';
import type { ModelInfo } from '../engine/api';
import { CallQueue } from './callQueue';
import type * as api from './inkling';

/** Longest accepted texts, in UTF-16 units. */
const MOST_TO_TOKENIZE = 1_000_000;
const MOST_TO_SCORE = 100_000;
/** UTF-16 units at the end of a text that are passed on; more than any model reads. */
const LAST_UNITS = 16_384;

const TOP = { usual: 10, most: 1000 };
const MAX_TOKENS = { usual: 16, most: 64 };
const ALTERNATIVES = { usual: 1, most: 5 };

/**
 * The API for other extensions, whichever engine is in use; the types are beside this file. Calls run after the writer's
 * own and one at a time, so that none delays the writer.
 */
export class PublicApi implements api.InklingExports, api.InklingApi, vscode.Disposable {
  readonly #engine: EngineHost;
  readonly #modelChanged = new vscode.EventEmitter<api.Model>();
  readonly onDidChangeModel = this.#modelChanged.event;
  readonly #healthWatch: vscode.Disposable;
  readonly #queue = new CallQueue();
  /** The id of the model that last answered. */
  #model: string | undefined;

  constructor(engine: EngineHost) {
    this.#engine = engine;
    this.#healthWatch = engine.onDidChangeHealth((health) => {
      if (health.state === 'ready') this.#takeUp(health.model);
    });
  }

  getApi(version: 1): api.InklingApi {
    if (version !== 1) throw new RangeError(`This Inkling offers version 1 of its interface, not ${version}.`);
    const { onDidChangeModel } = this;
    // Exposes the methods of the interface only.
    return {
      onDidChangeModel,
      model: () => this.model(),
      tokenize: (text, cancel) => this.tokenize(text, cancel),
      nextToken: (text, options, cancel) => this.nextToken(text, options, cancel),
      score: (text, cancel) => this.score(text, cancel),
      complete: (place, options, cancel) => this.complete(place, options, cancel),
    };
  }

  async model(): Promise<api.Model> {
    return modelOf(await this.#engine.info());
  }

  async tokenize(text: string, cancel?: vscode.CancellationToken): Promise<api.Token[]> {
    requireText(text, MOST_TO_TOKENIZE);
    return this.#inTurn(cancel, async () => {
      const tokenizer = await this.#engine.tokenizer();
      return tokenizer.tokenize(text).map(({ id, utf16: [start, end] }) => ({ id, start, end }));
    });
  }

  async nextToken(
    text: string,
    { top }: api.NextTokenOptions = {},
    cancel?: vscode.CancellationToken,
  ): Promise<api.NextToken> {
    requireText(text);
    const count = within(top, TOP, 'top');
    return this.#inTurn(cancel, async (signal) => {
      const request = { text: text.slice(-LAST_UNITS), bos: text === '', background: true };
      const logits = await this.#engine.logits(request, signal);
      const tokenizer = await this.#engine.tokenizer();
      const candidates = topTokens(logits, count, tokenizer)
        .filter(({ logprob }) => logprob > Number.NEGATIVE_INFINITY)
        .map(({ id, logprob }) => ({ id, text: tokenizer.tokenText(id), probability: Math.exp(logprob) }));
      return { candidates, entropy: entropy(logits) / Math.LN2 };
    });
  }

  async score(text: string, cancel?: vscode.CancellationToken): Promise<api.ScoredToken[]> {
    requireText(text, MOST_TO_SCORE);
    return this.#inTurn(cancel, async (signal) => {
      const tokens = await this.#engine.score({ text }, signal);
      return tokens.map(({ id, utf16: [start, end], logprob, rank }) => {
        return { id, start, end, probability: logprob === null ? null : Math.exp(logprob), rank };
      });
    });
  }

  async complete(
    { before, after = '' }: api.PlaceInText,
    { maxTokens, alternatives }: api.CompleteOptions = {},
    cancel?: vscode.CancellationToken,
  ): Promise<api.TextCompletion[]> {
    requireText(before);
    requireText(after);
    const request = {
      prefix: before.slice(-LAST_UNITS),
      suffix: after.slice(0, LAST_UNITS),
      maxTokens: within(maxTokens, MAX_TOKENS, 'maxTokens'),
      alternatives: within(alternatives, ALTERNATIVES, 'alternatives'),
      minLogprob: Number.NEGATIVE_INFINITY,
      background: true,
    };
    return this.#inTurn(cancel, async (signal) => {
      const { suggestions } = await this.#engine.complete(request, signal);
      return suggestions.map(({ text, logprob }) => ({ text, logprob }));
    });
  }

  dispose(): void {
    this.#healthWatch.dispose();
    this.#modelChanged.dispose();
  }

  #takeUp(model: ModelInfo): void {
    const before = this.#model;
    this.#model = model.id;
    if (before !== undefined && before !== model.id) this.#modelChanged.fire(modelOf(model));
  }

  /** @throws RangeError when too many calls are waiting */
  async #inTurn<T>(
    cancel: vscode.CancellationToken | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    const stop = cancel?.onCancellationRequested(() => controller.abort());
    if (cancel?.isCancellationRequested) controller.abort();
    try {
      return await this.#queue.run(controller.signal, () => work(controller.signal));
    } catch (error) {
      throw controller.signal.aborted ? new vscode.CancellationError() : error;
    } finally {
      stop?.dispose();
    }
  }
}

function modelOf({ name, contextLength, server }: ModelInfo): api.Model {
  return { name, contextLength, ...(server && { server: server.host }) };
}

/** @throws TypeError, RangeError */
function requireText(text: unknown, most = Number.POSITIVE_INFINITY): void {
  if (typeof text !== 'string') throw new TypeError('A text is a string.');
  if (text.length > most) {
    throw new RangeError(`The text has ${text.length} UTF-16 units; Inkling takes ${most} at once.`);
  }
}

/** @throws RangeError */
function within(value: number | undefined, { usual, most }: { usual: number; most: number }, name: string): number {
  const count = value ?? usual;
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new RangeError(`${name} is a whole number from 1 to ${most}, not ${count}.`);
  }
  return count;
}
