import type { FigureKind } from './figure';

/** Which model a command selects: the value of `--model`, absent for the default model. */
export interface ModelArguments {
  readonly path?: string;
  readonly precision?: string;
}

/** Values of `--precision`; a model on a server has another one. */
const PRECISIONS = /^(?:fp32|q8|q4)$/;
/**
 * Longest text written into a printed command, in UTF-16 units. Longer and multi-line texts become `--file TEXT.txt`.
 */
const LONGEST = 200;

/** A POSIX shell command that draws the picture again. */
export function drawCommand(
  kind: FigureKind,
  text: string,
  settings: Readonly<Record<string, string | number | boolean>>,
  model: ModelArguments = {},
): string {
  // A single dash would mean standard input.
  const isNamed = text === '-' || text.length > LONGEST || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
  const what = isNamed ? '--file TEXT.txt' : quote(text);
  const settingFlags = Object.entries(settings).map(([name, value]) => {
    return value === true ? `--${name}` : `--${name} ${quote(String(value))}`;
  });
  const flags = [...settingFlags, ...modelFlags(model)];
  // `--` keeps a text that begins with a dash from being parsed as an option.
  const words = !isNamed && text.startsWith('-') ? [...flags, '--', what] : [what, ...flags];
  return ['inkling', 'draw', kind, ...words].join(' ');
}

/** The flags that select a model. */
export function modelFlags({ path, precision }: ModelArguments): string[] {
  return [
    ...(path ? [`--model ${quote(path)}`] : []),
    ...(precision && PRECISIONS.test(precision) ? [`--precision ${precision}`] : []),
  ];
}

/** Quotes a word for a POSIX shell. */
export function quote(text: string): string {
  return /^[\w./:=,+-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
