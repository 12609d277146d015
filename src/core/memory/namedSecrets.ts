import type { Span } from '../text/sentences';
import { IN_EVERY_NAME, KEY, PASSWORD, WORDS } from './secretNames';

/** Signs of emphasis and tags of HTML around a name or a value, as sources of expressions. */
const AROUND = '(?:["\'`*_]|</?[a-z][^<>\\n]{0,80}>)*';
const QUOTED =
  '(?:"[^\\n"]{4,400}"|\'[^\\n\']{4,400}\'|`[^\\n`]{4,400}`|“[^\\n”]{4,400}”|„[^\\n“”]{4,400}[“”]|«[^\\n»]{4,400}»|「[^\\n」]{4,400}」)';
/** `password = …`, `API_KEY: …`, `"token": "…"`, `| password | … |`: in quotation marks, or up to a space. */
const ASSIGNED = new RegExp(
  `${AROUND}\\s*(?:::?|={1,3}(?!=)|[|：→]|[-=]>)(?:[\\s*_]|</?[a-z][^<>\\n]{0,80}>)*(?:${QUOTED}|["'\`]?[^\\s"'\`*_][^\\s"'\`*]{3,})`,
  'iuy',
);
/** Words that end the line with a value belong to it. */
const REST_OF_LINE = /(?:[ \t]+[\p{L}\p{M}\d]+){1,11}(?=[ \t]*(?:\n|$))/uy;
/**
 * What a name is for, and then a value that is known for one by a digit or sign, by quotation marks, or because it is
 * alone: `password (guests): …`, `password for the bank: …`, `Passwort Bank – …`. To pass and to pin are verbs, too.
 */
