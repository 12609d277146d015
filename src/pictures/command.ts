import type { FigureKind } from './figure';

/** Which model a command names: what `--model` takes, nothing for the default model. */
export interface ModelChoice {
  readonly path?: string;
  readonly precision?: string;
}

/** What `--precision` takes; a model that runs elsewhere has none of them. */
const PRECISIONS = /^(?:fp32|q8|q4)$/;
/** Longer texts, and those of several lines, do not fit a printed command; they are named as a file. */
const LONGEST = 200;

/** The command that draws a picture again, for a POSIX shell. */
export function drawCommand(
  kind: FigureKind,
  text: string,
  settings: Readonly<Record<string, string | number | boolean>>,
  model: ModelChoice = {},
): string {
  const what = text.length > LONGEST || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text) ? '--file TEXT.txt' : quote(text);
  const options = Object.entries(settings).map(([name, value]) => {
    return value === true ? `--${name}` : `--${name} ${quote(String(value))}`;
  });
  return ['inkling', 'draw', kind, what, ...options, ...modelFlags(model)].join(' ');
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
