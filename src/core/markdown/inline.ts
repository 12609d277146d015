import { decodeHTMLStrict } from 'entities';
import { BacktickRuns } from './backtickRuns';
import { type Delimiter, Delimiters } from './emphasis';
import { Formulas } from './formulas';
import { type Cut, type InlineKind, type InlineReading, inTextOrder, type OpenInline } from './inlineTypes';
import { runLength } from './lineCursor';
import {
  attributesEnd,
  autolinkEnd,
  breaksLine,
  ENTITY,
  footnoteEnd,
  labelEnd,
  NONE,
  OPEN,
  tagEnd,
  targetEnd,
  urlEnd,
  wikiLinkEnd,
} from './markup';

interface Bracket {
  readonly at: number;
  readonly image: boolean;
  /** The last delimiter before it. */
  readonly delimiter: Delimiter | undefined;
  /** Whether it may still begin a link: a link holds no other link. */
  active: boolean;
}

/**
 * Reads the inline markup of a block by CommonMark's rules in one pass, whose work grows with the length of the text and
 * with nothing else. A parser that builds a tree says nothing of what is not closed yet, and is quadratic where many
 * signs could begin something: a writer's text is read at each key, so that neither will do.
 *
 * @param after where the text ends at the cursor, what follows it in its block: a formula or code may be closed there
 */
export function readInline(text: string, after?: string): InlineReading {
  return new InlineReader(text, after).read();
}

const CONTROL = /\p{Cc}/u;
const ESCAPABLE = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

class InlineReader {
  readonly #text: string;
  readonly #after: string | undefined;
  readonly #cuts: Cut[] = [];
  readonly #verbatim: [number, number][] = [];
  readonly #open: OpenInline[] = [];
  readonly #delimiters = new Delimiters();
  readonly #brackets: Bracket[] = [];
  readonly #fences: BacktickRuns;
  readonly #formulas: Formulas;
  /** Signs that the rest of the text does not hold: looking for them again and again would be quadratic. */
  readonly #absent = new Set<string>();
  #at = 0;

  constructor(text: string, after: string | undefined) {
    this.#text = text;
    this.#after = after;
    this.#fences = new BacktickRuns(text);
    this.#formulas = new Formulas(text, after);
  }

  read(): InlineReading {
    while (this.#at < this.#text.length) this.#at = this.#step(this.#at);
    this.#delimiters.pair(undefined, this.#cuts);
    for (let left = this.#delimiters.last; left; left = left.previous) {
      if (left.opens && left.from === left.start && left.to - left.from <= 3) {
        this.#pushOpen('emphasis', left.from, left.to, this.#text.slice(left.from, left.to));
      }
    }
    for (const { at, image, active } of this.#brackets) {
      if (active) this.#pushOpen(image ? 'image description' : 'link text', at, at + (image ? 2 : 1));
    }
    return {
      cuts: this.#cuts.sort(inTextOrder),
      verbatim: this.#verbatim,
      open: this.#open.sort((a, b) => b.from - a.from),
    };
  }

  #pushOpen(kind: InlineKind, from: number, contentFrom: number, closer = '', sure = false): void {
    this.#open.push({ kind, closer, from, contentFrom, sure });
  }

