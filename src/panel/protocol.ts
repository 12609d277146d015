import * as v from 'valibot';
import { TEXT_FORMATS } from '../pictures/write';
import { LESSON_IDS } from './lesson';

/**
 * Messages between the extension host and the webview. Both sides validate what they receive against these schemas and
 * drop what does not match.
 */

/** Id of the page's element that holds the translations. */
export const TEXTS = 'texts';

const list = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.readonly());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Most tokens of a branch, and most tokens that a beam search adds after one. */
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

/** What the writer's memory expects next; see `Recollection` in the engine. */
const recollection = v.object({
  modelShare: v.number(),
  ids: v.custom<Int32Array>((value) => value instanceof Int32Array),
  addends: v.custom<Float64Array>((value) => value instanceof Float64Array),
});

/** A place in a document whose next token is explained. Later messages refer to it by `id`. */
const position = v.object({
  type: v.literal('position'),
  id: count,
  /** Hash of document, place and text; unchanged by a reload as long as these are. */
  key: v.string(),
  document: v.string(),
  /** The text that the model reads, up to the cursor; token spans are offsets in it. */
  text: v.string(),
  tokens: list(scoredToken),
  /** The `<|endoftext|>` before the text where the window starts with the document, otherwise null. */
  start: v.nullable(count),
  /** Tokens between the start of the document and the cursor, whether the model sees them or not. */
  tokensBefore: count,
  /** Tokens after the cursor, which the model cannot see; spans are relative to the cursor. */
  after: list(token),
  /** Raw float32 logits after the last token, `[vocabSize]`. */
  logits: floats,
  /** Absent where the memory expects nothing. */
  recalled: v.optional(recollection),
});

/** The result of trying `ids` at the cursor. */
const branch = v.object({
  type: v.literal('branch'),
  position: count,
  ids: tokenIds,
  /** The tokens of the branch, each scored given those before it. */
  tokens: list(scoredToken),
  logits: floats,
  recalled: v.optional(recollection),
  /** The most probable continuation. */
  continuation: list(candidate),
  /** The tokens after the cursor: log-probability in the document as it is, and after the branch. */
  after: list(v.object({ ...token.entries, before: v.nullable(v.number()), now: v.nullable(v.number()) })),
});

const words = v.object({
  type: v.literal('words'),
  position: count,
  ids: tokenIds,
  words: list(v.object({ text: v.string(), probability: v.number(), tokenisations: count })),
  /** Probability mass assigned to words; the rest belongs to words that the search did not reach. */
  covered: v.number(),
});

const why = v.object({
  type: v.literal('why'),
  position: count,
  ids: tokenIds,
  candidate: count,
  layers: count,
  heads: count,
  /** Number of tokens attended to, oldest first: the start token if any, then the text, then the branch. */
  tokens: count,
  /** Attention weights of the last token, float32 `[layers, heads, tokens]`. */
  attention: floats,
  lens: list(v.object({ layer: count, top: list(candidate), candidateLogprob: v.number(), candidateRank: count })),
});

/** A view of the panel, in which format, and whether to copy or save it. */
const wantedExport = v.object({
  kind: v.picklist(['tokens', 'next', 'stages', 'beams', 'attention', 'lens', 'words']),
  format: v.picklist([...TEXT_FORMATS, 'png']),
  action: v.picklist(['copy', 'save']),
});

/** Settings of a beam search: options of Hugging Face `generate()` under short names. */
export const beamSearch = v.pipe(
  v.object({
    beams: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(8)),
    groups: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8)),
    /** Diversity penalty per earlier group that chose the same token; has no effect with a single group. */
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
  /** The finished texts, best first. */
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
    /** Precision of the weights, or the server's host. */
    precision: v.string(),
    /** Value of `--model` on the command line; absent for the default model. */
    path: v.optional(v.string()),
    layers: count,
    heads: count,
    contextLength: count,
    /** What a model server cannot provide, as a sentence. */
    note: v.nullable(v.string()),
    /** The bytes of every token by id, one UTF-16 unit per byte. */
    vocabulary: list(v.string()),
  }),
  position,
  branch,
  words,
  why,
  beams,
  /** The model failed to answer a question about this position; says why. */
  v.object({
    type: v.literal('unanswered'),
    position: count,
    question: v.picklist(['try', 'words', 'why', 'beams']),
    message: v.string(),
  }),
  /** The selection in the editor, in UTF-16 units of the position's text. */
  v.object({ type: v.literal('highlight'), position: count, span: v.nullable(span) }),
  /** The engine's work since it started. */
  v.object({ type: v.literal('work'), runs: count, tokensFed: count }),
  /** Asks for a view as a picture or as numbers, as soon as it has content. */
  v.object({ type: v.literal('export'), ...wantedExport.entries }),
  /** Asks for an SVG as PNG, and to put it on the clipboard if `copy`. */
  v.object({ type: v.literal('rasterise'), request: count, svg: v.string(), copy: v.boolean() }),
  /** Starts the lesson. */
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
  /** A view as a picture or as numbers; a PNG is base64. */
  v.object({ type: v.literal('exported'), ...wantedExport.entries, content: v.string() }),
  /** The PNG of an SVG as base64; empty if it could not be drawn or copied. */
  v.object({ type: v.literal('rasterised'), request: count, png: v.string() }),
  /** The completed steps of the lesson. */
  v.object({ type: v.literal('learnt'), steps: list(lessonId) }),
]);

export type ToPanel = v.InferOutput<typeof toPanel>;
export type FromPanel = v.InferOutput<typeof fromPanel>;
/**
 * A question about a position. Each is answered or reported as unanswered, unless a newer one of its kind replaces it.
 */
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
export type WantedExport = v.InferOutput<typeof wantedExport>;
/** An exported view. */
export type Exported = Extract<FromPanel, { type: 'exported' }>;
export type PanelToken = v.InferOutput<typeof scoredToken>;

/** Validates a message from the host; null if it does not match the schema. */
export function readToPanel(data: unknown): ToPanel | null {
  const result = v.safeParse(toPanel, data);
  return result.success ? result.output : null;
}

/** Validates a message from the webview; null if it does not match the schema. */
export function readFromPanel(data: unknown): FromPanel | null {
  const result = v.safeParse(fromPanel, data);
  return result.success ? result.output : null;
}
