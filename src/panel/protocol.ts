import * as v from 'valibot';
import { TEXT_FORMATS } from '../pictures/write';
import { LESSON_IDS } from './lesson';

/**
 * What the extension host and the webview say to each other. Both sides run every message through these schemas:
 * whatever does not fit is dropped, so neither side can be made to act on something malformed.
 */

/** The id of the element of the page with its translations. */
export const TEXTS = 'texts';

const list = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.readonly());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Tokens of the longest branch that can be tried, and those that a beam search writes after it at most. */
export const LONGEST_BRANCH = 48;
const LONGEST_SEARCH = 32;
const tokenIds = v.pipe(v.array(count), v.maxLength(LONGEST_BRANCH), v.readonly());
const insertedIds = v.pipe(v.array(count), v.minLength(1), v.maxLength(LONGEST_BRANCH + LONGEST_SEARCH), v.readonly());
const span = v.pipe(
  v.tuple([count, count]),
  v.check(([from, to]) => from <= to, 'a span ends where it starts or after'),
  v.readonly(),
);
const floats = v.custom<Float32Array>((value) => value instanceof Float32Array);

export const lessonId = v.picklist(LESSON_IDS);

const candidate = v.object({ id: count, text: v.string(), logprob: v.number() });

const token = v.object({ id: count, text: v.string(), display: v.string(), bytes: span, utf16: span });

const scoredToken = v.object({
  ...token.entries,
  logprob: v.nullable(v.number()),
  rank: v.nullable(count),
  top: list(candidate),
});

/** What the writer's texts say comes next: see `Recollection` of the engine. */
const recollection = v.object({
  modelShare: v.number(),
  ids: v.custom<Int32Array>((value) => value instanceof Int32Array),
  addends: v.custom<Float64Array>((value) => value instanceof Float64Array),
});

/** A place in a document whose next token is explained. `id` names it in every later message about it. */
const position = v.object({
  type: v.literal('position'),
  id: count,
  /** Names document, place and text; the same after a reload as long as nothing changed. */
  key: v.string(),
  document: v.string(),
  /** The text the model sees, up to the cursor; token spans count from its start. */
  text: v.string(),
  tokens: list(scoredToken),
  /** The `<|endoftext|>` put before the text where the document starts, or null where the window starts later. */
  start: v.nullable(count),
  /** Tokens between the start of the document and the cursor, seen or not. */
  tokensBefore: count,
  /** What stands after the cursor, which the model cannot see; spans count from the cursor. */
  after: list(token),
  /** Raw float32 `[vocabSize]` after the last token. */
  logits: floats,
  /** Absent where the writer's texts say nothing. */
  recalled: v.optional(recollection),
});

/** What would follow if `ids` stood at the cursor. */
const branch = v.object({
  type: v.literal('branch'),
  position: count,
  ids: tokenIds,
  /** The tokens of the branch, each scored after the ones before it. */
  tokens: list(scoredToken),
  logits: floats,
  recalled: v.optional(recollection),
  /** The most probable continuation. */
  continuation: list(candidate),
  /** The tokens after the cursor: log-probability as the text stands, and after the branch. */
  after: list(v.object({ ...token.entries, before: v.nullable(v.number()), now: v.nullable(v.number()) })),
});

const words = v.object({
  type: v.literal('words'),
  position: count,
  ids: tokenIds,
  words: list(v.object({ text: v.string(), probability: v.number(), tokenisations: count })),
  /** Probability that the search has placed; the rest belongs to words it did not reach. */
  covered: v.number(),
});

const why = v.object({
  type: v.literal('why'),
  position: count,
  ids: tokenIds,
  candidate: count,
  layers: count,
  heads: count,
  /** Tokens attended to, oldest first: the start token if there is one, the position's, the branch's. */
  tokens: count,
  /** Weights of the last token, float32 `[layers, heads, tokens]`. */
  attention: floats,
  lens: list(v.object({ layer: count, top: list(candidate), candidateLogprob: v.number(), candidateRank: count })),
});

/** A view of the panel, and what is to become of it. */
const wantedExport = v.object({
  kind: v.picklist(['tokens', 'next', 'stages', 'beams', 'attention', 'lens', 'words']),
  format: v.picklist([...TEXT_FORMATS, 'png']),
  action: v.picklist(['copy', 'save']),
});

/** How to search: options of Hugging Face `generate()` under short names. */
export const beamSearch = v.pipe(
  v.object({
    beams: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(8)),
    groups: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8)),
    /** Taken off for each earlier group that chose the same token; acts with more than one group. */
    diversity: v.pipe(v.number(), v.minValue(0.1), v.maxValue(5)),
    tokens: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LONGEST_SEARCH)),
    lengthPenalty: v.pipe(v.number(), v.minValue(-2), v.maxValue(3)),
  }),
  v.check(({ beams, groups }) => beams % groups === 0, 'the beams share out evenly among the groups'),
);

