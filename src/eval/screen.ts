import { GLANCE_MS, SHORTEST } from '../core/ghostText/gate';
import { countWords, usefulLength } from './match';

/** A key, and when the text had changed, in ms of any clock. */
export type Pressed =
  | { readonly at: number; readonly kind: 'type'; readonly text: string }
  | { readonly at: number; readonly kind: 'delete' | 'jump'; readonly text?: undefined };

/** An answer that the editor accepted for the current text: the first suggestion, or none. */
export interface Answered {
  readonly at: number;
  readonly text?: string;
  /** End of its first word. */
  readonly firstWord?: number;
}

/** What a writer saw while typing a text. Shares are from 0 to 1. */
export interface ScreenFigures {
  /** Share of keys followed by ghost text, which `inkling.ghostText.triggerRate` controls. */
  readonly grey: number;
  /** Distinct suggestions per key. */
  readonly suggestions: number;
  /** Shares of suggestions under three characters, visible for less than 200 ms, and with the right first word. */
  readonly short: number;
  readonly brief: number;
  readonly firstRight: number;
  /** Share of suggestions ended within 200 ms by a slip or its correction; part of `brief`. */
  readonly slipped: number;
  /** Characters saved per character that stays, net of the accepting keys, if every useful word were accepted. */
  readonly saved: number;
}

/** The same as counts, which can be summed over texts. */
export interface ScreenCounts {
  readonly keys: number;
  /** Characters that stay in the text. */
  readonly characters: number;
  readonly grey: number;
  readonly suggestions: number;
  readonly short: number;
  readonly brief: number;
  readonly slipped: number;
  readonly firstRight: number;
  readonly saved: number;
}

/** Characters of the following text used to judge a suggestion. */
const REACH = 200;

interface OnScreen {
  readonly text: string;
  readonly since: number;
}

/** Follows the ghost text through keys and answers: typing along shortens it, any other key or answer ends it. */
export function screenCounts(keys: readonly Pressed[], answers: readonly Answered[]): ScreenCounts {
  const events = [
    ...answers.map((answer) => ({ ...answer, key: undefined })),
    ...keys.map((key, index) => ({ at: key.at, key, index })),
  ].sort((a, b) => a.at - b.at);
  const stays = staying(keys);
  const typed = keys.map(({ text = '' }, index) => (stays[index] ? text.length : 0));
  const targets = keys.map((_, index) => writtenAfter(keys, stays, index));
  const grey: string[] = keys.map(() => '');
  let [suggestions, short, brief, slipped, firstRight, last] = [0, 0, 0, 0, 0, -1];
  let screen: OnScreen | undefined;
  const end = (at: number, bySlip = false) => {
    if (screen && at - screen.since < GLANCE_MS) {
      brief++;
      if (bySlip) slipped++;
    }
    screen = undefined;
  };
  for (const event of events) {
    if (event.key !== undefined) {
      last = event.index;
      const rest = event.key.kind === 'type' && screen ? after(screen.text, event.key.text) : '';
      if (screen === undefined || rest === '') end(event.at, event.key.kind !== 'jump' && !stays[last]);
      else screen = { ...screen, text: rest };
    } else if (event.text === undefined) end(event.at);
    else if (event.text !== screen?.text) {
      end(event.at);
      screen = { text: event.text, since: event.at };
      suggestions++;
      if (event.text.trim().length < SHORTEST) short++;
      const word = event.text.slice(0, event.firstWord ?? event.text.length);
      if (usefulLength(word, targets[last] ?? '') > 0) firstRight++;
    }
    if (last >= 0 && screen) grey[last] = screen.text;
  }
  end(events.at(-1)?.at ?? 0);
  return {
    keys: keys.length,
    characters: typed.reduce((sum, length) => sum + length, 0),
    grey: grey.filter(Boolean).length,
    suggestions,
    short,
    brief,
    slipped,
    firstRight,
    saved: savedBy(typed, targets, grey),
  };
}

/** Computes the figures of several texts together. */
export function screenFigures(counts: readonly ScreenCounts[]): ScreenFigures {
  const sum = (of: keyof ScreenCounts): number => counts.reduce((total, each) => total + each[of], 0);
  const share = (part: keyof ScreenCounts, whole: keyof ScreenCounts): number => sum(part) / Math.max(1, sum(whole));
  return {
    grey: share('grey', 'keys'),
    suggestions: share('suggestions', 'keys'),
    short: share('short', 'suggestions'),
    brief: share('brief', 'suggestions'),
    slipped: share('slipped', 'suggestions'),
    firstRight: share('firstRight', 'suggestions'),
    saved: share('saved', 'characters'),
  };
}

/**
 * The text that follows each key, without slips that are corrected later; empty after a key that leaves a slip behind,
 * since no suggestion is right there.
 */
export function targetsOf(keys: readonly Pressed[]): string[] {
  const stays = staying(keys);
  return keys.map((_, index) => writtenAfter(keys, stays, index));
}

/** Which keys type a character that stays. */
function staying(keys: readonly Pressed[]): boolean[] {
  const stays = keys.map(({ kind }) => kind === 'type');
  const standing: number[] = [];
  for (const [index, { kind }] of keys.entries()) {
    if (kind === 'type') standing.push(index);
    else if (kind === 'jump') standing.length = 0;
    else stays[standing.pop() ?? index] = false;
  }
  return stays;
}

function writtenAfter(keys: readonly Pressed[], stays: readonly boolean[], index: number): string {
  let slips = 0;
  let text = '';
  // If a later deletion reaches back before this key, a slip stands here now.
  for (let next = index + 1; next < keys.length && text.length < REACH; next++) {
    const key = keys[next];
    if (key.kind === 'jump') break;
    if (key.kind === 'delete') slips--;
    else if (stays[next]) text += key.text;
    else slips++;
    if (slips < 0) return '';
  }
  return text;
}

function after(text: string, typed: string): string {
  return text.startsWith(typed) ? text.slice(typed.length) : '';
}

/** @param typed the characters that each key adds permanently */
function savedBy(typed: readonly number[], targets: readonly string[], grey: readonly string[]): number {
  let saved = 0;
  /** Accepted characters that the recorded keys are still going to type. */
  let taken = 0;
  for (const [key, text] of grey.entries()) {
    if (taken > 0) {
      taken -= typed[key];
      if (taken > 0) continue;
    }
    const useful = usefulLength(text, targets[key]);
    if (useful === 0) continue;
    saved += useful - (useful === text.length ? 1 : countWords(text.slice(0, useful)));
    taken = useful;
  }
  return saved;
}
