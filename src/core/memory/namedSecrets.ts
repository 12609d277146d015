import type { Span } from '../text/sentences';

/** Parts of which every name below has one: they are found several times as fast as the names. */
const IN_EVERY_NAME =
  /pass|pin|pw|mdp|wort|woord|lösen|hasło|пароль|contrase|senha|heslo|salasana|ifre|khẩu|kode|jelsz|パス|暗証|密|口令|비밀|secret|credential|token|mnemonic|key|code|word|phrase|frase|clave|wallet|wörter|schlüssel|código|助|恢|备|リカバリー|バック/i;
/**
 * Names of passwords: what follows one is a secret whatever it looks like. The short names count only as whole words.
 */
const PASSWORD =
  /pass(?:word|wd|phrase|code|wort)|(?<!\p{L})(?:pass|pin|pw|mdp|clave|şifre)|pwd|kennwort|wachtwoord|lösenord|hasło|пароль|mot de passe|contraseña|senha|palavra-passe|heslo|salasana|adgangskode|passord|jelszó|mật khẩu|パスワード|暗証番号|密码|密碼|口令|비밀번호/giu;
/** Names of keys, which are ordinary words too: a secret is only the value that is assigned to one. */
const KEY =
  /secret|credentials?|token|mnemonic|(?:api|access|auth|private|client|secret|encryption|signing|licen[cs]e|product|serial|activation|master|session|account|wpa2?|wi-?fi)[ _-]?(?:key|token|secret|code)/giu;
/** Names of the words that open a wallet, and of the codes that open an account. */
const WORDS =
  /(?:seed|recovery|mnemonic|backup|secret)\s+(?:phrase|words|codes?|keys?)|mnemonic|wallet|(?:12|24|twelve|twenty-four)\s+words|wiederherstellungs-?(?:phrase|wörter|codes?|schlüssel)|(?:ersatz|notfall)codes?|(?:codes?|c[óo]digos?|phrase|frase|clave)\s+(?:de\s+)?(?:secours|récupération|recuperación|recuperação|respaldo|backup|semilla)|助记词|助記詞|恢复码|恢復碼|备用码|リカバリー(?:コード|フレーズ)|バックアップコード/giu;

/** `password = …`, `API_KEY: …`, `"token": "…"`, `| password | … |`: in quotation marks, or up to a space. */
const ASSIGNED =
  /["'`*_]*\s*(?:[:=|：→]|[-=]>)[\s*_]*(?:"[^\n"]{4,}"|'[^\n']{4,}'|`[^\n`]{4,}`|["'`]?[^\s"'`*_][^\s"'`*]{3,})/uy;
/** Small words that end the line with a value belong to it. */
const REST_OF_LINE = /(?:[ \t]+[\p{Ll}\d]+){1,11}(?=[ \t]*(?:\n|$))/uy;
/** `the password is …`: the value has a digit or a special character, or is quoted. */
const TOLD =
  /(?:\s{1,4}(?:is|was|to|ist|lautet|est|es|é)\s{1,4}(?=["'`*_“„«]|[^\s"'`]*[\d#$%^&@!+=?])|\s{0,4}(?=["`“„«]))["'`*_“„«]{0,4}[^\s"'`“”»]{4,}/uy;
/** `## Password`, and the value below it, alone on its line. */
const BEGINS_LINE = /\n[ \t#>*+_-]*$/;
const BELOW = /[:：*_ \t]*\n+[ \t]*(?:[-*+>][ \t]+){0,2}["'`]?[^\s|]{4,}[ \t]*(?=\n|$)/uy;
/** Around the name of a column. */
const BEGINS_CELL = /\|[ \t*_]*$/;
const ENDS_CELL = /[ \t*_]*(?:\||(?=\n|$))/uy;
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
      const value = columnEnd(text, from, to) ?? valueEnd(text, to) ?? matchEnd(TOLD, text, to);
      return value ?? (beginsLine(text, from) ? matchEnd(BELOW, text, to) : undefined);
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
  if (!BEGINS_CELL.test(text.slice(Math.max(0, from - MARKS), from))) return undefined;
  if (matchEnd(ENDS_CELL, text, to) === undefined) return undefined;
  const head = lineEnd(text, to);
  let end = head;
  while (end < text.length && text.slice(end + 1, lineEnd(text, end + 1)).includes('|')) end = lineEnd(text, end + 1);
  return end > head ? end : undefined;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function valueEnd(text: string, at: number): number | undefined {
  const end = matchEnd(ASSIGNED, text, at);
  return end === undefined ? undefined : (matchEnd(REST_OF_LINE, text, end) ?? end);
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

function beginsLine(text: string, at: number): boolean {
  const start = at < MARKS ? '\n' : '';
  return BEGINS_LINE.test(start + text.slice(Math.max(0, at - MARKS), at));
}

/** Where the match of a sticky expression ends that begins here. */
function matchEnd(expression: RegExp, text: string, at: number): number | undefined {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : undefined;
}
