/** Longest text, in UTF-16 units, that is matched at once: V8's regular expressions overflow on runs of some millions. */
export const LONGEST_TEXT = 1_000_000;
/** Repetitions that are matched at once in longer ones. */
export const LONGEST_RUN = 65_536;

const RUNS = {
  letters: '\\p{L}',
  numbers: '\\p{N}',
  others: '[^\\p{White_Space}\\p{L}\\p{N}]',
  spaces: '\\p{White_Space}',
};

/**
 * GPT-2's pre-tokenisation pattern (openai/gpt-2, src/encoder.py). There `\s` is Unicode White_Space; JavaScript's
 * `\s` is not (it has U+FEFF and lacks U+0085), so the property is spelled out.
 */
function pattern(repeat: string): string {
  const { letters, numbers, others, spaces } = RUNS;
  const words = [letters, numbers, others].map((kind) => ` ?${kind}${repeat}`).join('|');
  return `'s|'t|'re|'ve|'m|'ll|'d|${words}|${spaces}${repeat}(?!\\P{White_Space})|${spaces}${repeat}`;
}

const PIECE = new RegExp(pattern('+'), 'gu');
const SHORT_PIECE = new RegExp(pattern(`{1,${LONGEST_RUN}}`), 'uy');
const MORE = Object.values(RUNS).map((kind) => new RegExp(`${kind}{1,${LONGEST_RUN}}`, 'uy'));
const IS_SPACE = /\p{White_Space}/u;

/** Cuts a text into the pieces that merges never cross. Joined, the pieces are the text. */
export function splitPieces(text: string): readonly string[] {
  return text.length <= LONGEST_TEXT ? (text.match(PIECE) ?? []) : splitLong(text);
}

/** The same, for texts that may hold a run too long to be matched at once. */
function splitLong(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    SHORT_PIECE.lastIndex = from;
    SHORT_PIECE.test(text);
    let to = SHORT_PIECE.lastIndex;
    if (to - from >= LONGEST_RUN) to = endOfRun(text, from, to);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

function endOfRun(text: string, from: number, to: number): number {
  const kind = MORE.find((run) => matchesAt(run, text, lastCharacter(text, to))) as RegExp;
  let end = to;
  while (matchesAt(kind, text, end)) end = kind.lastIndex;
  // The last space of several belongs to the word after them.
  const leavesOne = end < text.length && end - from > 1 && IS_SPACE.test(text[end - 1]);
  return leavesOne ? end - 1 : end;
}

function matchesAt(run: RegExp, text: string, at: number): boolean {
  run.lastIndex = at;
  return run.test(text);
}

function lastCharacter(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  const isPair = code >= 0xdc00 && code < 0xe000 && end > 1 && /[\ud800-\udbff]/.test(text[end - 2]);
  return isPair ? end - 2 : end - 1;
}