const ASSIGNED_FOR = new RegExp(
  [
    '(?<!(?<!\\p{L})(?:pass|pin))(?:[ \\t]{0,2}[(（][^()（）\\n]{1,40}[)）]|(?:[ \\t]{1,2}[^\\s:=|.,;!?()：]{1,24}){1,5})?',
    AROUND,
    '[ \\t]{0,4}(?:[:=：]|[ \\t][–—-](?=[ \\t]))[ \\t]{0,4}',
    `(?:${QUOTED}|(?=\\S*[\\d#$%^&@!+=])[^\\s"'\`]{4,}|\\S{4,}(?=[ \\t]*(?:\\n|$)))`,
  ].join(''),
  'iuy',
);
/** A phrase up to the end of the line whose first word is short: `passphrase: an old man and his boat`. */
const PHRASE =
  /(?<!(?<!\p{L})(?:pass|pin))["'`*_]{0,4}[ \t]{0,4}[:=：][\s*_]{1,4}\S{1,3}(?:[ \t]+[\p{L}\p{M}\d]+){2,11}(?=[ \t]*(?:\n|$))/iuy;
/** `Password</td><td>…</td>`, `<password>…</password>`. */
const IN_TAGS = /(?:>|(?:\s*<\/?[a-z][^<>\n]{0,80}>){1,4}\s*)[^\s<]{4,}(?=\s*<\/)/iuy;
/** `the password for the bank is …`: the value has a digit or a special character, or is quoted. */
const TOLD = new RegExp(
  [
    '(?:[ \\t]{1,2}(?:for|to|of|on|für|zum?|pour|du|de|del|para|d[ao])(?:[ \\t]{1,2}[^\\s:=|.,;!?()：]{1,24}){1,4}?)?',
    '(?:\\s{1,4}(?:is|was|to|ist|lautet|est|es|é)\\s{1,4}(?=["\'`*_“„«]|[^\\s"\'`]*[\\d#$%^&@!+=?])',
    '|[ \\t]?[は是为為는은]\\s{0,4}(?=["\'`*_“„«「]|[!-~]*[\\d#$%^&@!+=?])|\\s{0,4}(?=["`“„«「]))',
    `(?:${QUOTED}|["'\`*_“„«「]{0,4}[^\\s"'\`“”»」]{4,})`,
  ].join(''),
  'uy',
);
/** Marks before the words of `## Password` and `- My mail password:`, and those words. */
const LINE_MARKS = /^[ \t#>*+_-]+/;
const WORD = /^[\p{L}\p{M}’'-]{0,24}$/u;
const MOST_WORDS = 4;
/** Behind the last of them: a line under a heading, and the fence before what stands below. */
const ENDS_LINE = /(?:s|en)?[:：*_ \t]*(?:\n[=-]{3,}[ \t]*)?(?:\n\s*(?:`{3,}|~{3,})\w*)?(?=\n)/uy;
/** The value below, alone on its line. */
const LINE_BELOW = /\n+[ \t]*(?:[-*+>][ \t]+){0,2}["'`]?[^\s|]{4,}[ \t]*(?=\n|$)/uy;
/** The parts of a line below: its bullet or number, what its value opens, and the value. */
const BULLET = /^(?:[-*+>]|\d{1,3}[.)])[ \t]+/;
const LABEL = /^[^:=|：]{1,40}?(?:[:=：]|[ \t][–—-](?=[ \t]))[ \t]*/;
const VALUE = /^[^\s|]{4,}$/;
/** Around the name of a column. */
const BEGINS_CELL = /\|[ \t*_]*$/;
const ENDS_CELL = /[ \t*_]*(?:\||(?=\n|$))/uy;
/** A row of a table, or a line between two rows of a grid. */
const TABLE_LINE = /\||^[ \t]*\+[-=+:]{3,}/;
/** In a table of AsciiDoc's there are blank lines. */
const ASCIIDOC_TABLE = /^\|===[ \t]*\n[^\n]*$/m;
/** The rest of the line. */
const LISTED = /["'`*_]*[ \t]*[:=：][ \t]*[^\s][^\n]*/uy;
/** A code to be typed over, on a line of its own or in a list. */
const LINE_OF_CODE =
  /\n+[ \t]*(?![ \t])(?:(?:[-*+]|\d{1,3}[.)])[ \t]+(?![ \t]))?(?=[\w -]*\d)[a-z\d]{3,}(?:[ -][a-z\d]{3,}){0,4}[ \t]*(?=\n|$)/iuy;
/** A word of a wallet, and the number of its line. */
const WALLET_WORD = /^["'`]?[a-z]{3,8}["'`]?[.;]?$/i;
const NUMBER_OF_LINE = /^(?:\d{1,2}[.):]?|[-*+])$/;
const FEWEST_WORDS = 12;

/** How far behind its name a secret may begin, and how far the words of a wallet may reach, in UTF-16 units. */
const NEAR = 80;
const REACH = 1_000;
/** UTF-16 units before a name searched for the marks of a heading or column. */
const MARKS = 40;

/** Whether a text contains a name that a secret may follow. */
export function namesSecret(text: string): boolean {
  return IN_EVERY_NAME.test(text) && [PASSWORD, KEY, WORDS].some((name) => text.search(name) >= 0);
}

/** The secrets that have a name before them, names included. */
export function namedSecretSpans(text: string): Span[] {
  if (!IN_EVERY_NAME.test(text)) return [];
  return [
    ...behind(PASSWORD, text, (from, to) => {
      const value = columnEnd(text, from, to) ?? valueEnd(text, to) ?? matchEnd(IN_TAGS, text, to);
      const told = value ?? matchEnd(PHRASE, text, to) ?? matchEnd(TOLD, text, to) ?? matchEnd(ASSIGNED_FOR, text, to);
      return told ?? (beginsLine(text, from) ? belowEnd(text, to) : undefined);
    }),
    ...behind(KEY, text, (_, to) => valueEnd(text, to)),
    ...behind(WORDS, text, (_, to) => matchEnd(LISTED, text, to) ?? codesEnd(text, to) ?? walletEnd(text, to)),
  ];
}

/** @param endOf end of the value after a name, if it is a secret */
function behind(name: RegExp, text: string, endOf: (from: number, to: number) => number | undefined): Span[] {
  const spans: Span[] = [];
  let last = 0;
  for (const { index, 0: found } of text.matchAll(name)) {
    // A name in a secret is part of it.
    if (index < last) continue;
    const end = endOf(index, index + found.length);
    if (end === undefined) continue;
    spans.push([index, end]);
    last = end;
  }
  return spans;
}

/** Where the rows end of a table that has a column of this name. */
function columnEnd(text: string, from: number, to: number): number | undefined {
  if (text.startsWith('</th>', to)) return behindTable(text, to);
  if (!BEGINS_CELL.test(text.slice(Math.max(0, from - MARKS), from))) return undefined;
  if (matchEnd(ENDS_CELL, text, to) === undefined) return undefined;
  const head = lineEnd(text, to);
  const isAsciiDoc = ASCIIDOC_TABLE.test(text.slice(Math.max(0, text.lastIndexOf('\n', from) - MARKS), from));
  let end = head;
  while (end < text.length) {
    const line = text.slice(end + 1, lineEnd(text, end + 1));
    if (!TABLE_LINE.test(line) && !(isAsciiDoc && line.trim() === '')) break;
    end = lineEnd(text, end + 1);
  }
  return end > head ? end : undefined;
}

function behindTable(text: string, from: number): number {
  const end = text.indexOf('</table>', from);
  return end < 0 ? text.length : end;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function valueEnd(text: string, at: number): number | undefined {
  const end = matchEnd(ASSIGNED, text, at);
  return end === undefined ? undefined : (matchEnd(REST_OF_LINE, text, end) ?? end);
}

/** Where what stands below a name ends: a value alone on its line, or a list of them. */
function belowEnd(text: string, at: number): number | undefined {
  const name = matchEnd(ENDS_LINE, text, at);
  if (name === undefined) return undefined;
  let end = matchEnd(LINE_BELOW, text, name);
  for (let next = itemEnd(text, end ?? name); next !== undefined; next = itemEnd(text, next)) end = next;
  return end;
}

/** Where the next line ends that is not blank, if it is a value with a bullet or with what it opens before it. */
function itemEnd(text: string, at: number): number | undefined {
  let from = at;
  while (text[from] === '\n') from++;
  if (from === at) return undefined;
  const end = lineEnd(text, from);
  const line = text.slice(from, end).trim();
  const [bullet = ''] = BULLET.exec(line) ?? [];
  const [label = ''] = LABEL.exec(line.slice(bullet.length)) ?? [];
  const isItem = bullet + label !== '' && VALUE.test(line.slice(bullet.length + label.length));
  return isItem ? end : undefined;
}

function codesEnd(text: string, at: number): number | undefined {
  const line = text.slice(at, at + NEAR + 1).indexOf('\n');
  if (line < 0) return undefined;
  let end = matchEnd(LINE_OF_CODE, text, at + line);
  for (let next = end; next !== undefined; next = matchEnd(LINE_OF_CODE, text, next)) end = next;
  return end;
}

/** A dozen words of a wallet or more in a row, numbered or not. */
function walletEnd(text: string, at: number): number | undefined {
  let words = 0;
  let end = at;
  for (const { index, 0: word } of text.slice(at, at + REACH).matchAll(/[^,\s]+/g)) {
    if (NUMBER_OF_LINE.test(word)) continue;
    if (WALLET_WORD.test(word)) {
      words++;
      end = at + index + word.length;
    } else if (words >= FEWEST_WORDS || index > NEAR) {
      break;
    } else {
      words = 0;
    }
  }
  return words >= FEWEST_WORDS ? end : undefined;
}

/** Whether a name is the first of its line, or has some words of its own before it. */
function beginsLine(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - MARKS), at);
  const start = before.lastIndexOf('\n') + 1;
  if (start === 0 && at > MARKS) return false;
  const words = before
    .slice(start)
    .replace(LINE_MARKS, '')
    .split(/[ \t]+/);
  return words.length <= MOST_WORDS && words.every((word) => WORD.test(word));
}

/** Where the match of a sticky expression ends that begins here. */
function matchEnd(expression: RegExp, text: string, at: number): number | undefined {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : undefined;
}
