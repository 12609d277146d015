import { type AlignedText, unitsAt } from './alignedText';
import { splitPieces } from './pieces';

/** A part of a text that merges never cross. */
export interface Piece {
  readonly text: AlignedText;
  readonly from: number;
  readonly to: number;
  /** Whether a space that is not in the text goes before it. */
  readonly spaced?: boolean;
}

/** Cuts pieces into smaller ones. */
export type PreTokenizer = (piece: Piece) => Iterable<Piece>;

/** What becomes of the stretches that a pattern matches. */
export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

/** Finds stretches of a text, in order, none over another. */
export type Finder = (text: string) => readonly (readonly [number, number])[];

interface Part {
  from: number;
  to: number;
  readonly matched: boolean;
}

export function sequence(preTokenizers: readonly PreTokenizer[]): PreTokenizer {
  return (piece) => {
    let pieces: Iterable<Piece> = [piece];
    for (const preTokenizer of preTokenizers) pieces = [...pieces].flatMap((each) => [...preTokenizer(each)]);
    return pieces;
  };
}

/** GPT-2's own: a space before what has none, where wanted, and its pattern. */
export function byteLevel(addPrefixSpace: boolean, useRegex: boolean): PreTokenizer {
  return (piece) => {
    const text = piece.text.text.slice(piece.from, piece.to);
    const spaced = addPrefixSpace && !text.startsWith(' ');
    if (!useRegex) return [{ ...piece, spaced }];
    const pieces: Piece[] = [];
    let at = piece.from - (spaced ? 1 : 0);
    for (const part of splitPieces(spaced ? ` ${text}` : text)) {
      const isFirst = at < piece.from;
      const from = Math.max(at, piece.from);
      at += part.length;
      pieces.push({ text: piece.text, from, to: at, spaced: isFirst });
    }
    return pieces;
  };
}

/** Cuts at what a pattern finds, or with `invert` at what it does not. */
export function split(find: Finder, behavior: SplitBehavior, invert = false): PreTokenizer {
  return (piece) => {
    const parts = partsOf(piece, find, invert);
    return merged(parts, behavior)
      .filter(({ from, to }) => from < to)
      .map(({ from, to }) => ({ text: piece.text, from, to }));
  };
}

function partsOf({ text, from, to }: Piece, find: Finder, invert: boolean): Part[] {
  const parts: Part[] = [];
  let done = from;
  for (const [start, end] of find(text.text.slice(from, to))) {
    if (done < from + start) parts.push({ from: done, to: from + start, matched: invert });
    parts.push({ from: from + start, to: from + end, matched: !invert });
    done = from + end;
  }
  if (done < to) parts.push({ from: done, to, matched: invert });
  return parts;
}

function merged(parts: Part[], behavior: SplitBehavior): Part[] {
  switch (behavior) {
    case 'Isolated':
      return parts;
    case 'Removed':
      return parts.filter(({ matched }) => !matched);
    case 'Contiguous':
      return joined(parts, (part, previous) => part.matched === (previous?.matched ?? false));
    case 'MergedWithPrevious':
      return joined(parts, (part, previous) => part.matched && !previous?.matched);
    case 'MergedWithNext':
      return joinedBackwards(parts);
  }
}

/** Joins a part to those before it where the condition, on it and the one before it, holds. */
function joined(parts: readonly Part[], joins: (part: Part, previous: Part | undefined) => boolean): Part[] {
  const found: Part[] = [];
  parts.forEach((part, i) => {
    const last = found.at(-1);
    if (last && joins(part, parts[i - 1])) last.to = part.to;
    else found.push({ ...part });
  });
  return found;
}

function joinedBackwards(parts: readonly Part[]): Part[] {
  const backwards: Part[] = [];
  for (let i = parts.length - 1; i >= 0; i--) {
    const next = backwards.at(-1);
    if (next && parts[i].matched && !parts[i + 1].matched) next.from = parts[i].from;
    else backwards.push({ ...parts[i] });
  }
  return backwards.reverse();
}

/** Cuts where the script changes. Han, Hiragana and Katakana are one; what is before the first letter is lost. */
export const unicodeScripts: PreTokenizer = ({ text, from, to }) => {
  const cuts: number[] = [];
  let last: string | undefined;
  for (let unit = from; unit < to; unit += unitsAt(text.text, unit)) {
    const script = scriptOf(text.text.codePointAt(unit) as number);
    if (script === undefined) continue;
    if (script !== last) cuts.push(unit);
    last = script;
  }
  return cuts.map((start, i) => ({ text, from: start, to: cuts[i + 1] ?? to }));
};

/** Unicode's names of scripts, as regular expressions know them (ISO 15924 and Scripts.txt). */
const SCRIPTS =
  'Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo ' +
  'Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Common Coptic ' +
  'Cuneiform Cypriot Cyrillic Deseret Devanagari Duployan Egyptian_Hieroglyphs Elbasan Ethiopic Georgian Glagolitic ' +
  'Gothic Grantha Greek Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited ' +
  'Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi Khmer Khojki ' +
  'Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Malayalam Mandaic Manichaean Marchen ' +
  'Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean ' +
  'New_Tai_Lue Newa Nko Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian ' +
  'Old_South_Arabian Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician ' +
  'Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sora_Sompeng Sundanese ' +
  'Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangut Telugu Thaana Thai Tibetan Tifinagh ' +
  'Tirhuta Ugaritic Vai Warang_Citi Yi';

const scripts = new Map<number, string | undefined>();
let scriptTests: readonly (readonly [string, RegExp])[] | undefined;

/**
 * The script of a character as the pre-tokenizer `UnicodeScripts` sees it: the Japanese scripts are one with Han, a
 * space has none, and neither has what Unicode 9, which it was made from, does not know.
 */
function scriptOf(codePoint: number): string | undefined {
  if (scripts.has(codePoint)) return scripts.get(codePoint);
  const script = lookUpScript(codePoint);
  if (scripts.size > 10_000) scripts.clear();
  scripts.set(codePoint, script);
  return script;
}

function lookUpScript(codePoint: number): string | undefined {
  if (codePoint === 0x20) return undefined;
  if (codePoint === 0x30fc) return 'Han';
  scriptTests ??= SCRIPTS.split(' ').map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')]);
  const character = String.fromCodePoint(codePoint);
  const script = scriptTests.find(([, test]) => test.test(character))?.[0];
  return script === 'Hiragana' || script === 'Katakana' ? 'Han' : script;
}
