/*
 * What Inkling offers to other extensions. Copy this file into yours, then:
 *
 *   const inkling = await vscode.extensions.getExtension<InklingExports>('inkling.inkling')?.activate();
 *   const api = inkling?.getApi(1);
 *
 * Every call runs after the writer's own ghost text and panel, one call at a time. It rejects with a
 * `vscode.CancellationError` when it is cancelled, a `RangeError` when it asks for too much, and an `Error` with one
 * sentence for the user when the model cannot answer.
 */

import type { CancellationToken, Event } from 'vscode';

export interface InklingExports {
  /**
   * A version of the interface. Within a version nothing goes away or changes its meaning.
   * @throws RangeError for a version that this Inkling does not have
   */
  getApi(version: 1): InklingApi;
}

export interface InklingApi {
  /** The model that answers now; starts it if it sleeps. */
  model(): Promise<Model>;
  /** Another model answers from now on. */
  readonly onDidChangeModel: Event<Model>;
  /** Where the model's tokenizer cuts a text of at most 1,000,000 UTF-16 units. */
  tokenize(text: string, cancel?: CancellationToken): Promise<Token[]>;
  /** What the model expects after a text, of which it reads the end. */
  nextToken(text: string, options?: NextTokenOptions, cancel?: CancellationToken): Promise<NextToken>;
  /** What the model thought of each token of a text of at most 100,000 UTF-16 units. */
  score(text: string, cancel?: CancellationToken): Promise<ScoredToken[]>;
  /** Whole words that go on at a place. Nothing of the writer's memory is mixed in. */
  complete(place: PlaceInText, options?: CompleteOptions, cancel?: CancellationToken): Promise<TextCompletion[]>;
}

export interface Model {
  readonly name: string;
  /** Longest text that it reads at once, in tokens. */
  readonly contextLength: number;
  /** The server that runs it, if the user has set one: what is asked then leaves the machine. */
  readonly server?: string;
}

export interface Token {
  readonly id: number;
  /** Where it stands in the text, in UTF-16 units: half-open, and without gaps. */
  readonly start: number;
  readonly end: number;
}

export interface Candidate {
  readonly id: number;
  readonly text: string;
  /** From 0 to 1, of all tokens. */
  readonly probability: number;
}

export interface NextTokenOptions {
  /** How many candidates; 10 by default, 1,000 at most. */
  readonly top?: number;
}

export interface NextToken {
  /** Most probable first. */
  readonly candidates: readonly Candidate[];
  /** In bits, of the whole distribution. */
  readonly entropy: number;
}

export interface ScoredToken extends Token {
  /** Null for the first token, before which the model saw nothing. */
  readonly probability: number | null;
  /** 0 for the model's first choice. */
  readonly rank: number | null;
}

export interface PlaceInText {
  readonly before: string;
  /** The rest of the line: what is suggested does not repeat it. */
  readonly after?: string;
}

export interface CompleteOptions {
  /** Longest completion in tokens; 16 by default, 64 at most. */
  readonly maxTokens?: number;
  /** How many different ones; 1 by default, 5 at most. */
  readonly alternatives?: number;
}

export interface TextCompletion {
  readonly text: string;
  /** Summed log-probability of its tokens, in nats. */
  readonly logprob: number;
}
