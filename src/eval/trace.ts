import { createRng } from '../core/decoding/random';
import { LONGER, SPREAD } from '../core/ghostText/pace';

/** The writer's next action and the pause before it: typing one code point, deleting one, or a jump. */
export type Keystroke = { readonly pauseMs: number } & (
  | { readonly kind: 'type'; readonly text: string }
  | { readonly kind: 'delete' }
  /** To the end of the paragraph at this fraction of the document; 1 is the end of the document. */
  | { readonly kind: 'jump'; readonly to: number }
);

export interface TraceOptions {
  readonly keystrokes: number;
  /** Words of five characters per minute, pauses included. */
  readonly wordsPerMinute: number;
  readonly seed: number;
  /** Whether the writer sometimes moves elsewhere; true by default. */
  readonly jumps?: boolean;
}

/**
 * Median pauses relative to those between letters of a word. Intervals are log-normal, longer and more variable before
 * larger units: Roeser, De Maeyer, Leijten and Van Waes, "Modelling typing disfluencies as finite mixture process"
 * (2021); Baaijen, Galbraith and de Glopper, "Keystroke analysis" (2012). The numbers are round values in that order,
 * not taken from them.
 */
const PAUSES = { ...LONGER, again: 0.8, noticing: 3, jump: 12 } as const;
/**
 * Such that about 6 in 100 characters are deleted: Dhakal et al., "Observations on typing from 136 million keystrokes"
 * (2018).
 */
const SLIPS = 0.04;
/** Share of sentences after which the writer moves elsewhere. */
const JUMPS = 0.3;

/**
 * Simulates how a text might be typed: sentence by sentence, with slips noticed up to two letters later, and occasional
 * sentences elsewhere in the document. Deterministic for equal options.
 */
export function synthesise(text: string, options: TraceOptions): Keystroke[] {
  const rng = createRng(options.seed);
  const trace: Keystroke[] = [];
  const pause = (unit: keyof typeof PAUSES) => {
    const spread = unit === 'letter' || unit === 'again' ? SPREAD.within : SPREAD.between;
    return PAUSES[unit] * Math.exp(spread * normal(rng));
  };
  let away = false;
  for (const sentence of text.split(/(?<=[.?!][”’"']?)\s+/)) {
    if (trace.length > 0 && options.jumps !== false && rng() < JUMPS) {
      away = !away;
      trace.push({ kind: 'jump', to: away ? 0.2 + 0.6 * rng() : 1, pauseMs: pause('jump') });
    }
    const words = sentence.replaceAll(/\s+/g, ' ');
    typeSentence(trace.length > 0 ? ` ${words}` : words, trace, rng, pause);
    if (trace.length >= options.keystrokes) return atRate(trace.slice(0, options.keystrokes), options.wordsPerMinute);
  }
  throw new Error(`The text gives ${trace.length} keystrokes, not ${options.keystrokes}.`);
}

/** Number of characters left once a trace's slips are deleted. */
export function written(trace: readonly Keystroke[]): number {
  return trace.reduce((sum, { kind }) => sum + (kind === 'type' ? 1 : kind === 'delete' ? -1 : 0), 0);
}

function typeSentence(
  sentence: string,
  trace: Keystroke[],
  rng: () => number,
  pause: (unit: keyof typeof PAUSES) => number,
): void {
  const glyphs = [...sentence];
  for (const [i, glyph] of glyphs.entries()) {
    const before = glyphs.slice(Math.max(0, i - 2), i).join('');
    const unit = i === 0 ? 'sentence' : /[,;:—]\s?$/.test(before) ? 'phrase' : before.endsWith(' ') ? 'word' : 'letter';
    if (rng() < SLIPS && /[a-z]/.test(glyph)) {
      const more = Math.floor(3 * rng());
      const wrong = [neighbour(glyph), ...glyphs.slice(i + 1, i + 1 + more)];
      for (const text of wrong) trace.push({ kind: 'type', text, pauseMs: pause('letter') });
      for (const at of wrong.keys()) {
        trace.push({ kind: 'delete', pauseMs: pause(at === 0 ? 'noticing' : 'again') });
      }
    }
    trace.push({ kind: 'type', text: glyph, pauseMs: pause(unit) });
  }
}

const ROWS = 'qwertyuiop asdfghjkl zxcvbnm';

/** An adjacent letter on the keyboard. */
function neighbour(letter: string): string {
  const at = ROWS.indexOf(letter);
  return ROWS[at + 1]?.trim() || ROWS[at - 1];
}

/** Scales relative pauses to milliseconds at this rate. */
function atRate(trace: readonly Keystroke[], wordsPerMinute: number): Keystroke[] {
  const relative = trace.reduce((sum, { pauseMs }) => sum + pauseMs, 0);
  const unit = (60_000 * written(trace)) / 5 / wordsPerMinute / relative;
  return trace.map((keystroke) => ({ ...keystroke, pauseMs: keystroke.pauseMs * unit }));
}

/** A standard normal variate (Box and Muller 1958). */
function normal(rng: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}
