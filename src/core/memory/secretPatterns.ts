/** What is called so is a secret whatever it looks like. The short names are whole words. */
const NAME = [
  'pass(?:word|wd|phrase|code|wort)',
  String.raw`(?<!\p{L})(?:pass|pin|pw|mdp)`,
  'pwd|kennwort|wachtwoord|lösenord|hasło|пароль|mot de passe|contraseña|senha',
  'パスワード|暗証番号|密码|密碼|口令|비밀번호',
].join('|');
/** What is called so may be something else: a value has to follow. */
const NAME_OF_VALUE = [
  NAME,
  'secret|credentials?|token|mnemonic',
  '(?:api|access|auth|private|client|secret|encryption|signing|licen[cs]e|product|serial|activation|master|session|account|wpa2?|wi-?fi)[ _-]?(?:key|token|secret|code)',
].join('|');
/** Words that open a wallet, and codes that open an account. */
const NAME_OF_WORDS = [
  String.raw`(?:seed|recovery|mnemonic|backup|secret)\s+(?:phrase|words|codes?|keys?)`,
  String.raw`mnemonic|wallet|(?:12|24|twelve|twenty-four)\s+words`,
  'wiederherstellungs-?(?:phrase|wörter|codes?|schlüssel)|(?:ersatz|notfall)codes?',
  String.raw`(?:codes?|c[óo]digos?|phrase|frase|clave)\s+(?:de\s+)?(?:secours|récupération|recuperación|recuperação|respaldo|backup|semilla)`,
  '助记词|助記詞|恢复码|恢復碼|备用码|リカバリー(?:コード|フレーズ)|バックアップコード',
].join('|');
/** What stands between a name and its value. */
const IS = String.raw`["'\x60*_]*\s*(?:[:=|：→]|[-=]>)[\s*_]*`;
/** In quotation marks, or up to a space; small words that end the line with it belong to it. */
const VALUE = String.raw`(?:(["'\x60])[^\n]{4,200}?\1|["'\x60]?[^\s"'\x60*]{4,}(?:(?:[ \t]+[\p{Ll}\d]+){1,11}(?=\s*(?:\n|$)))?)`;
/** A code to be typed over, on a line of its own or in a list. */
const LINE_OF_CODE = String.raw`\n+[ \t]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(?=[\w -]*\d)[a-z0-9]{3,}(?:[ -][a-z0-9]{3,}){0,4}[ \t]*(?=\n|$)`;
/** A word of a wallet, with the number of its line. */
const WORD_OF_WALLET = String.raw`(?:(?:\d{1,2}[.):]?|[-*+])\s+)?["'\x60]?[a-z]{3,8}["'\x60]?`;

/** Found several times as fast as a name, and in every name. */
const IN_EVERY_NAME =
  /pass|pin|pw|mdp|wort|lösen|hasło|пароль|contrase|senha|パス|暗証|密|口令|비밀|secret|credential|token|mnemonic|key|code|word|phrase|frase|clave|wallet|wörter|schlüssel|código|助|恢|备|リカバリー|バック/i;
const NAMES = new RegExp(`${NAME_OF_VALUE}|${NAME_OF_WORDS}`, 'iu');

/** Whether a text has a name in it without which none of `NAMED` is found. */
export function namesSecret(text: string): boolean {
  return IN_EVERY_NAME.test(text) && NAMES.test(text);
}

