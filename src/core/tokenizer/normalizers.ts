import type { AlignedText, Change } from './alignedText';

/** Rewrites a text before it is cut into pieces. */
export type Normalizer = (text: AlignedText) => AlignedText;

const isMarkOfAnyKind = (character: string) => /\p{M}/u.test(character);
const isSpace = (character: string) => /\p{White_Space}/u.test(character);

/** Lower case without regard to context: a final sigma becomes an ordinary sigma. */
export const lowercase: Normalizer = (text) => {
  const changes: Change[] = [];
  for (const character of text.text) {
    [...character.toLowerCase()].forEach((lower, i) => {
      changes.push([lower, i > 0 ? 1 : 0]);
    });
  }
  return text.transform(changes);
};

export const stripAccents: Normalizer = (text) => text.filter((character) => !isMarkOfAnyKind(character));

/** Takes white space off the ends. */
export function strip(left: boolean, right: boolean): Normalizer {
  return (text) => {
    const characters = [...text.text];
    let from = 0;
    let to = characters.length;
    while (left && from < to && isSpace(characters[from])) from++;
    while (right && to > from && isSpace(characters[to - 1])) to--;
    // White space has no character of two units.
    return text.slice(from, text.text.length - (characters.length - to));
  };
}

export function prepend(added: string): Normalizer {
  return (text) => (text.text === '' ? text : text.prepend(added));
}

/** @param find the stretches to replace, in order, none over another */
export function replace(find: (text: string) => readonly (readonly [number, number])[], by: string): Normalizer {
  return (text) => {
    const stretches = find(text.text);
    return stretches.length === 0 ? text : text.replace(stretches, by);
  };
}

export function sequence(normalizers: readonly Normalizer[]): Normalizer {
  return (text) => normalizers.reduce((rewritten, normalizer) => normalizer(rewritten), text);
}

/** Decomposes, canonically or by compatibility, and puts marks into canonical order. */
export function decompose(form: 'NFD' | 'NFKD'): Normalizer {
  return (text) => (text.text.normalize(form) === text.text ? text : text.transform(decomposed(text.text, form)));
}

/** Decomposes and composes again. */
export function compose(form: 'NFC' | 'NFKC'): Normalizer {
  return (text) => {
    if (text.text.normalize(form) === text.text) return text;
    return text.transform(composed(decomposed(text.text, form === 'NFC' ? 'NFD' : 'NFKD')));
  };
}

function decomposed(text: string, form: 'NFD' | 'NFKD'): Change[] {
  const changes: Change[] = [];
  let marks: Change[] = [];
  const settle = () => {
    for (const mark of marks.length > 1 ? ordered(marks) : marks) changes.push(mark);
    marks = [];
  };
  for (const character of text) {
    [...character.normalize(form)].forEach((part, i) => {
      const change: Change = [part, i > 0 ? 1 : 0];
      if (isMark(part)) marks.push(change);
      else {
        settle();
        changes.push(change);
      }
    });
  }
  settle();
  return changes;
}

/** The order that Unicode gives these marks; equal ones keep theirs. */
function ordered(marks: readonly Change[]): Change[] {
  const left = new Map<string, Change[]>();
  for (let i = marks.length - 1; i >= 0; i--) {
    const [mark] = marks[i];
    const alike = left.get(mark);
    if (alike) alike.push(marks[i]);
    else left.set(mark, [marks[i]]);
  }
  const target = marks
    .map(([mark]) => mark)
    .join('')
    .normalize('NFD');
  return Array.from(target, (mark) => left.get(mark)?.pop() as Change);
}

const marks = new Map<string, boolean>();

/**
 * Whether a character has a canonical combining class, that is, moves past some mark: U+0334 has the lowest class and
 * U+0345 the highest.
 */
function isMark(character: string): boolean {
  let is = marks.get(character);
  if (is === undefined) {
    is = `${character}\u0334`.normalize('NFD') !== `${character}\u0334` || movesBefore(character, '\u0345');
    if (marks.size > 10_000) marks.clear();
    marks.set(character, is);
  }
  return is;
}

function movesBefore(character: string, mark: string): boolean {
  return character === mark || `${mark}${character}`.normalize('NFD') !== `${mark}${character}`;
}

/** The composition of Unicode (UAX 15): a mark that an equal or higher class separates from its starter stays. */
function composed(characters: readonly Change[]): Change[] {
  const changes: Change[] = [];
  let starter: Change | undefined;
  let waiting: Change[] = [];
  const settle = () => {
    if (starter) changes.push(starter);
    for (const mark of waiting) changes.push(mark);
    waiting = [];
  };
  for (const [character, change] of characters) {
    if (!starter) {
      if (isMark(character)) changes.push([character, change]);
      else starter = [character, change];
      continue;
    }
    const blocked = waiting.length > 0 && !(isMark(character) && below(waiting[waiting.length - 1][0], character));
    const pair = blocked ? undefined : compositionOf(starter[0], character);
    if (pair !== undefined) starter = [pair, starter[1] + change - 1];
    else if (isMark(character)) waiting.push([character, change]);
    else {
      settle();
      starter = [character, change];
    }
  }
  settle();
  return changes;
}

/** Whether the class of a mark is lower than that of the next. */
function below(mark: string, next: string): boolean {
  return `${next}${mark}`.normalize('NFD') !== `${next}${mark}`;
}

function compositionOf(starter: string, character: string): string | undefined {
  const pair = `${starter}${character}`.normalize('NFC');
  const isOne = pair.length === ((pair.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
  return isOne ? pair : undefined;
}
