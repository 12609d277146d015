import * as l10n from '@vscode/l10n';
import { argmax, normaliser } from '../core/logits';
import type { Tokenizer } from '../core/tokenizer';
import { glyphsOf } from '../core/tokenizer/glyphs';
import type {
  BeamStep,
  Candidate,
  Engine,
  EngineStats,
  LogitsRequest,
  MemoryPlace,
  ScoredToken,
  ServerModelInfo,
} from '../engine/api';
import type {
  BeamSearch,
  BeamsMessage,
  BranchMessage,
  ModelMessage,
  PositionMessage,
  WhyMessage,
  WordsMessage,
  WorkMessage,
} from './protocol';
import { TokenCounter, type Window, windowBefore } from './window';

/** The part of the engine that the panel needs. */
export type PanelEngine = Pick<
  Engine,
  'info' | 'tokenizer' | 'explain' | 'logits' | 'score' | 'generate' | 'inspect' | 'words' | 'recall' | 'stats'
>;

/** A cursor in a document. */
export interface CursorPlace {
  /** Identifies the document; part of the position's key. */
  readonly uri: string;
  /** The document's name as shown to the writer. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** An explained place: the message for the webview, and what later questions about the place need. */
export interface Explained {
  readonly message: PositionMessage;
  readonly window: Window;
  /** The cursor's place in its document, for the memory of the writer's texts. */
  readonly cursor: MemoryPlace;
  readonly work: WorkMessage;
  /** The name of the model that explained it. */
  readonly model: string;
}

/** Alternatives shown for each token of the text. */
const ALTERNATIVES = 5;
/** Tokens after the cursor that are shown, and scored again for each branch. */
const AFTER = 24;
/** Characters after the cursor that are tokenized to get `AFTER` tokens. */
const AFTER_CHARACTERS = 600;
/** Length of the continuation shown after a branch, in tokens. */
const CONTINUATION = 12;
const WORDS = 12;

/** Answers the panel's questions about a place with messages for the page; every model run of the panel starts here. */
export class Explainer {
  readonly #engine: PanelEngine;
  readonly #modelPath: () => string | undefined;
  readonly #dropped = new TokenCounter();
  #serial = 0;

  /** @param modelPath path of the local model; undefined for the default model */
  constructor(engine: PanelEngine, modelPath: () => string | undefined = () => undefined) {
    this.#engine = engine;
    this.#modelPath = modelPath;
  }

