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

/** What the engine must be able to do for the panel. */
export type PanelEngine = Pick<
  Engine,
  'info' | 'tokenizer' | 'explain' | 'logits' | 'score' | 'generate' | 'inspect' | 'words' | 'recall' | 'stats'
>;

/** A cursor in a document. */
export interface CursorPlace {
  /** Names the document; part of the position's key. */
  readonly uri: string;
  /** What the document is called on screen. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** An explained place: what is sent to the webview, and where its text begins in the document. */
export interface Explained {
  readonly message: PositionMessage;
  readonly window: Window;
  /** The cursor, for the memory of the writer's texts. */
  readonly cursor: MemoryPlace;
  readonly work: WorkMessage;
  /** The name of the model that explained it. */
  readonly model: string;
}

/** What the model would rather have said, for each token. */
const ALTERNATIVES = 5;
/** Tokens after the cursor that are shown and scored again for a branch. */
const AFTER = 24;
/** Characters in which they certainly lie. */
const AFTER_CHARACTERS = 600;
/** Tokens a branch is followed by. */
const CONTINUATION = 12;
const WORDS = 12;

/** Turns places and questions about them into the messages that answer them; all model runs of the panel start here. */
export class Explainer {
  readonly #engine: PanelEngine;
  readonly #modelPath: () => string | undefined;
  readonly #dropped = new TokenCounter();
  #serial = 0;

  /** @param modelPath where the model of this machine lies; undefined for the default model */
  constructor(engine: PanelEngine, modelPath: () => string | undefined = () => undefined) {
    this.#engine = engine;
    this.#modelPath = modelPath;
  }

  /** Changes with the model. */
  async modelId(): Promise<string> {
    return (await this.#engine.info()).id;
  }

  /** How many tokens are known: of a server's they become more as it names them. */
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

  /** Explains a place: one call of the engine, as all it knows of the model travels with the engine's health. */
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

  /** Tries `ids` at the cursor: what would follow, and what becomes of the tokens that already stand after it. */
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
   * The text that tokens spell, to be put into a document.
   * @throws Error that says why it cannot stand there: an id that the model does not have, or a part of a character
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

  /** What the writer's texts say after a text of which the model says this. */
  async #recall(
    request: LogitsRequest,
    place: MemoryPlace,
    logits: Float32Array,
  ): Promise<Pick<BranchMessage, 'recalled'>> {
    const confidence = Math.exp(logits[argmax(logits)] - normaliser(logits));
    const recalled = await this.#engine.recall({ ...request, place, confidence });
    return recalled ? { recalled } : {};
  }

  /** Tokens before the window. White space at a cut would be cut otherwise than in the text: the next token goes along. */
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

/** What the panel cannot show of a server's model. */
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

/** The first tokens of a text, none of which ends inside a character. */
function tokensAfter(after: string, tokenizer: Tokenizer): PositionMessage['after'] {
  const near = after.slice(0, AFTER_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
  const tokens = tokenizer.tokenize(near);
  let count = Math.min(tokens.length, AFTER);
  while (count > 0 && count < tokens.length && tokens[count - 1].utf16[1] > tokens[count].utf16[0]) count--;
  return tokens.slice(0, count);
}

/** Runs a beam search after a text and keeps every step of it. */
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

/** FNV-1a, 32 bits: tells texts apart well enough to know that nothing changed since a reload. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(36);
}
