import type { CompleteRequest, Completion, Suggestion } from '../core/completion/types';
import type { Calibration } from '../core/ghostText/calibration';
import { gate, type Moment, stays } from '../core/ghostText/gate';
import { TypingPace } from '../core/ghostText/pace';
import { remainder } from '../core/ghostText/remainder';
import { MarkdownDocument, readMarkdown } from '../core/markdown';
import { typographyOf } from '../core/text/typography';
import { type Answered, type Pressed, type ScreenCounts, screenCounts } from './screen';
import { type Keystroke, synthesise } from './trace';

/** A simulated typing session, slips and corrections included, with the suggestion after each key. */
export interface KeyRecording {
  readonly keys: readonly Pressed[];
  /** The text before the cursor after each key, its end only. */
  readonly before: readonly string[];
  /** Suggestions before the gate; null where there is none. */
  readonly suggestions: readonly (Suggestion | null)[];
}

/** Characters of context that the model may read before the first key. */
const BEFORE = 1500;
/** Characters before the cursor that the gate looks at. */
const NEAR = 16;
/** Characters at the end of a text that are not typed, but needed to judge the last suggestions. */
export const UNTYPED = 24;
const WORDS_PER_MINUTE = 80;
const SEED = 1;
/** Milliseconds between a key, or a re-trigger, and VS Code receiving the answer. */
const ANSWER_MS = 75;
const ASKED_AGAIN_MS = 15;

/**
 * Simulates typing `count` keys of a text, with a suggestion requested after each.
 * @param complete answers a request; its second argument is the text up to the cursor
 * @param from number of characters present before the first key
 */
export async function recordKeys(
  complete: (request: CompleteRequest, written: string) => Promise<Completion>,
  text: string,
  { from, count, markdown }: { readonly from: number; readonly count: number; readonly markdown: boolean },
  onKey: () => void = () => {},
): Promise<KeyRecording> {
  const options = { keystrokes: count, wordsPerMinute: WORDS_PER_MINUTE, seed: SEED, jumps: false };
  const trace = synthesise(text.slice(from), options);
  const known = new Map<string, Suggestion | null>();
  const before: string[] = [];
  const suggestions: (Suggestion | null)[] = [];
  const start = Math.max(0, from - BEFORE);
  let prefix = text.slice(start, from);
  for (const keystroke of trace) {
    prefix = keystroke.kind === 'type' ? prefix + keystroke.text : withoutLast(prefix);
    let suggestion = known.get(prefix);
    // After a deletion the model is not asked; a suggestion appears only if this text was reached by typing before.
    if (suggestion === undefined && keystroke.kind === 'type') {
      const request = markdown
        ? readMarkdown(new MarkdownDocument(prefix), prefix.length).request
        : { prefix, style: typographyOf(prefix) };
      const asked = { ...request, maxTokens: 12, minTokenLogprob: Math.log(0.02) };
      const completion = await complete(asked, text.slice(0, start) + prefix);
      suggestion = completion.suggestions[0] ?? null;
      known.set(prefix, suggestion);
    }
    before.push(prefix.slice(-NEAR));
    suggestions.push(suggestion ?? null);
    onKey();
  }
  return { keys: pressed(trace), before, suggestions };
}

/** The text without its last code point. */
function withoutLast(text: string): string {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]$|.$/s, '');
}

/** The keys of a trace with their times, from 0. */
function pressed(trace: readonly Keystroke[]): Pressed[] {
  let at = 0;
  return trace.map((key) => {
    at += key.pauseMs;
    return key.kind === 'type' ? { at, kind: key.kind, text: key.text } : { at, kind: key.kind };
  });
}

interface Shown {
  readonly suggestion: Suggestion;
  readonly since: number;
}

/**
 * Counts what a writer sees at a trigger rate while typing a recording, assuming every answer arrives in time.
 * Deterministic.
 */
export function typeKeys(recording: KeyRecording, rate: number, calibration: Calibration): ScreenCounts {
  return screenCounts(recording.keys, answersTo(recording, rate, calibration));
}

function answersTo(recording: KeyRecording, rate: number, calibration: Calibration): Answered[] {
  const { keys, before, suggestions } = recording;
  const pace = new TypingPace();
  const answers: Answered[] = [];
  let shown: Shown | undefined;
  for (const [index, key] of keys.entries()) {
    const next = keys[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const isTyped = key.kind === 'type';
    if (isTyped) pace.key(before[index].slice(0, -key.text.length), key.at);
    else pace.interrupted();
    const rest = shown && isTyped ? remainder(shown.suggestion, key.text) : null;
    shown = shown && rest ? { ...shown, suggestion: rest } : undefined;
    const at = key.at + ANSWER_MS;
    if (at >= next) continue;
    if (shown) {
      const keeps = stays(shown.suggestion, at - shown.since, rate);
      if (!keeps) shown = undefined;
      answers.push({ at, text: shown?.suggestion.text });
      continue;
    }
    const moment: Moment = { rate, before: before[index], pace, waited: ANSWER_MS, deleted: !isTyped };
    const appears = appearance(suggestions[index], moment, calibration);
    const shownAt = at + (appears?.afterMs ?? 0);
    if (!appears || shownAt >= next) continue;
    shown = { suggestion: appears.suggestion, since: shownAt };
    const { text, words } = appears.suggestion;
    answers.push({ at: shownAt, text, firstWord: words[0]?.length });
  }
  return answers;
}

/** The suggestion that appears at a place if no key follows, and its delay after the first answer. */
function appearance(suggestion: Suggestion | null, moment: Moment, calibration: Calibration) {
  if (!suggestion) return undefined;
  const completion: Completion = { suggestions: [suggestion], reason: suggestion.ended };
  const now = gate(completion, moment, calibration);
  const [first] = now.completion.suggestions;
  if (first) return { suggestion: first, afterMs: 0 };
  if (now.waitMs === undefined) return undefined;
  const waited = moment.waited + now.waitMs;
  const [later] = gate(completion, { ...moment, waited }, calibration).completion.suggestions;
  return later && { suggestion: later, afterMs: now.waitMs + ASKED_AGAIN_MS };
}
