/** A block of a private key, whole or begun. */
export const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,40}?PRIVATE KEY[A-Z ]{0,20}-----[\s\S]*?(?:-----END [A-Z ]{0,40}?PRIVATE KEY[A-Z ]{0,20}-----|$)/g;

/** Secrets recognised by their own format, wherever they occur. */
export const SHAPES = [
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
export const SHAPES_WITH_DIGITS = [
  // `Key: …`.
  /\bkey["'`*_]{0,4}\s?[:=]\s?(?=[A-Za-z_-]*\d)[\w-]{8,}/gi,
  // Numbers for banks and telephones: `PIN 4711`.
  /\b(?:PIN|TAN|PUK|CVV2?|CVC2?|OTP)\b[^\n\d]{0,16}\b\d{3,10}\b/g,
  // Of the United States' social security.
  /\b(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g,
  // Account and card numbers; not some years.
  /\b[A-Z]{2}\d{2}(?:[ \u00A0\u202F]?[A-Z0-9]{4}){2,7}(?:[ \u00A0\u202F]?[A-Z0-9]{1,3})?\b/g,
  /\b(?!(?:(?:1\d|20)\d\d[ -]){3})(?:\d{4}(?:[ .\u00A0\u202F-]?\d{4}){3}|3\d{3}[ .\u00A0\u202F-]?\d{6}[ .\u00A0\u202F-]?\d{4,5})\b/g,
];

/** `abcdef-ghijk1-lmnopq`, as browsers invent them, if there is a digit in it. */
export const BROWSERS_PASSWORD = /\b[a-z\d]{6}-[a-z\d]{6}-[a-z\d]{6}\b/gi;
