/** What a sentence is: the one notion of it that the stop rule, `Accept Sentence` and the heat map share. */

/** Half-open span in UTF-16 units of a text. */
export type Span = readonly [number, number];

/** Titles and other abbreviations that never end a sentence. */
const LEADS_ON = new Set(
  [
    'Mr Mrs Ms Mx Dr Sr St Mt Prof Rev Gen Col Capt Cpl Sgt Lt Maj Hon Sen Rep Gov Pres Messrs Ph Th vs cf approx viz ca',
    'bzw vgl evtl ggf sog Hr Frl Abb Nr bzgl zzgl inkl exkl Dipl Fa MM Mme Mlle Mgr Sra Srta Dra Vd Ud EE Exmo Exma Av Avda pág séc',
    'dr drs dhr Dhr mevr Mevr mw prof bijv zgn tzn tzw tj godz mgr inż resp np např tzv św Św ks hab Ing MUDr JUDr sv Sv ul esim ns',
    'Doç bkz örn TP TS ThS κ κα κκ им ул стр тел проф Проф акад св Св',
  ].flatMap((names) => names.split(' ')),
);
/** The same of two short words, with a space between them or without: only these lead on before a capital letter. */
const LEADS_ON_TOGETHER =
  /(?<!\p{L})(?:e\. ?g|i\. ?e|d\. ?h|[uvo]\. ?a|z\. ?b|p\. ?(?:ej|ex)|b\. ?v|m\. ?in|t\. ?ex|π\. ?χ|т\. ?е)\.$/iu;
/** Abbreviations that may end a sentence: only what follows tells. */
const MAY_END = new Set(
  'Jr etc al Inc Ltd Co Corp Bros ed eds Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Ave Blvd Dept Univ misc incl excl usw usf itd itp atd apod tel ext govt lbs oz enz'.split(
    ' ',
  ),
);
/** These are abbreviations before a number, and ordinary words elsewhere. */
const NUMBERED = new Set('No Nos Fig Figs Eq Vol Ch Sec Art p pp Kap Bd Abs Tab blz рис табл гл'.split(' '));