/** A beam search after `ids`, step by step. */
const beams = v.object({
  type: v.literal('beams'),
  position: count,
  ids: tokenIds,
  search: beamSearch,
  steps: list(
    v.object({
      nodes: list(
        v.object({
          node: count,
          parent: v.nullable(count),
          id: count,
          logprob: v.number(),
          score: v.number(),
          group: count,
          state: v.picklist(['running', 'finished', 'pruned']),
        }),
      ),
      displaced: list(count),
    }),
  ),
  /** The texts it found, best first. */
  best: list(
    v.object({
      ids: tokenIds,
      score: v.number(),
      finish: v.picklist(['length', 'end-of-text', 'stop', 'time', 'cancelled']),
    }),
  ),
});

const toPanel = v.variant('type', [
  v.object({
    type: v.literal('model'),
    name: v.string(),
    /** How its weights are kept, or where it runs. */
    precision: v.string(),
    /** What `--model` of the command line is for this model; absent for the default model. */
    path: v.optional(v.string()),
    layers: count,
    heads: count,
    contextLength: count,
    /** What a model server does not give, in a sentence. */
    note: v.nullable(v.string()),
    /** The bytes of every token by id, one UTF-16 unit for each byte. */
    vocabulary: list(v.string()),
  }),
  position,
  branch,
  words,
  why,
  beams,
  /** A question about this position that the model failed to answer, and why. */
  v.object({
    type: v.literal('unanswered'),
    position: count,
    question: v.picklist(['try', 'words', 'why', 'beams']),
    message: v.string(),
  }),
  /** What is selected in the editor, in UTF-16 units of the position's text. */
  v.object({ type: v.literal('highlight'), position: count, span: v.nullable(span) }),
  /** What the engine has done since it started. */
  v.object({ type: v.literal('work'), runs: count, tokensFed: count }),
  /** A view is wanted as a picture or as numbers, as soon as there is something in it. */
  v.object({ type: v.literal('export'), ...wantedExport.entries }),
  /** An SVG is wanted as a PNG; on the clipboard too, where it is to be copied. */
  v.object({ type: v.literal('rasterise'), request: count, svg: v.string(), copy: v.boolean() }),
  /** Begin the lesson. */
  v.object({ type: v.literal('lesson') }),
  v.object({ type: v.literal('status'), state: v.picklist(['ready', 'thinking', 'waiting']), message: v.string() }),
]);

const fromPanel = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('select'), position: count, span }),
  v.object({ type: v.literal('insert'), position: count, ids: insertedIds }),
  v.object({ type: v.literal('try'), position: count, ids: v.pipe(tokenIds, v.minLength(1)) }),
  v.object({ type: v.literal('words'), position: count, ids: tokenIds }),
  v.object({ type: v.literal('why'), position: count, ids: tokenIds, candidate: count }),
  v.object({ type: v.literal('beams'), position: count, ids: tokenIds, search: beamSearch }),
  v.object({ type: v.literal('undo') }),
  /** A view as a picture or as numbers; a PNG in base64. */
  v.object({ type: v.literal('exported'), ...wantedExport.entries, content: v.string() }),
  /** The PNG of an SVG in base64; empty where it cannot be drawn, or not be copied. */
  v.object({ type: v.literal('rasterised'), request: count, png: v.string() }),
  /** The steps of the lesson that have been done. */
  v.object({ type: v.literal('learnt'), steps: list(lessonId) }),
]);

export type ToPanel = v.InferOutput<typeof toPanel>;
export type FromPanel = v.InferOutput<typeof fromPanel>;
/** A question about a position; each gets an answer, or is said to be unanswered, unless a newer one takes its place. */
export type Question = Extract<FromPanel, { type: 'try' | 'words' | 'why' | 'beams' }>;
export type ModelMessage = Extract<ToPanel, { type: 'model' }>;
export type Recollection = v.InferOutput<typeof recollection>;
export type PositionMessage = v.InferOutput<typeof position>;
export type BranchMessage = v.InferOutput<typeof branch>;
export type WordsMessage = v.InferOutput<typeof words>;
export type WhyMessage = v.InferOutput<typeof why>;
export type WorkMessage = Extract<ToPanel, { type: 'work' }>;
export type BeamSearch = v.InferOutput<typeof beamSearch>;
export type BeamsMessage = v.InferOutput<typeof beams>;
/** What is wanted of a view. */
export type WantedExport = v.InferOutput<typeof wantedExport>;
/** A view as a picture or as numbers. */
export type Exported = Extract<FromPanel, { type: 'exported' }>;
export type PanelToken = v.InferOutput<typeof scoredToken>;

/** A message from the host, or null when it is none. */
export function readToPanel(data: unknown): ToPanel | null {
  const result = v.safeParse(toPanel, data);
  return result.success ? result.output : null;
}

/** A message from the webview, or null when it is none. */
export function readFromPanel(data: unknown): FromPanel | null {
  const result = v.safeParse(fromPanel, data);
  return result.success ? result.output : null;
}
