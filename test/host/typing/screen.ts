import { countWords, usefulLength } from '../../../src/eval/match';

/** A key of a trace as it was pressed: a letter, or something that is none. */
export interface Pressed {
  readonly at: number;
  /** Undefined for a deletion or a jump. */
  readonly text?: string;
}

/** An answer to VS Code that it took: the first suggestion, or that there is none. */
export interface Answered {
  readonly at: number;
  readonly text?: string;
  /** Where the first word of it ends. */
  readonly firstWord?: number;
}

/** What a writer saw who typed a trace. Shares are from 0 to 1. */
export interface ScreenFigures {
  /** Share of the keys after which there was grey text. */
  readonly grey: number;
  /** Different suggestions, for each key. */
  readonly suggestions: number;
  /** Share of them under three characters, on screen for less than 200 ms, and with the first word right. */
  readonly short: number;
  readonly brief: number;
  readonly firstRight: number;
  /** Characters taken less the keys that take them, for each key, had every useful word been taken. */
  readonly saved: number;
}

const GLANCE_MS = 200;
const SHORTEST = 3;

interface OnScreen {
  readonly text: string;
  readonly since: number;
}

/** Follows the grey text through keys and answers: typing it shortens it, any other key or answer ends it. */
export function screenFigures(keys: readonly Pressed[], answers: readonly Answered[]): ScreenFigures {
  const events = [
    ...keys.map((key, index) => ({ ...key, index })),
    ...answers.map((answer) => ({ ...answer, index: undefined })),
  ].sort((a, b) => a.at - b.at);
  const grey: string[] = keys.map(() => '');
  const shownMs: number[] = [];
  let [count, short, firstRight, key] = [0, 0, 0, -1];
  let screen: OnScreen | undefined;
  const end = (at: number) => {
    if (screen) shownMs.push(at - screen.since);
    screen = undefined;
  };
  for (const event of events) {
    if (event.index !== undefined) {
      key = event.index;
      const rest = event.text !== undefined && screen?.text.startsWith(event.text) ? screen.text.slice(1) : '';
      if (rest === '') end(event.at);
      else screen = { text: rest, since: screen?.since ?? event.at };
    } else if (event.text === undefined) end(event.at);
    else if (event.text !== screen?.text) {
      end(event.at);
      screen = { text: event.text, since: event.at };
      count++;
      if (event.text.trim().length < SHORTEST) short++;
      const firstWord = event.text.slice(0, (event as Answered).firstWord ?? event.text.length);
      if (usefulLength(firstWord, typedAfter(keys, key)) > 0) firstRight++;
    }
    if (key >= 0 && screen) grey[key] = screen.text;
  }
  end(events.at(-1)?.at ?? 0);
  const most = Math.max(1, count);
  return {
    grey: grey.filter(Boolean).length / keys.length,
    suggestions: count / keys.length,
    short: short / most,
    brief: shownMs.filter((ms) => ms < GLANCE_MS).length / most,
    firstRight: firstRight / most,
    saved: savedBy(keys, grey) / keys.length,
  };
}

function savedBy(keys: readonly Pressed[], grey: readonly string[]): number {
  let saved = 0;
  for (let key = 0; key < keys.length; ) {
    const useful = usefulLength(grey[key], typedAfter(keys, key));
    if (useful > 0) saved += useful - (useful === grey[key].length ? 1 : countWords(grey[key].slice(0, useful)));
    key += Math.max(1, useful);
  }
  return saved;
}

/** What was typed in one go after a key. */
function typedAfter(keys: readonly Pressed[], key: number): string {
  let text = '';
  for (let next = key + 1; next < keys.length && keys[next].text !== undefined && text.length < 200; next++) {
    text += keys[next].text;
  }
  return text;
}
