import type { CompleteRequest, Completion, Suggestion } from '../core/completion/types';
import { createRng } from '../core/decoding/random';
import type { Calibration } from '../core/ghostText/calibration';
import { gate, stays } from '../core/ghostText/gate';
import { medianPause, TypingPace } from '../core/ghostText/pace';
import { remainder } from '../core/ghostText/remainder';
import { MarkdownDocument, readMarkdown, typographyOf } from '../core/markdown';
import { countWords, usefulLength } from './match';

/** A text, and what would be suggested before each of its keys. */
export interface KeyRecording {
  readonly text: string;
  /** One for each of the first keys; null where there is nothing to say. */
  readonly suggestions: readonly (Suggestion | null)[];
}

/** What a writer sees who types a text. Shares are from 0 to 1. */
export interface KeyFigures {
  /** Share of the keys after which there is grey text: what `inkling.ghostText.triggerRate` is about. */
  readonly grey: number;
  /** Different suggestions, for each key. */
  readonly suggestions: number;
  /** Share of them under three characters. */
  readonly short: number;
  /** Share of them on screen for less than 200 ms. */
  readonly brief: number;
  /** Share of them of which the first word is right. */
  readonly firstRight: number;
  /** Characters taken less the keys that take them, for each character, by a writer who takes every useful word. */
  readonly saved: number;
}

/** Text before the first key that the model may read, in characters. */
const BEFORE = 1500;
/** Keys that VS Code waits for before it asks, and the model for its answer, in ms. */
const ANSWER_MS = 75;
const GLANCE_MS = 200;
const SEED = 1;

/** Asks for a suggestion before each of `count` keys of a text, from the key `from` on, with the gate open. */
export async function recordKeys(
  complete: (request: CompleteRequest) => Promise<Completion>,
  text: string,
  { from, count, markdown }: { readonly from: number; readonly count: number; readonly markdown: boolean },
  onKey: () => void = () => {},
): Promise<KeyRecording> {
  const start = Math.max(0, from - BEFORE);
  const suggestions: (Suggestion | null)[] = [];
  for (let at = from; at < from + count; at++) {
    const prefix = text.slice(start, at);
    const request = markdown
      ? readMarkdown(new MarkdownDocument(prefix), prefix.length).request
      : { prefix, style: typographyOf(prefix) };
    const completion = await complete({ ...request, maxTokens: 12, minTokenLogprob: Math.log(0.02) });
    suggestions.push(completion.suggestions[0] ?? null);
    onKey();
  }
  return { text: text.slice(from), suggestions };
}

/** Types the recorded keys at 80 words a minute, by the gate's rule: the same each time. */
function typeKeys({ text, suggestions }: KeyRecording, rate: number, calibration: Calibration): KeyFigures {
  const pauses = pausesOf(text.slice(0, suggestions.length));
  const pace = new TypingPace();
  const screen: (Suggestion | null)[] = [];
  const shownMs: number[] = [];
  let [current, since, now] = [null as Suggestion | null, 0, 0];
  let [count, short, firstRight] = [0, 0, 0];
  for (const [at, found] of suggestions.entries()) {
    const before = text.slice(Math.max(0, at - 8), at);
    if (at > 0) pace.key(before.slice(0, -1), now);
    const left = current && at > 0 ? remainder(current, text[at - 1]) : null;
    if (current && !(left && stays(left, now - since, rate))) shownMs.push(now - since);
    current = left && stays(left, now - since, rate) ? left : null;
    if (!current && found) {
      const moment = { rate, before, pace, waited: ANSWER_MS };
      const first = gate({ suggestions: [found], reason: found.ended }, moment, calibration);
      const waited = ANSWER_MS + (first.waitMs ?? 0);
      const { completion } =
        first.waitMs === undefined
          ? first
          : gate({ suggestions: [found], reason: found.ended }, { ...moment, waited }, calibration);
      current = waited < pauses[at] ? (completion.suggestions[0] ?? null) : null;
      if (current) {
        since = now + waited;
        count++;
        if (current.text.trim().length < 3) short++;
        const word = current.words[0]?.length ?? current.text.length;
        if (usefulLength(current.text.slice(0, word), text.slice(at)) > 0) firstRight++;
      }
    }
    screen.push(current);
    now += pauses[at];
  }
  const keys = suggestions.length;
  return {
    grey: screen.filter(Boolean).length / keys,
    suggestions: count / keys,
    short: short / Math.max(1, count),
    brief: shownMs.filter((ms) => ms < GLANCE_MS).length / Math.max(1, count),
    firstRight: firstRight / Math.max(1, count),
    saved: savedBy(text, screen) / keys,
  };
}

/** The figures of several recordings, weighed by their keys. */
export function typeAll(recordings: readonly KeyRecording[], rate: number, calibration: Calibration): KeyFigures {
  const each = recordings.map((recording) => ({
    ...typeKeys(recording, rate, calibration),
    keys: recording.suggestions.length,
  }));
  const mean = (of: (figures: (typeof each)[number]) => number, weight: (figures: (typeof each)[number]) => number) => {
    const total = each.reduce((sum, figures) => sum + weight(figures), 0);
    return total === 0 ? 0 : each.reduce((sum, figures) => sum + of(figures) * weight(figures), 0) / total;
  };
  const ofKeys = ({ keys }: (typeof each)[number]) => keys;
  const ofSuggestions = ({ keys, suggestions }: (typeof each)[number]) => keys * suggestions;
  return {
    grey: mean(({ grey }) => grey, ofKeys),
    suggestions: mean(({ suggestions }) => suggestions, ofKeys),
    short: mean(({ short }) => short, ofSuggestions),
    brief: mean(({ brief }) => brief, ofSuggestions),
    firstRight: mean(({ firstRight }) => firstRight, ofSuggestions),
    saved: mean(({ saved }) => saved, ofKeys),
  };
}

function savedBy(text: string, screen: readonly (Suggestion | null)[]): number {
  let saved = 0;
  for (let at = 0; at < screen.length; ) {
    const suggestion = screen[at]?.text ?? '';
    const useful = usefulLength(suggestion, text.slice(at));
    if (useful > 0) saved += useful - (useful === suggestion.length ? 1 : countWords(suggestion.slice(0, useful)));
    at += Math.max(1, useful);
  }
  return saved;
}

/** The milliseconds before each key, log-normal, 80 words of five characters a minute in all. */
function pausesOf(text: string): number[] {
  const rng = createRng(SEED);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
  const relative = Array.from({ length: text.length }, (_, at) => {
    const { longer, spread } = medianPause(text.slice(Math.max(0, at - 8), at));
    return longer * Math.exp(spread * normal());
  });
  const unit = (60_000 * text.length) / 5 / 80 / relative.reduce((sum, pause) => sum + pause, 0);
  return relative.map((pause) => pause * unit);
}