  /** Identifies the model: changes whenever another model answers. */
  async modelId(): Promise<string> {
    return (await this.#engine.info()).id;
  }

  /** Number of known tokens. It grows with a server's model, whose tokens become known as the server names them. */
  async vocabularySize(): Promise<number> {
    return (await this.#engine.info()).vocabSize;
  }

  async model(): Promise<ModelMessage> {
    const info = await this.#engine.info();
    const { name, contextLength, vocabSize } = info;
    const tokenizer = await this.#engine.tokenizer();
    const vocabulary = Array.from({ length: vocabSize }, (_, id) =>
      tokenizer.has(id) ? String.fromCharCode(...tokenizer.tokenBytes(id)) : '',
    );
    const facts = info.server
      ? { precision: l10n.t('on {0}', info.server.host), layers: 0, heads: 0, note: lacksOf(info.server) }
      : { precision: info.precision, layers: info.layers, heads: info.heads, note: null, path: this.#modelPath() };
    return { type: 'model', name, ...facts, contextLength, vocabulary };
  }

  async work(): Promise<WorkMessage> {
    return workOf(await this.#engine.stats());
  }

  /** Explains a place with a single call of the engine; the facts about the model come with the engine's health. */
  async position(place: CursorPlace, signal: AbortSignal): Promise<Explained> {
    const { id, contextLength, name } = await this.#engine.info();
    const tokenizer = await this.#engine.tokenizer();
    const window = windowBefore(place.before, contextLength, tokenizer);
    const request = requestFor(window);
    const cursor = { document: place.uri, offset: place.before.length };
    const question = { ...request, top: ALTERNATIVES, place: cursor };
    const { tokens, logits, recalled, stats } = await this.#engine.explain(question, signal);
    const message: PositionMessage = {
      type: 'position',
      id: ++this.#serial,
      key: `${place.uri}#${place.before.length} ${hash(`${id} ${window.text}`)}`,
      document: place.name,
      text: window.text,
      tokens,
      start: (window.fromTheStart ? tokenizer.start : tokenizer.opening)[0] ?? null,
      tokensBefore: this.#countDropped(place.before, window, tokenizer) + window.tokens.length,
      after: tokensAfter(place.after, tokenizer),
      logits,
      ...(recalled && { recalled }),
    };
    return { message, window, cursor, work: workOf(stats), model: name };
  }

  /** Tries `ids` at the cursor: the most probable continuation, and new scores for the tokens after the cursor. */
  async branch(place: Explained, ids: readonly number[], signal: AbortSignal): Promise<BranchMessage> {
    const request = requestFor(place.window);
    const after = place.message.after;
    const afterIds = after.map(({ id }) => id);
    const before = await this.#scoresAfter(place, afterIds, signal);
    const now = await this.#scoresAfter(place, [...ids, ...afterIds], signal);
    const logits = await this.#engine.logits({ ...request, appended: ids }, signal);
    return {
      type: 'branch',
      position: place.message.id,
      ids,
      tokens: now.slice(0, ids.length),
      logits,
      ...(await this.#recall({ ...request, appended: ids }, place.cursor, logits)),
      continuation: await this.#continuation({ ...request, appended: ids }, signal),
      after: after.map((token, i) => ({ ...token, before: before[i].logprob, now: now[ids.length + i].logprob })),
    };
  }

  async words(place: Explained, ids: readonly number[], signal: AbortSignal): Promise<WordsMessage> {
    const found = await this.#engine.words({ ...requestFor(place.window), appended: ids, count: WORDS }, signal);
    return { type: 'words', position: place.message.id, ids, ...found };
  }

  async beams(
    place: Explained,
    ids: readonly number[],
    search: BeamSearch,
    signal: AbortSignal,
  ): Promise<BeamsMessage> {
    const request = { ...requestFor(place.window), appended: ids };
    const found = await searchBeams(this.#engine, request, search, signal);
    return { type: 'beams', position: place.message.id, ids, search, ...found };
  }

  async why(place: Explained, ids: readonly number[], candidate: number, signal: AbortSignal): Promise<WhyMessage> {
    const request = { ...requestFor(place.window), appended: ids, candidate };
    const { layers, heads, tokens, attention, lens } = await this.#engine.inspect(request, signal);
    return {
      type: 'why',
      position: place.message.id,
      ids,
      candidate,
      layers,
      heads,
      tokens,
      attention,
      lens,
    };
  }

  /**
   * The text that tokens spell, to be inserted into a document.
   * @throws Error when the model lacks one of the ids, or the bytes are not whole characters
   */
  async textOf(ids: readonly number[]): Promise<string> {
    const tokenizer = await this.#engine.tokenizer();
    const unknown = ids.find((id) => !tokenizer.has(id));
    if (unknown !== undefined) throw new Error(l10n.t('The model has no token {0}.', unknown));
    if (ids.some((id) => tokenizer.isSpecial(id))) {
      throw new Error(l10n.t('This stands for other tokens, or for the end of a text, and is no text itself.'));
    }
    const text = tokenizer.decode(ids);
    if (!Buffer.from(text).equals(tokenizer.decodeBytes(ids))) {
      throw new Error(l10n.t('This token is only a part of a character and cannot stand alone in the text.'));
    }
    return text;
  }

  /** What the writer's memory expects after a text, given the model's logits there. */
  async #recall(
    request: LogitsRequest,
    place: MemoryPlace,
    logits: Float32Array,
  ): Promise<Pick<BranchMessage, 'recalled'>> {
    const confidence = Math.exp(logits[argmax(logits)] - normaliser(logits));
    const recalled = await this.#engine.recall({ ...request, place, confidence });
    return recalled ? { recalled } : {};
  }

  /**
   * Counts the tokens before the window. White space at a cut tokenizes differently there, so the next token is
   * included.
   */
  #countDropped(before: string, { start, tokens }: Window, tokenizer: Tokenizer): number {
    const next = tokens[0]?.utf16[1];
    return start === 0 || next === undefined ? 0 : this.#dropped.count(before.slice(0, start + next), tokenizer) - 1;
  }

  async #scoresAfter(place: Explained, appended: readonly number[], signal: AbortSignal): Promise<ScoredToken[]> {
    const scored = await this.#engine.score({ ...requestFor(place.window), appended, top: ALTERNATIVES }, signal);
    return scored.slice(scored.length - appended.length);
  }

  async #continuation(request: LogitsRequest, signal: AbortSignal): Promise<Candidate[]> {
    const config = { maxNewTokens: CONTINUATION, doSample: false };
    const { ids, logprobs } = await this.#engine.generate({ ...request, config }, undefined, signal);
    const tokenizer = await this.#engine.tokenizer();
    const glyphs = glyphsOf(ids.map((id) => tokenizer.tokenBytes(id)));
    return ids.map((id, i) => ({ id, text: glyphs[i], logprob: logprobs[i] }));
  }
}

/** A sentence on what the panel cannot show for a server's model. */
function lacksOf({ host, lacks }: ServerModelInfo['server']): string {
  return [
    lacks.includes('logprobs')
      ? l10n.t('{0} gives no probabilities, sums over words, attention or lens.', host)
      : l10n.t(
          '{0} gives the probabilities of its likeliest tokens, within which the sliders act, and no sums over words, attention or lens.',
          host,
        ),
    ...(lacks.includes('scores') ? [l10n.t('It gives no probabilities of the text that is there.')] : []),
    ...(lacks.includes('tokens')
      ? [l10n.t('It does not say where it cuts the text into tokens, so the text is cut at words here.')]
      : []),
  ].join(' ');
}

function workOf({ runs, tokensFed }: EngineStats): WorkMessage {
  return { type: 'work', runs, tokensFed };
}

function requestFor({ text, fromTheStart }: Window): LogitsRequest {
  return { text, bos: fromTheStart };
}

/** The first tokens of a text, up to `AFTER`, without one that ends inside a character. */
function tokensAfter(after: string, tokenizer: Tokenizer): PositionMessage['after'] {
  const near = after.slice(0, AFTER_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
  const tokens = tokenizer.tokenize(near);
  let count = Math.min(tokens.length, AFTER);
  while (count > 0 && count < tokens.length && tokens[count - 1].utf16[1] > tokens[count].utf16[0]) count--;
  return tokens.slice(0, count);
}

/** Runs a beam search after a text and records every step. */
async function searchBeams(
  engine: Pick<Engine, 'generate'>,
  request: LogitsRequest,
  { beams, groups, diversity, tokens, lengthPenalty }: BeamSearch,
  signal: AbortSignal,
): Promise<Pick<BeamsMessage, 'steps' | 'best'>> {
  const config = {
    numBeams: beams,
    numBeamGroups: groups,
    diversityPenalty: groups > 1 ? diversity : 0,
    maxNewTokens: tokens,
    lengthPenalty,
    numReturnSequences: beams,
  };
  const steps: BeamStep[] = [];
  const { sequences } = await engine.generate(
    { ...request, config },
    (event) => event.kind === 'beams' && steps.push(event),
    signal,
  );
  signal.throwIfAborted();
  return { steps, best: sequences.map(({ ids, score, finish }) => ({ ids, score, finish })) };
}

/** FNV-1a, 32 bits: enough to detect that nothing changed since a reload. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(36);
}
