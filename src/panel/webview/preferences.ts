import * as v from 'valibot';
import { beamSearch, lessonId } from '../protocol';

const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));

/** Settings of decoding, with the names and neutral values of Hugging Face `generate()`. */
const shaping = v.object({
  temperature: v.optional(between(0.05, 2), 1),
  /** 0 keeps all tokens. */
  topK: v.optional(v.pipe(between(0, 200), v.integer()), 0),
  topP: v.optional(between(0.01, 1), 1),
  minP: v.optional(between(0, 1), 0),
  typicalP: v.optional(between(0.01, 1), 1),
  repetitionPenalty: v.optional(between(1, 2), 1),
});

/** The tools below the bars, one of which is open. */
export const TOOLS = ['shaping', 'sampler', 'branches', 'beams', 'words', 'why'] as const;

export type Tool = (typeof TOOLS)[number];

const preferences = v.object({
  colour: v.optional(v.picklist(['boundary', 'rank', 'surprisal', 'attention']), 'boundary'),
  notation: v.optional(v.picklist(['gpt2', 'plain']), 'plain'),
  /** Rank limits of the colours (GLTR). */
  thresholds: v.optional(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.length(3)), [10, 100, 1000]),
  bars: v.optional(v.pipe(between(5, 200), v.integer()), 20),
  shaping: v.optional(shaping, {}),
  /** The stage whose distribution the bars show; null for the last one. */
  stage: v.optional(v.nullable(v.string()), null),
  /** Whether the later stages start from the mixture of model and memory instead of the model's own distribution. */
  memory: v.optional(v.boolean(), false),
  seed: v.optional(v.pipe(v.number(), v.integer(), between(0, 0xffffffff)), 42),
  tool: v.optional(v.picklist(TOOLS), 'shaping'),
  /** The current step of the lesson; null when the tour is closed. */
  guide: v.optional(v.nullable(lessonId), null),
  /** The completed steps of the lesson. */
  learnt: v.optional(v.array(lessonId), []),
  beam: v.optional(beamSearch, { beams: 3, groups: 1, diversity: 1, tokens: 8, lengthPenalty: 1 }),
  /** The attention to draw: null averages over all layers or heads. */
  layer: v.optional(v.nullable(v.pipe(v.number(), v.integer())), null),
  head: v.optional(v.nullable(v.pipe(v.number(), v.integer())), null),
});

export type Shaping = v.InferOutput<typeof shaping>;
export type Preferences = v.InferOutput<typeof preferences>;

/** State that survives hiding the view and reloading the window. */
const saved = v.object({
  preferences,
  /** Branches tried, and at which place. */
  branches: v.object({ key: v.string(), tried: v.array(v.array(v.number())), at: v.array(v.number()) }),
});

export type Saved = v.InferOutput<typeof saved>;

export const defaults: Preferences = v.parse(preferences, {});

/** The saved state, or the defaults where it is missing or invalid. */
export function restore(data: unknown): Saved {
  const result = v.safeParse(saved, data);
  return result.success ? result.output : { preferences: defaults, branches: { key: '', tried: [], at: [] } };
}
