import * as l10n from '@vscode/l10n';
import { TokenizerError } from '../tokenizer';

/** Where an assertion holds. */
export type Place = keyof typeof PLACES;

/** A regular expression as a tree. A set matches one character; its source is the inside of a JavaScript class under the `v` flag. */
export type Node =
  | { readonly kind: 'set'; readonly source: string; readonly negated: boolean }
  | { readonly kind: 'assertion'; readonly place: Place }
  | { readonly kind: 'look'; readonly source: string; readonly of: Node }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'atomic'; readonly of: Node }
  | {
      readonly kind: 'repeat';
      readonly of: Node;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

/** Classes of Oniguruma on Unicode text. */
const CLASSES: Readonly<Record<string, string>> = {
  s: '\\p{White_Space}',
  d: '\\p{Nd}',
  w: '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}',
  h: '0-9A-Fa-f',
};
/** The numbers of Latin-1 that are no digits: Oniguruma's \w has them, but not in brackets. */
const LATIN_NUMBERS = '\\u{b2}\\u{b3}\\u{b9}\\u{bc}-\\u{be}';
const ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27 };
const ANCHORS: Readonly<Record<string, Place>> = { A: 'start', z: 'end', Z: 'last line end' };
/** Places as JavaScript knows them. Lines begin after a newline, but for one that ends the text. */
export const PLACES = {
  start: '^',
  end: '$',
  'last line end': '(?=\\n?$)',
  'line start': '(?:^|(?<=\\n)(?!$))',
  'line end': '(?=\\n|$)',
} as const;
const LONGEST = 4000;
const DEEPEST = 20;
const MOST_REPEATS = 1000;

/**
 * Reads a regular expression in the syntax of Oniguruma. Only what tokenizers use is taken: characters, classes,
 * groups, alternatives, repetition, and looking ahead or behind.
 * @throws TokenizerError that names what is not taken, or is no regular expression
 */
export function parsePattern(pattern: string): Node {
  return new Parser(pattern).parse();
}