  /**
   * Takes all of the text from here on as the inside of a construct that is not closed. Returns the end of the text.
   */
  #toTheEnd(kind: InlineKind, from: number, contentFrom = from): number {
    this.#pushOpen(kind, from, contentFrom, '', true);
    this.#verbatim.push([from, this.#text.length]);
    return this.#text.length;
  }

  /** An unclosed sign is markup only in the block with the cursor; in a block that has ended it is text. */
  #orOpen(end: number): number {
    return end === OPEN && this.#after === undefined ? NONE : end;
  }

  #cut(from: number, to: number, put = ''): number {
    this.#cuts.push({ from, to, put });
    return to;
  }

  #keep(from: number, to: number): number {
    this.#verbatim.push([from, to]);
    return to;
  }

  /** Reads the construct at `at` and returns the index after it. */
  #step(at: number): number {
    const text = this.#text;
    switch (text[at]) {
      case '\\':
        return this.#escape(at);
      case '\n':
        return this.#lineBreak(at);
      case '`':
        return this.#code(at);
      case '$':
        return this.#formula(at);
      case '<':
        return this.#angle(at);
      case '{':
        return this.#brace(at);
      case '%':
        return this.#percent(at);
      case '&':
        return this.#entity(at);
      case '!':
        return text[at + 1] === '[' ? this.#image(at) : at + 1;
      case '[':
        return this.#bracket(at);
      case ']':
        return this.#closeBracket(at);
      case '*':
      case '_':
      case '~':
      case '=':
        return this.#delimiter(at);
      case 'h':
      case 'w':
      case 'f':
      case 'm':
        return this.#url(at);
      default:
        return at + 1;
    }
  }

  #escape(at: number): number {
    const next = this.#text[at + 1];
    if (next === '\n') return this.#afterBreak(at + 2, '\\\n', at);
    const formula = this.#formulas.bracketsEnd(at);
    if (formula === OPEN) return this.#toTheEnd('formula', at, at + 2);
    if (formula !== NONE) return this.#keep(at, formula);
    return next !== undefined && ESCAPABLE.includes(next) ? this.#cut(at, at + 1) + 1 : at + 1;
  }

  /** A line break inside a paragraph is read as a space, and after two spaces as a line break. */
  #lineBreak(at: number): number {
    let from = at;
    while (this.#text[from - 1] === ' ' || this.#text[from - 1] === '\t') from--;
    return this.#afterBreak(at + 1, this.#text.endsWith('  ', at) ? '\n' : ' ', from);
  }

  #afterBreak(next: number, put: string, from: number): number {
    let to = next;
    while (this.#text[to] === ' ' || this.#text[to] === '\t') to++;
    return this.#cut(from, to, put);
  }

  #code(at: number): number {
    const length = runLength(this.#text, at);
    const inner = at + length;
    const end = this.#fences.closing(length, inner);
    if (end === undefined) {
      if (this.#after?.includes(this.#text.slice(at, inner))) return this.#toTheEnd('inline code', at, inner);
      this.#pushOpen('inline code', at, inner);
      return inner;
    }
    this.#cut(at, inner);
    for (
      let line = this.#text.indexOf('\n', inner);
      line >= 0 && line < end;
      line = this.#text.indexOf('\n', line + 1)
    ) {
      this.#cut(line, line + 1, ' ');
    }
    this.#keep(at, end);
    return this.#cut(end - length, end);
  }

  #formula(at: number): number {
    const text = this.#text;
    const double = text[at + 1] === '$';
    const inner = at + (double ? 2 : 1);
    const end = this.#formulas.dollarsEnd(at);
    if (end === NONE) return inner;
    if (end === OPEN) return this.#toTheEnd('formula', at, inner);
    this.#keep(at, end);
    // A formula in lines of its own is no part of a sentence.
    return double && text.slice(at, end).includes('\n') ? this.#cut(at, end) : end;
  }

  /** Where a sign comes next; undefined where it does not come again. */
  #find(sign: string, from: number): number | undefined {
    if (this.#absent.has(sign)) return undefined;
    const at = this.#text.indexOf(sign, from);
    if (at >= 0) return at;
    this.#absent.add(sign);
    return undefined;
  }

  /** Reads a construct that may hold anything up to its closer (see `ENCLOSED`), if one begins here. */
  #enclosed(at: number): number | undefined {
    for (const [opener, closer, kind] of ENCLOSED) {
      if (!this.#text.startsWith(opener, at)) continue;
      const end = this.#find(closer, at + opener.length);
      if (end !== undefined) return this.#cut(at, end + closer.length);
      return this.#after === undefined ? at + 1 : this.#toTheEnd(kind, at);
    }
    return undefined;
  }

  #brace(at: number): number {
    const enclosed = this.#enclosed(at);
    if (enclosed !== undefined) return enclosed;
    const end = this.#orOpen(attributesEnd(this.#text, at));
    if (end === NONE) return at + 1;
    return end === OPEN ? this.#toTheEnd('attributes', at) : this.#cut(at, end);
  }

  /**
   * A comment of Obsidian's. One that the text does not close counts at the start of the block, or where it is closed
   * after the cursor.
   */
  #percent(at: number): number {
    const text = this.#text;
    if (text[at + 1] !== '%' || !/^\s?$/.test(text[at - 1] ?? '')) return at + 1;
    const end = this.#find('%%', at + 2);
    if (end !== undefined) return this.#cut(at, end + 2);
    const isOpen = this.#after !== undefined && (at === 0 || this.#after.includes('%%'));
    return isOpen ? this.#toTheEnd('comment', at) : at + 2;
  }

  /** A character by its name or number, such as `&mdash;`. */
  #entity(at: number): number {
    ENTITY.lastIndex = at;
    const [entity] = ENTITY.exec(this.#text) ?? [];
    if (entity === undefined) return at + 1;
    const character = decodeHTMLStrict(entity);
    return character === entity ? at + 1 : this.#cut(at, at + entity.length, CONTROL.test(character) ? ' ' : character);
  }

  #angle(at: number): number {
    const text = this.#text;
    const enclosed = this.#enclosed(at);
    if (enclosed !== undefined) return enclosed;
    const autolink = this.#orOpen(autolinkEnd(text, at));
    if (autolink === OPEN) return this.#toTheEnd('address', at);
    if (autolink !== NONE) {
      this.#cut(at, at + 1);
      this.#keep(at, autolink);
      return this.#cut(autolink - 1, autolink);
    }
    const tag = this.#orOpen(tagEnd(text, at));
    if (tag === OPEN) return this.#toTheEnd('HTML', at);
    if (tag === NONE) return at + 1;
    return breaksLine(text, at) ? this.#afterBreak(tag, '\n', at) : this.#cut(at, tag);
  }

  #bracket(at: number): number {
    const text = this.#text;
    if (text[at + 1] === '^') {
      const end = this.#orOpen(footnoteEnd(text, at));
      if (end === OPEN) return this.#toTheEnd('footnote name', at);
      if (end > at + 3) return this.#cut(at, end);
    }
    return text[at + 1] === '[' ? this.#wikiLink(at) : this.#openBracket(at, false);
  }

  #wikiLink(at: number): number {
    const text = this.#text;
    const end = this.#orOpen(wikiLinkEnd(text, at));
    if (end === NONE) return this.#openBracket(at, false);
    const bar = text.slice(at, end === OPEN ? text.length : end).indexOf('|');
    const words = at + (bar < 0 ? 2 : bar + 1);
    if (end === OPEN) {
      if (words === at + 2) return this.#toTheEnd('wiki link', at);
      this.#cut(at, words);
      this.#pushOpen('link text', at, words);
      return words;
    }
    this.#cut(at, words);
    return this.#cut(end - 2, end);
  }

  #image(at: number): number {
    if (this.#text[at + 2] !== '[') return this.#openBracket(at, true);
    const end = this.#orOpen(wikiLinkEnd(this.#text, at + 1));
    if (end === NONE) return this.#openBracket(at, true);
    return end === OPEN ? this.#toTheEnd('wiki link', at) : this.#cut(at, end);
  }

  #openBracket(at: number, image: boolean): number {
    this.#brackets.push({ at, image, delimiter: this.#delimiters.last, active: true });
    return at + (image ? 2 : 1);
  }

  #closeBracket(at: number): number {
    const text = this.#text;
    const bracket = this.#brackets.pop();
    const next = text[at + 1];
    if (!bracket?.active || !'([{'.includes(next ?? ' ')) return at + 1;
    const end = this.#orOpen(this.#tailEnd(at + 1));
    if (end === NONE || (end === OPEN && next === '{')) return at + 1;
    if (end === OPEN) {
      if (next === '[' && !isLabel(text, at + 2)) return at + 1;
      return this.#toTheEnd('address', bracket.at);
    }
    this.#delimiters.close(bracket.delimiter, this.#cuts);
    if (bracket.image) return this.#cut(bracket.at, end);
    for (let i = next === '{' ? -1 : this.#brackets.length - 1; i >= 0 && this.#brackets[i].active; i--) {
      if (!this.#brackets[i].image) this.#brackets[i].active = false;
    }
    this.#cut(bracket.at, bracket.at + 1);
    return this.#cut(at, end);
  }

  /** Where the part ends that makes the brackets before it a link or a span: an address, a label, or attributes. */
  #tailEnd(at: number): number {
    if (this.#text[at] === '(') return targetEnd(this.#text, at);
    return this.#text[at] === '[' ? labelEnd(this.#text, at) : attributesEnd(this.#text, at);
  }

  #delimiter(at: number): number {
    const text = this.#text;
    const end = at + runLength(text, at);
    // `~~` strikes through and `==` marks; one of these signs, or three, are text.
    if (!'~='.includes(text[at]) || end - at === 2) this.#delimiters.push(text, at, end, this.#after !== undefined);
    return end;
  }

  #url(at: number): number {
    if (at > 0 && isWord(this.#text.charCodeAt(at - 1))) return at + 1;
    const end = urlEnd(this.#text, at, this.#brackets.length > 0);
    if (end === NONE) return at + 1;
    if (end === OPEN && this.#after === undefined) return this.#keep(at, this.#text.length);
    return end === OPEN ? this.#toTheEnd('address', at) : this.#keep(at, end);
  }
}

const ENCLOSED: readonly (readonly [opener: string, closer: string, kind: InlineKind])[] = [
  ['<!--', '-->', 'comment'],
  ['{/*', '*/}', 'comment'],
  ['<![CDATA[', ']]>', 'HTML'],
  ['<?', '?>', 'HTML'],
  ['{{', '}}', 'template'],
  ['{%', '%}', 'template'],
];

/** Whether these brackets, which nothing closes yet, may hold the label of a link rather than words. */
function isLabel(text: string, from: number): boolean {
  return text.length > from && text.length - from < 80;
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code > 127
  );
}
