/** A stretch of a text, in UTF-16 units. */
export interface Stretch {
  readonly offset: number;
  readonly text: string;
}

const SECRETS = [
  // PEM blocks, whole or begun.
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // `password = …`, `API_KEY: …`, `"token": "…"`.
  /(?:pass(?:word|wd|phrase)?|pwd|secret|credentials?|(?:api|access|auth|private|client)[_-]?(?:key|token|secret)|token)["'`*]*\s*[:=]\s*["'`*]*[^\s"'`*]{6,}/gi,
  // `https://user:password@host`.
  /:\/\/[^\s/:@]+:[^\s/:@]+@/g,
  // `Bearer …`, `Basic …`.
  /\b(?:Bearer|Basic)\s+[\w+/=.~-]{16,}/g,
  // Keys with a known beginning.
  /\b(?:gh[opsur]|github_pat|glpat|sk|pk|rk|xox[abprs]|AKIA|ASIA|AIza|ya29|npm|hf)[_-]?[A-Za-z0-9_-]{12,}/g,
  // Card and account numbers.
  /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b|\b\d{4}(?:[ -]?\d{4}){3}\b/g,
];

/** Runs without a space that may be random, and how long they must be. */
const RUN = /[A-Za-z0-9+/=_-]{16,}/g;
/** Changes between small letters, capitals and digits for each character: words have hardly any. */
const RANDOM_CHANGES = 0.2;

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
  for (const pattern of SECRETS) {
    for (const { index, 0: found } of text.matchAll(pattern)) spans.push([index, index + found.length]);
  }
  for (const { index, 0: found } of text.matchAll(RUN)) {
    if (looksRandom(found)) spans.push([index, index + found.length]);
  }
  return spans.sort((a, b) => a[0] - b[0]);
}

/** Digits among letters without any order, or capitals and small letters in turn; not `well-known-words`, not a date. */
function looksRandom(run: string): boolean {
  if (!/\d/.test(run) || !/[A-Za-z]/.test(run)) return capitalsInTurn(run);
  let changes = 0;
  for (let i = 1; i < run.length; i++) if (kindOf(run[i]) !== kindOf(run[i - 1])) changes++;
  return changes / run.length >= RANDOM_CHANGES || /^[0-9a-f]{16,}$/i.test(run);
}

function capitalsInTurn(run: string): boolean {
  const turns = run.match(/[a-z][A-Z][A-Z]?[a-z]?/g)?.length ?? 0;
  return run.length >= 20 && turns / run.length >= RANDOM_CHANGES;
}

function kindOf(character: string): number {
  if (/\d/.test(character)) return 0;
  if (/[a-z]/.test(character)) return 1;
  return /[A-Z]/.test(character) ? 2 : 3;
}
