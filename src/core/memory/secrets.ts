import type { Span } from '../text/sentences';
import { namedSecretSpans, namesSecret } from './namedSecrets';

/** A stretch of a text, in UTF-16 units. */
export interface Stretch {
  readonly offset: number;
  readonly text: string;
}

/** A block of a private key, whole or begun. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,40}?PRIVATE KEY[A-Z ]{0,20}-----[\s\S]*?(?:-----END [A-Z ]{0,40}?PRIVATE KEY[A-Z ]{0,20}-----|$)/g;

/** Secrets recognised by their own format, wherever they occur. */
const SHAPES = [
  // `DB_PASS=…`.
  /\b[A-Z][A-Z0-9_]{0,40}(?:PASS|PWD|PW|SECRET|KEY|TOKEN)[A-Z0-9_]{0,20}["']?\s*[=:]\s*\S{4,}/g,
  // `https://user:password@host`, `https://token@host`, `?token=…`, `curl -u user:password`, `WIFI:…P:password;`.
  /:\/\/[^\s/:@]*:(?!\d+\/)[^\s:@]+(?::[^\s:@]+)?@/g,
  /:\/\/[^\s/:@]{16,}@/g,
  /[?&#](?:[a-z_-]{0,20}(?:key|token|secret|password|signature)|sig|code|auth)=[^\s&#)>\]]{6,}/gi,
  /(?:\s-u|--user)[ =]["']?[\w.@-]{1,32}:[^\s"']{4,}/g,
  /\bWIFI:\S+/g,
  // `Login: anna / …`.
  /\b(?:login|user|username|wi-?fi|wlan)[ \t]?[:=][ \t]?[^\s/|:=]+[ \t]?[/|][ \t]?[^\s|]{4,}/gi,
  // `Bearer …`, `Basic …`.
  /\b(?:Bearer|Basic)\s+[\w+/=.~-]{16,}/g,
  // Keys with a known beginning.
  /\b(?:gh[opsur]|github_pat|glpat|sk|pk|rk|xox[abprs]|AKIA|ASIA|AIza|ya29|npm|hf)[_-]?[A-Za-z0-9_-]{12,}/g,
];

/** Shapes in which there is a digit. */
const SHAPES_WITH_DIGITS = [
  // `Key: …`.
  /\bkey["'`*_]{0,4}\s?[:=]\s?(?=[A-Za-z_-]*\d)[\w-]{8,}/gi,
  // Numbers for banks and telephones: `PIN 4711`.
  /\b(?:PIN|TAN|PUK|CVV2?|CVC2?|OTP)\b[^\n\d]{0,16}\b\d{3,10}\b/g,
  // For doors, safes and alarms: `door code: 4711`, `Türcode 4711`, `code de la porte : 4711`.
  /(?<!\p{L})(?:(?:door|gate|alarm|entry|garage|locker|safe|unlock|security)[ -]?(?:code|combination)|(?:(?:haus)?tür|tor|alarm|safe|entsperr)-?code|zahlen(?:schloss|kombination)|digicode|code (?:de la |de |du |d['’])?(?:porte|portail|entrée|alarme|immeuble)|c[oó]digo (?:de la |del |de |da |do )?(?:puerta|alarma|entrada|porta|portão|alarme))[^\n\d]{0,24}\d[\d-]{2,11}(?!\d)/giu,
  // Of accounts, not some years: `Konto-Nr. …`, `account: …`, `口座番号：…`.
  /(?:(?:account|acct|konto|compte|cuenta|conta|rekening)(?:[ -]?(?:nummer|number|num|no|nr)\b\.?|(?=[*_ \t]{0,4}[:=#])|(?=[ \t]\d{7}))|(?:n[uú]mero|num[eé]ro|n[º°]) d[ea] (?:compte|cuenta|conta)|口座(?:番号)?|账户|帳戶|账号|帐号)[:=：#*_ \t]{0,6}(?!(?:1[89]|20)\d\d[ .-])\d(?:[ .-]?\d){5,29}/giu,
  // Of the United States' social security.
  /\b(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g,
  // Account and card numbers; not some years.
  /\b[A-Z]{2}\d{2}(?:[ \u00A0\u202F]?[A-Z0-9]{4}){2,7}(?:[ \u00A0\u202F]?[A-Z0-9]{1,3})?\b/g,
  /\b(?!(?:(?:1\d|20)\d\d[ -]){3})(?:\d{4}(?:[ .\u00A0\u202F-]?\d{4}){3}|3\d{3}[ .\u00A0\u202F-]?\d{6}[ .\u00A0\u202F-]?\d{4,5})\b/g,
];

/** `abcdef-ghijk1-lmnopq`, as browsers invent them, if there is a digit in it. */
const BROWSERS_PASSWORD = /\b[a-z\d]{6}-[a-z\d]{6}-[a-z\d]{6}\b/gi;

/** A code in groups of four. */
const GROUPS_OF_CODE = /\b[A-Za-z0-9]{4}(?: [A-Za-z0-9]{4}){3,}\b/g;
/** Words of at least the length of a password. */
const WORD = /\S{8,}/g;
/**
 * Signs next to an ordinary word that would make it look like a password: of a hashtag or mention, a footnote, a
 * question mark.
 */
const AROUND_WORD = /^[#@]+|\[\^[^[\]\s]*\]|\?["'”’)]?$/g;
/** Runs of characters that may be random, and how long they must be. */
const RUN = /[A-Za-z0-9+/=_-]{16,}/g;
const SHORTEST_RUN = 16;
/** Changes between small letters, capitals and digits for each character: words have hardly any. */
const RANDOM_CHANGES = 0.2;
/** Codes that people type over: between letters and digits they change at least so often. */
const CODE = /[A-Za-z0-9-]{10,}/g;
const TURNS_OF_CODE = 4;

/** What is left of a text without what looks like a secret: keys, passwords, long random strings. */
export function withoutSecrets(text: string): Stretch[] {
  const spans = secretSpans(text);
  const stretches: Stretch[] = [];
  let from = 0;
  for (const [start, end] of spans) {
    if (start > from) stretches.push({ offset: from, text: text.slice(from, start) });
    from = Math.max(from, end);
  }
  if (from < text.length) stretches.push({ offset: from, text: text.slice(from) });
  return stretches;
}

function secretSpans(text: string): Span[] {
  const spans = longSecretSpans(text);
  for (const pattern of SHAPES) spans.push(...found(pattern, text));
  if (/\d/.test(text)) {
    for (const pattern of SHAPES_WITH_DIGITS) spans.push(...found(pattern, text));
    spans.push(...found(GROUPS_OF_CODE, text).filter(([start, end]) => looksGrouped(text.slice(start, end))));
    spans.push(...found(BROWSERS_PASSWORD, text).filter(([start, end]) => /\d/.test(text.slice(start, end))));
  }
  for (const { index: start, 0: word } of text.matchAll(WORD)) {
    if (word.length < SHORTEST_RUN && !/\d/.test(word)) continue;
    if (looksLikePassword(word)) spans.push([start, start + word.length]);
    for (const [pattern, applies] of [[RUN, looksRandom] as const, [CODE, looksLikeCode] as const]) {
      for (const { index, 0: found } of word.matchAll(pattern)) {
        if (applies(found)) spans.push([start + index, start + index + found.length]);
      }
    }
  }
  return spans.sort((a, b) => a[0] - b[0]);
}

/** Whether a secret may begin in this text that is recognised only together with the text behind it. */
export function mayBeginLongSecret(text: string): boolean {
  return text.includes('-----BEGIN') || namesSecret(text);
}

/**
 * The secrets that are recognised only where they are whole: those that may be longer than a line, and those behind a
 * name.
 */
export function longSecretSpans(text: string): Span[] {
  return [...found(PRIVATE_KEY, text), ...namedSecretSpans(text)];
}

function found(pattern: RegExp, text: string): Span[] {
  return Array.from(text.matchAll(pattern), ({ index, 0: match }) => [index, index + match.length] as const);
}

/** Letters and digits in more than one group of four. */
function looksGrouped(groups: string): boolean {
  return groups.split(' ').filter((group) => /\d/.test(group) && /[A-Za-z]/.test(group)).length > 1;
}

/** Mixed case, digits and special characters together; no address, and no user name. */
function looksLikePassword(found: string): boolean {
  const word = found.replace(AROUND_WORD, '');
  const mixed = /\d/.test(word) && /[A-Z]/.test(word) && /[a-z]/.test(word) && /[#$%^&@!+=?~]/.test(word);
  return mixed && !word.includes('://') && !word.includes('](');
}

function looksLikeCode(run: string): boolean {
  return turns(run, (sign) => (sign === '-' ? undefined : /\d/.test(sign))) >= TURNS_OF_CODE;
}

/** Digits among letters without any order, or capitals and small letters in turn; not `well-known-words`, not a date. */
function looksRandom(run: string): boolean {
  if (!/\d/.test(run) || !/[A-Za-z]/.test(run)) return capitalsInTurn(run);
  return turns(run, kindOf) / run.length >= RANDOM_CHANGES || /^[0-9a-f]{16,}$/i.test(run);
}

function capitalsInTurn(run: string): boolean {
  const found = run.match(/[a-z][A-Z][A-Z]?[a-z]?/g)?.length ?? 0;
  return run.length >= 20 && found / run.length >= RANDOM_CHANGES;
}

/** How often the kind of character changes; characters for which `kind` is undefined are passed over. */
function turns(run: string, kind: (sign: string) => unknown): number {
  let changes = 0;
  let before: unknown;
  for (const sign of run) {
    const now = kind(sign);
    if (now === undefined) continue;
    if (before !== undefined && now !== before) changes++;
    before = now;
  }
  return changes;
}

function kindOf(character: string): number | undefined {
  if (/\d/.test(character)) return 0;
  if (/[a-z]/.test(character)) return 1;
  return /[A-Z]/.test(character) ? 2 : undefined;
}
