import type { FigureKind } from './figure';

/** Which model a command names: what `--model` takes, nothing for the default model. */
export interface ModelChoice {
  readonly path?: string;
  readonly precision?: string;
}

/** What `--precision` takes; a model that runs elsewhere has none of them. */
const PRECISIONS = /^(?:fp32|q8|q4)$/;
/**
 * Longest text that is written into a printed command, in UTF-16 units; longer ones, and those of several lines, become
 * `--file TEXT.txt`.
 */
const LONGEST = 200;

/** The command that draws a picture again, for a POSIX shell. */
export function drawCommand(
  kind: FigureKind,
  text: string,
  settings: Readonly<Record<string, string | number | boolean>>,
  model: ModelChoice = {},
): string {
  // A dash alone is standard input.
  const isNamed = text === '-' || text.length > LONGEST || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
  const what = isNamed ? '--file TEXT.txt' : quote(text);
  const settingFlags = Object.entries(settings).map(([name, value]) => {
    return value === true ? `--${name}` : `--${name} ${quote(String(value))}`;
  });
  const flags = [...settingFlags, ...modelFlags(model)];
  // Without the dashes before it, a text that begins with one would be taken for an option.
  const words = !isNamed && text.startsWith('-') ? [...flags, '--', what] : [what, ...flags];
  return ['inkling', 'draw', kind, ...words].join(' ');
}

/** The flags that name a model. */
export function modelFlags({ path, precision }: ModelChoice): string[] {
  return [
    ...(path ? [`--model ${quote(path)}`] : []),
    ...(precision && PRECISIONS.test(precision) ? [`--precision ${precision}`] : []),
  ];
}

/** A word of a POSIX shell. */
export function quote(text: string): string {
  return /^[\w./:=,+-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