export const NAMED = [
  // `password = …`, `API_KEY: …`, `"token": "…"`, `| password | … |`.
  new RegExp(`(?:${NAME_OF_VALUE})${IS}${VALUE}`, 'giu'),
  // `the password is …`: what follows has a digit or a sign, or stands in quotation marks.
  new RegExp(
    String.raw`(?:${NAME})(?:\s{1,4}(?:is|was|to|ist|lautet|est|es|é)\s{1,4}(?=["'\x60*_“„«]|[^\s"'\x60]{0,64}[\d#$%^&@!+=?])|\s{0,4}(?=["\x60“„«]))["'\x60*_“„«]{0,4}[^\s"'\x60“”»]{4,256}`,
    'giu',
  ),
  // `## Password`, and the value below it, alone on its line.
  new RegExp(
    String.raw`^[ \t#>*+_-]*(?:${NAME})[:：*_ \t]*\n+[ \t]*(?:[-*+>][ \t]+){0,2}["'\x60]?[^\s|]{4,}[ \t]*$`,
    'gimu',
  ),
  // Words of a wallet and codes of an account: on the same line, each on a line below, or in a row.
  new RegExp(String.raw`(?:${NAME_OF_WORDS})["'\x60*_]*\s*[:=：]\s*[^\n]{0,400}`, 'giu'),
  new RegExp(String.raw`(?:${NAME_OF_WORDS})[^\n]{0,80}(?:${LINE_OF_CODE})+`, 'giu'),
  new RegExp(
    String.raw`(?:${NAME_OF_WORDS})[^\n]{0,80}?\s{0,4}(?<![a-z])(?:${WORD_OF_WALLET}[,\s]+){11}(?:${WORD_OF_WALLET}(?:[,\s]+|$))+`,
    'giu',
  ),
];

/** A block of a private key, whole or begun. */
export const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,40}?PRIVATE KEY[A-Z ]{0,20}-----[\s\S]*?(?:-----END [A-Z ]{0,40}?PRIVATE KEY[A-Z ]{0,20}-----|$)/g;

/** What is found without a name, or by one that is sought as fast as any. */
export const SHAPES = [
  // `DB_PASS=…`.
  /\b[A-Z][A-Z0-9_]{0,40}(?:PASS|PWD|PW|SECRET|KEY|TOKEN)[A-Z0-9_]{0,20}["']?\s*[=:]\s*\S{4,}/g,
  // `https://user:password@host`, `https://token@host`, `?token=…`, `curl -u user:password`, `WIFI:…P:password;`.
  /:\/\/[^\s/:@]*:(?!\d+\/)[^\s@]{1,128}@|:\/\/[^\s/:@]{16,128}@/g,
  /[?&#](?:[a-z_-]{0,20}(?:key|token|secret|password|signature)|sig|code|auth)=[^\s&#)>\]]{6,}/gi,
  /(?:\s-u|--user)[ =]["']?[^\s:"']{1,64}:[^\s"']{4,}|\bWIFI:\S{0,64}?P:[^;\s]{4,}/g,
  // `Login: anna / …`.
  /\b(?:login|user(?:name)?|wi-?fi|wlan)\s*[:=]\s*[^\s/|]{1,64}\s*[/|]\s*[^\s|]{4,}/gi,
  // `Bearer …`, `Basic …`.
  /\b(?:Bearer|Basic)\s+[\w+/=.~-]{16,}/g,
  // Keys with a known beginning.
  /\b(?:gh[opsur]|github_pat|glpat|sk|pk|rk|xox[abprs]|AKIA|ASIA|AIza|ya29|npm|hf)[_-]?[A-Za-z0-9_-]{12,}/g,
];

/** Shapes in which there is a digit. */
export const SHAPES_WITH_DIGITS = [
  // `Key: …`.
  /\bkey["'`*_]*\s*[:=]\s*(?=\S{0,64}\d)[\w-]{8,}/gi,
  // Numbers for banks and telephones: `PIN 4711`.
  /\b(?:PIN|TAN|PUK|CVV2?|CVC2?|OTP)\b[^\n\d]{0,16}\b\d{3,10}\b/g,
  // `abcdef-ghijk1-lmnopq`, as browsers invent them.
  /\b(?=[a-z-]{0,20}\d)[a-z\d]{6}(?:-[a-z\d]{6}){2}\b/gi,
  // Account and card numbers; not some years.
  /\b[A-Z]{2}\d{2}(?:[ \u00A0\u202F]?[A-Z0-9]{4}){2,7}(?:[ \u00A0\u202F]?[A-Z0-9]{1,3})?\b/g,
  /\b(?!(?:(?:1\d|20)\d\d[ -]){3})(?:\d{4}(?:[ .\u00A0\u202F-]?\d{4}){3}|3\d{3}[ .\u00A0\u202F-]?\d{6}[ .\u00A0\u202F-]?\d{4,5})\b/g,
];

/** The head of a column for passwords. */
export const COLUMN = new RegExp(String.raw`\|[ \t*_]*(?:${NAME})[ \t*_]*(?:\||$)`, 'iu');
