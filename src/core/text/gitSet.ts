type Test = (unit: string) => boolean;

/** Classes of ASCII characters by their names in POSIX: git knows no others, whatever the language. */
const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /[A-Za-z\d]/],
  ['alpha', /[A-Za-z]/],
  ['blank', /[ \t]/],
  ['cntrl', /[^ -~\u0080-\uffff]/],
  ['digit', /\d/],
  ['graph', /[!-~]/],
  ['lower', /[a-z]/],
  ['print', /[ -~]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[ \t-\r]/],
  ['upper', /[A-Z]/],
  ['xdigit', /[A-Fa-f\d]/],
]);

/**
 * A set of characters as git's `wildmatch` reads it, behind its bracket: `[a-z]`, `[!a]`, `[[:digit:]]`, `[\]]`.
 * Undefined where git takes the pattern for broken, and nothing matches it.
 * @returns which characters are in it, and where the pattern goes on
 */
export function readGitSet(pattern: string, start: number): { readonly test: Test; readonly end: number } | undefined {
  const negated = '!^'.includes(pattern[start] ?? ' ');
  const from = start + (negated ? 1 : 0);
  const tests: Test[] = [];
  /** The character that a hyphen would make the beginning of a range. */
  let low: string | undefined;
  let at = from;
  for (; at === from || pattern[at] !== ']'; at++) {
    const named = classAt(pattern, at);
    if (named !== undefined) {
      const known = CLASSES.get(named);
      if (known === undefined) return undefined;
      tests.push((unit) => known.test(unit));
      at += named.length + 3;
      low = undefined;
      continue;
    }
    const isRange = pattern[at] === '-' && low !== undefined && (pattern[at + 1] ?? ']') !== ']';
    if (isRange) at++;
    if (pattern[at] === '\\') at++;
    const sign = pattern[at];
    if (sign === undefined) return undefined;
    const first = isRange ? (low ?? sign) : sign;
    tests.push((unit) => unit >= first && unit <= sign);
    low = isRange ? undefined : sign;
  }
  return { test: (unit) => tests.some((test) => test(unit)) !== negated, end: at + 1 };
}

/** The name in `[:name:]`, where that stands at `at`. */
function classAt(pattern: string, at: number): string | undefined {
  if (!pattern.startsWith('[:', at)) return undefined;
  const end = pattern.indexOf(']', at + 2);
  return end > at + 2 && pattern[end - 1] === ':' ? pattern.slice(at + 2, end - 1) : undefined;
}
