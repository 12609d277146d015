import * as l10n from '@vscode/l10n';

/** The language that numbers and lists are written for: English until the editor says otherwise. */
let language = 'en';
const formats = new Map<string, Intl.NumberFormat>();

/** @param tag as VS Code names the language of its display: `de`, `pt-br`; English where there is no such language */
export function setLanguage(tag: string): void {
  try {
    [language = 'en'] = Intl.NumberFormat.supportedLocalesOf(tag);
  } catch {
    language = 'en';
  }
  formats.clear();
}

/** What another process or thread needs to say the same in the same language. */
export interface Wording {
  /** As VS Code names it. */
  readonly language: string;
  /** The file of its texts; none for English. */
  readonly bundle?: string;
}

/** Sets language and translations; must be called before any text is made. Falls back to English. */
export function speakAs({ language, bundle }: Wording): void {
  setLanguage(language);
  if (bundle === undefined) return;
  try {
    l10n.config({ fsPath: bundle });
  } catch {
    setLanguage('en');
  }
}

/** The language that texts are written for, as a BCP 47 tag. */
export function currentLanguage(): string {
  return language;
}

/** A number with `digits` decimals, without thousands separators. */
export function fixed(value: number, digits: number): string {
  return format(value, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });
}

/** A number with so many decimals and a true minus sign. */
export function decimal(value: number, digits = 2): string {
  if (value === Infinity) return '∞';
  if (value === -Infinity) return '−∞';
  return fixed(value, digits).replace('-', '−');
}

/** A number with as many decimals as it has, 6 at most. */
export function compact(value: number): string {
  return format(value, { maximumFractionDigits: 6, useGrouping: false });
}

/** A number with at most `digits` significant digits, in scientific notation below a millionth. */
export function significant(value: number, digits: number): string {
  const notation = value !== 0 && Math.abs(value) < 1e-6 ? 'scientific' : 'standard';
  return format(value, { maximumSignificantDigits: digits, notation, useGrouping: false });
}

/** A whole number, its thousands set apart. */
export function whole(value: number): string {
  return format(value, { maximumFractionDigits: 0 });
}

/** The parts as one list: `a, b, and c` as the language has it. */
export function listOf(parts: readonly string[]): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(parts);
}

/** A language as the language has it: `German` and `Deutsch` for `de`. */
export function languageName(tag: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(tag) ?? tag;
}

/** The sentence that goes with a number. Where the language has more forms than these, the others are as `other`. */
export function plural(count: number, one: string, other: string): string {
  return new Intl.PluralRules(language).select(count) === 'one' ? one : other;
}

/** A time of day on this machine, `09:05`, or `09:05:07`. */
export function timeOfDay(ms: number, withSeconds = false): string {
  const second = withSeconds ? '2-digit' : undefined;
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second }).format(ms);
}

/** Formats are dear to make, and a table has many numbers. */
function format(value: number, options: Intl.NumberFormatOptions): string {
  const key = JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.NumberFormat(language, options);
    formats.set(key, made);
  }
  return made.format(value);
}