/** UTF-16 units examined on each side of a possible end of a sentence. */
const REACH = 64;
/** Also of Arabic, Urdu, Hindi, Khmer, Burmese, Armenian and Amharic. */
const END_SIGNS = '.!?…。！？｡‽؟۔।॥។៕။։።';
/** Signs allowed between a sentence's end and the following space. */
const CLOSING_SIGNS = '"\'”’“‘»«›‹)]*_」』）》〉】〕';
/** French sets a space that does not break before it: `fin. »` */
const SPACED_CLOSING = /[\u00a0\u202f][»›]$/u;
/** The same with any space, where the quotation was opened in that way. */
const WIDELY_CLOSED = /«\s[^«»]*\s»$/u;
/** Signs of emphasis of which only two together close something. */
const DOUBLED_CLOSING = /(?:~~|(?<!!)==)$/;
/** What opens behind an end sign of Chinese or Japanese, which no space follows, begins the next sentence. */
const OPENS_NEXT = /(?<=[。！？｡][”’」』）》〉】〕]{0,4})[“‘「『（《〈【〔]{1,4}$/u;
/** Said in Japanese of what was quoted before. */
const QUOTED = /[。！？][」』]$/u;
const SAID = /^(?:と(?!ころ|もあれ|にかく|はいえ)|って)/u;
/** What closes a sentence and is in the next of Unicode's, which knows no signs of emphasis. */
const CLOSING_BEHIND = /^(?:["'”’“‘»«›‹)\]*_」』）》〉】〕]|~~|==){1,16}(?:\s+|$)/;
/** Initials, such as `J` and `U.S`; and abbreviations with inner full stops, such as `p.m`. */
const INITIALS = /^\P{L}*(?!I$)(?:\p{Lu}\.)*\p{Lu}$/u;
const INNER_STOP = /\.\p{L}$/u;
/** A small letter alone is most often half of an abbreviation: `a.m.`, `z. B.`, `i. d. R.` */
const SMALL_LETTER = /^\p{Ll}$/u;
const INITIAL_FOLLOWS = /^\s*\p{Lu}\./u;
const LEADING_SIGNS = /^[^\p{L}\p{N}]+/u;
const GOES_ON = /^[\s"'“„‘‚«»([\]—–-]*\p{Ll}/u;
const NUMBER_FOLLOWS = /^\s*[\p{N}#]/u;
/** A German ordinal and what it counts: `3. Mai`, `im 19. Jahrhundert`. */
const ORDINAL = /(?<!\p{N})\p{N}{1,2}$/u;
const COUNTED_FOLLOWS =
  /^\s*(?:J[aä]n(?:uar|ner)|Februar|Feber|März|April|Mai|Juni|Juli|August|(?:Septem|Novem|Dezem)ber|Oktober|Jahr(?:hundert|tausend|zehnt|estag)|Geburtstag|Lebensjahr)/u;
const LETTER_FOLLOWS = /^\s*\p{Lu}(?![\p{L}\p{N}])/u;

/**
 * Whether a sentence ends at the end of this text. `next` is the text that follows, as far as known; if it would decide
 * but is not given, the answer is no.
 */
export function endsSentence(text: string, next?: string): boolean {
  const end = readEnd(text);
  if (end === undefined || (next !== undefined && GOES_ON.test(next.slice(0, REACH)))) return false;
  if (next !== undefined && SAID.test(next) && QUOTED.test(text)) return false;
  const { word, signs } = end;
  if (signs !== '.') return true;
  const bare = word.replace(LEADING_SIGNS, '');
  if (LEADS_ON.has(bare) || INITIALS.test(word) || LEADS_ON_TOGETHER.test(text.slice(-REACH))) return false;
  const followed = next !== undefined && next.trim() !== '';
  if (NUMBERED.has(bare)) {
    // `No. I will not.`, but `Fig. A`.
    return followed && !NUMBER_FOLLOWS.test(next) && (bare === 'No' || !LETTER_FOLLOWS.test(next));
  }
  if (followed && ORDINAL.test(bare) && COUNTED_FOLLOWS.test(next)) return false;
  if (followed && SMALL_LETTER.test(bare) && INITIAL_FOLLOWS.test(next)) return false;
  return followed || !isShortened(bare);
}

/** The signs that may end a sentence at the end of a text, and the word that they follow. */
function readEnd(text: string): { readonly word: string; readonly signs: string } | undefined {
  const near = text.slice(-REACH);
  let to = near.length;
  while (to > 0) {
    const before = near.slice(0, to);
    if (SPACED_CLOSING.test(before) || WIDELY_CLOSED.test(before) || DOUBLED_CLOSING.test(before)) to -= 2;
    else if (CLOSING_SIGNS.includes(near[to - 1])) to--;
    else break;
  }
  let signs = to;
  while (signs > 0 && END_SIGNS.includes(near[signs - 1])) signs--;
  let word = signs;
  while (word > 0 && !/\s/.test(near[word - 1])) word--;
  return signs === to ? undefined : { word: near.slice(word, signs), signs: near.slice(signs, to) };
}

/** Whether the full stop at the end of this text belongs to the word before it: `etc.`, `p.m.`, `Dr.`. */
export function keepsFullStop(text: string): boolean {
  const end = readEnd(text);
  if (end?.signs !== '.') return false;
  const bare = end.word.replace(LEADING_SIGNS, '');
  return (
    LEADS_ON.has(bare) || NUMBERED.has(bare) || MAY_END.has(bare) || INNER_STOP.test(bare) || SMALL_LETTER.test(bare)
  );
}

function isShortened(word: string): boolean {
  return MAY_END.has(word) || INNER_STOP.test(word) || SMALL_LETTER.test(word) || /\p{N}$/u.test(word);
}

/** Starts a line that goes on with no sentence: a blank one, a list item, a heading, a quotation, a table's row. */
const BLOCK_START =
  /^[ \t]*(?:[\r\n>|]|#{1,6}[ \t]|[-+*](?:[ \t]|$)|(?:-{2,}|\*{3,}|_{3,}|=+)[ \t]*(?:[\r\n]|$)|\d{1,9}[.)][ \t])/;
const LINE_END = /[\n\r\u0085\u2028\u2029]$/u;

/**
 * Spans of the sentences of a text, without the white space around them: those of Unicode Standard Annex 29, but one
 * ends neither after a shortened word, nor before a small letter, nor at the end of a line that a writer broke by hand.
 */
export function sentenceSpans(text: string, locale = 'en'): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const { index, segment } of segmentsOf(text, locale)) {
    const closing = closingAfter(segment)?.exec(text.slice(index + segment.length, index + segment.length + REACH));
    const opening = OPENS_NEXT.exec(segment)?.[0].length ?? 0;
    const end = index + segment.length + (closing?.[0].length ?? 0) - opening;
    if (end < text.length && !endsAt(text, from, end, segment)) continue;
    const sentence = text.slice(from, end);
    const start = from + sentence.length - sentence.trimStart().length;
    if (start < end) spans.push([start, from + sentence.trimEnd().length]);
    from = end;
  }
  return spans;
}

/** What behind one of Unicode's sentences still belongs to it, because it closes something. */
function closingAfter(segment: string): RegExp | undefined {
  if (!/\s$/u.test(segment)) return CLOSING_BEHIND;
  if (/[\u00a0\u202f]$/u.test(segment)) return /^[»›]\s*/u;
  return segment.endsWith(' ') ? /^[»›](?:\s+|$)/u : undefined;
}

/** So much is given to `Intl.Segmenter` at once, in UTF-16 units: its work grows with the square of that. */
const AT_ONCE = 4096;
/** Ends nearer than this to the end of a part are not relied on: the text behind the part may move them. */
const LOOK_AHEAD = 256;

/** Sentences as Unicode's rules part them. */
function* segmentsOf(text: string, locale: string): Generator<{ readonly index: number; readonly segment: string }> {
  const segmenter = new Intl.Segmenter(locale, { granularity: 'sentence' });
  let from = 0;
  for (let length = AT_ONCE; from < text.length; ) {
    const part = text.slice(from, from + length);
    const sure = from + length < text.length ? part.length - LOOK_AHEAD : part.length;
    let end = 0;
    for (const { index, segment } of segmenter.segment(part)) {
      if (index + segment.length > sure) break;
      yield { index: from + index, segment };
      end = index + segment.length;
    }
    from += end;
    length = end === 0 ? 2 * length : AT_ONCE;
  }
}

function endsAt(text: string, from: number, end: number, segment: string): boolean {
  const next = text.slice(end, end + REACH);
  if (LINE_END.test(segment) && (BLOCK_START.test(next) || text[from] === '#' || segment.trim() === '')) return true;
  return endsSentence(text.slice(Math.max(from, end - REACH), end).trimEnd(), next);
}

/** How far before the cursor the sentence under way may begin, in UTF-16 units. */
const SENTENCE_REACH = 1000;

/** Where the sentence at the end of a text begins, in UTF-16 units; 0 where it is longer than can be seen. */
export function lastSentenceStart(text: string): number {
  const from = Math.max(0, text.length - SENTENCE_REACH);
  const spans = sentenceSpans(text.slice(from));
  const last = spans.at(-1);
  if (last === undefined) return from;
  const ended = last[1] < text.length - from && endsSentence(text.slice(0, from + last[1]));
  if (ended) return text.length;
  return spans.length === 1 ? 0 : from + last[0];
}

/** End of the last complete sentence in `text`, which follows `before`; 0 where none ends. */
export function lastSentenceEnd(before: string, text: string): number {
  const near = before.slice(-SENTENCE_REACH);
  const ends = sentenceSpans(near + text).map(([, end]) => end - near.length);
  const whole = ends.filter(
    (end) => end > 0 && endsSentence((near + text).slice(0, near.length + end), text.slice(end)),
  );
  return whole.at(-1) ?? 0;
}