class Parser {
  readonly #pattern: string;
  #at = 0;
  #depth = 0;
  #ignoresCase = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
    if (pattern.length > LONGEST) throw this.#refuse(`is longer than ${LONGEST} characters`);
  }

  parse(): Node {
    const node = this.#choice();
    if (this.#at < this.#pattern.length) throw this.#refuse('has a closing parenthesis too many');
    return node;
  }

  #choice(): Node {
    if (++this.#depth > DEEPEST) throw this.#refuse('is nested too deeply');
    const ignoredCase = this.#ignoresCase;
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    this.#ignoresCase = ignoredCase;
    this.#depth--;
    return options.length === 1 ? options[0] : { kind: 'choice', options };
  }

  #sequence(): Node {
    const items: Node[] = [];
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) {
      const item = this.#atom();
      if (item !== undefined) items.push(this.#repeated(item));
    }
    return items.length === 1 ? items[0] : { kind: 'sequence', items };
  }

  /** Undefined where the pattern only sets an option for what follows. */
  #atom(): Node | undefined {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '.':
        return { kind: 'set', source: '\\n', negated: true };
      case '^':
        return { kind: 'assertion', place: 'line start' };
      case '$':
        return { kind: 'assertion', place: 'line end' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw this.#refuse('repeats nothing');
      default:
        return this.#literal(character);
    }
  }

  #group(): Node | undefined {
    if (!this.#take('?')) return this.#closed(this.#choice());
    for (const [sign, source] of [
      ['<=', '?<='],
      ['<!', '?<!'],
      ['=', '?='],
      ['!', '?!'],
    ]) {
      if (this.#take(sign)) return { kind: 'look', source, of: this.#closed(this.#choice()) };
    }
    if (this.#take('>')) return { kind: 'atomic', of: this.#closed(this.#choice()) };
    const flags = /^(-?i?)([:)])/.exec(this.#pattern.slice(this.#at));
    if (!flags) throw this.#refuse('has a kind of group that is not taken');
    this.#at += flags[0].length;
    const before = this.#ignoresCase;
    if (flags[1] !== '') this.#ignoresCase = !flags[1].startsWith('-');
    // `(?i)` applies to the rest of its group.
    if (flags[2] === ')') return undefined;
    const of = this.#closed(this.#choice());
    this.#ignoresCase = before;
    return of;
  }

  #closed(node: Node): Node {
    if (!this.#take(')')) throw this.#refuse('has a group that is not closed');
    return node;
  }

  #repeated(of: Node): Node {
    let node = of;
    for (;;) {
      const found = /^(?:[*+?]|\{(\d*)(,?)(\d*)\})/.exec(this.#pattern.slice(this.#at));
      if (!found || found[0] === '{}' || found[0] === '{,}') return node;
      if (node.kind === 'assertion' || node.kind === 'look') throw this.#refuse('repeats a place');
      if (node !== of) throw this.#refuse('repeats a repetition');
      this.#at += found[0].length;
      const [sign, least, comma, most] = found;
      const isCount = sign.startsWith('{');
      const bounds = isCount
        ? { least: Number(least), most: comma === '' ? Number(least) : most === '' ? Infinity : Number(most) }
        : { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
      if (bounds.least > bounds.most || bounds.least > MOST_REPEATS || (isCount && Number(most) > MOST_REPEATS)) {
        throw this.#refuse(`repeats ${sign} times`);
      }
      if (isCount && '+?'.includes(this.#peek() || ' ')) throw this.#refuse(`has ${sign}${this.#peek()}`);
      const lazy = this.#take('?');
      const possessive = !lazy && this.#take('+');
      node = { kind: 'repeat', of: node, ...bounds, lazy };
      if (possessive) return { kind: 'atomic', of: node };
    }
  }

  #escape(): Node {
    const letter = this.#next();
    if (Object.hasOwn(ANCHORS, letter)) return { kind: 'assertion', place: ANCHORS[letter] };
    const set = this.#classEscape(letter);
    if (set && 'wW'.includes(letter)) return { kind: 'set', ...set, source: set.source + LATIN_NUMBERS };
    if (set) return { kind: 'set', ...set };
    return this.#literal(this.#character(letter));
  }

  /** `\s`, `\P{L}` and the like. */
  #classEscape(letter: string): { source: string; negated: boolean } | undefined {
    const lower = letter.toLowerCase();
    if (Object.hasOwn(CLASSES, lower)) return { source: CLASSES[lower], negated: letter !== lower };
    if (lower !== 'p') return undefined;
    const property = /^\{(\^?)([A-Za-z_ ]+)\}/.exec(this.#pattern.slice(this.#at));
    if (!property) throw this.#refuse(`has a \\${letter} without a name`);
    this.#at += property[0].length;
    const source = propertySource(property[2]);
    if (source === undefined) throw this.#refuse(`has the property ${property[2]}, which is not taken`);
    return { source, negated: (letter === 'P') !== (property[1] === '^') };
  }

  /** The character of an escape sequence. */
  #character(letter: string): string {
    if (Object.hasOwn(ESCAPES, letter)) return String.fromCharCode(ESCAPES[letter]);
    const code = /^(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4}))/.exec(
      letter + this.#pattern.slice(this.#at),
    );
    if (code) {
      this.#at += code[0].length - 1;
      const value = Number.parseInt(code[1] ?? code[2] ?? code[3], 16);
      // From \x80 on Oniguruma reads bytes, not characters.
      if (value <= 0x10ffff && !(code[1] !== undefined && value >= 0x80)) return String.fromCodePoint(value);
    }
    if (/[\p{L}\p{N}]/u.test(letter) || letter === '') throw this.#refuse(`has \\${letter}, which is not taken`);
    return letter;
  }

  #class(): Node {
    if (++this.#depth > DEEPEST) throw this.#refuse('is nested too deeply');
    const negated = this.#take('^');
    let source = '';
    let isFirst = true;
    for (;;) {
      if (this.#at >= this.#pattern.length) throw this.#refuse('has a class that is not closed');
      if (!isFirst && this.#take(']')) break;
      if (this.#pattern.startsWith('&&', this.#at)) throw this.#refuse('has an intersection, which is not taken');
      if (this.#pattern.startsWith('[:', this.#at)) throw this.#refuse('has a POSIX class, which is not taken');
      source += this.#classItem();
      isFirst = false;
    }
    this.#depth--;
    return { kind: 'set', source, negated };
  }

  #classItem(): string {
    if (this.#take('[')) {
      const inner = this.#class() as Extract<Node, { kind: 'set' }>;
      return inner.negated ? `[^${inner.source}]` : `[${inner.source}]`;
    }
    const first = this.#classCharacter();
    if (typeof first === 'object') return first.negated ? `[^${first.source}]` : first.source;
    const isRange = this.#peek() === '-' && ![']', ''].includes(this.#pattern[this.#at + 1] ?? '');
    if (!isRange) return this.#ignoresCase ? caseVariants(first).map(escaped).join('') : escaped(first);
    this.#at++;
    const last = this.#classCharacter();
    if (typeof last === 'object' || (last.codePointAt(0) ?? 0) < (first.codePointAt(0) ?? 0)) {
      throw this.#refuse('has a range that is none');
    }
    if (this.#ignoresCase) throw this.#refuse('has a range in any case, which is not taken');
    return `${escaped(first)}-${escaped(last)}`;
  }

  #classCharacter(): string | { source: string; negated: boolean } {
    const character = this.#next();
    if (character !== '\\') return character;
    const letter = this.#next();
    return this.#classEscape(letter) ?? this.#character(letter);
  }

  #literal(character: string): Node {
    const variants = this.#ignoresCase ? caseVariants(character) : [character];
    return { kind: 'set', source: variants.map(escaped).join(''), negated: false };
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #next(): string {
    const code = this.#pattern.codePointAt(this.#at);
    if (code === undefined) throw this.#refuse('ends too early');
    const character = String.fromCodePoint(code);
    this.#at += character.length;
    return character;
  }

  #take(expected: string): boolean {
    const found = this.#pattern.startsWith(expected, this.#at);
    if (found) this.#at += expected.length;
    return found;
  }

  #refuse(what: string): TokenizerError {
    const shown = this.#pattern.length > 80 ? `${this.#pattern.slice(0, 80)}…` : this.#pattern;
    return new TokenizerError(
      l10n.t(
        'The regular expression {0} cannot be read at character {1} ({2}).',
        JSON.stringify(shown),
        this.#at,
        what,
      ),
    );
  }
}

/** General categories and binary properties that JavaScript has under the same name. */
function propertySource(name: string): string | undefined {
  const plain = name.replaceAll(' ', '_');
  for (const source of [`\\p{${plain}}`, `\\p{Script=${plain}}`]) {
    try {
      new RegExp(source, 'v');
      return source;
    } catch {
      // The next form is tried.
    }
  }
  return undefined;
}

/** The characters of the planes that have cased letters. */
const LAST_CASED = 0x1ffff;

/** The characters that are this one in another case, itself among them. */
function caseVariants(character: string): string[] {
  if (character.toLowerCase() === character && character.toUpperCase() === character) return [character];
  // Of ASCII only these two have a third form: the long s and the Kelvin sign.
  if (/[a-z]/i.test(character)) {
    const third = { s: '\u017f', k: '\u212a' }[character.toLowerCase()] ?? '';
    return [character.toLowerCase(), character.toUpperCase(), ...third];
  }
  const same = new RegExp(`^${escaped(character)}$`, 'iu');
  const variants: string[] = [];
  for (let code = 0; code <= LAST_CASED; code++) {
    const other = String.fromCodePoint(code);
    if (same.test(other)) variants.push(other);
  }
  return variants;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
