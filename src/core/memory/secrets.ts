/** A stretch of a text, in UTF-16 units. */
export interface Stretch {
  readonly offset: number;
  readonly text: string;
}

/** One of these stands in every text in which one of `SECRETS` is found. */
const HINTS =
  /pass|pwd|pin|secret|credential|kennwort|contrase|senha|key|token|bearer|basic|seed|recovery|mnemonic|backup|:\/\//i;
const SECRETS = [
  // PEM blocks, whole or begun.
  /-----BEGIN [A-Z ]{0,40}?PRIVATE KEY[A-Z ]{0,20}-----[\s\S]*?(?:-----END [A-Z ]{0,40}?PRIVATE KEY[A-Z ]{0,20}-----|$)/g,
  // `password = …`, `API_KEY: …`, `"token": "…"`, `| password | … |`.
  /(?:pass(?:word|wd|phrase|code|wort)?|pwd|pin|secret|credentials?|kennwort|mot de passe|contraseña|senha|(?:api|access|auth|private|client)[_-]?(?:key|token|secret)|token)["'`*_]*\s*[:=|][\s"'`*_]*[^\s"'`*]{4,}/gi,
  // `the password is …`: what follows has a digit or a sign.
  /pass(?:word|wd|phrase|code|wort)\s{1,4}(?:is|was|to|ist|lautet)\s{1,4}["'`*_]{0,4}(?=[^\s"'`]{0,64}[\d#$%^&@!+=?])[^\s"'`]{4,256}/gi,
  // Words that open a wallet, and codes that open an account: the rest of the line.
  /\b(?:seed|recovery|mnemonic|backup)\s+(?:phrase|words|codes?|keys?)["'`*_]*\s*[:=][^\n]*/gi,
  // `https://user:password@host`.
  /:\/\/[^\s/:@]+:[^\s/:@]+@/g,
  // `Bearer …`, `Basic …`.
  /\b(?:Bearer|Basic)\s+[\w+/=.~-]{16,}/g,
];

/** What needs no hint. */
const SHAPES = [
  // Keys with a known beginning.
  /\b(?:gh[opsur]|github_pat|glpat|sk|pk|rk|xox[abprs]|AKIA|ASIA|AIza|ya29|npm|hf)[_-]?[A-Za-z0-9_-]{12,}/g,
  // Card and account numbers.
  /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b|\b\d{4}(?:[ -]?\d{4}){3}\b/g,
];

/** What stands between spaces, from a length on that a password may have. */
const WORD = /\S{8,}/g;
/** Runs that may be random, and how long they must be. */
const RUN = /[A-Za-z0-9+/=_-]{16,}/g;
const SHORTEST_RUN = 16;
/** Changes between small letters, capitals and digits for each character: words have hardly any. */
const RANDOM_CHANGES = 0.2;
/** Codes to be typed over: letters and digits in turn, so often at least. */
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

function secretSpans(text: string): (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  for (const pattern of [...SHAPES, ...(HINTS.test(text) ? SECRETS : [])]) {
    for (const { index, 0: found } of text.matchAll(pattern)) spans.push([index, index + found.length]);
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

/** Letters of both sizes, digits and signs in one, and no address. */
function looksLikePassword(word: string): boolean {
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

/** How often the kind changes from sign to sign; those of no kind are passed over. */
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

function kindOf(character: string): number {
  if (/\d/.test(character)) return 0;
  if (/[a-z]/.test(character)) return 1;
  return /[A-Z]/.test(character) ? 2 : 3;
}
