import { closeSync, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { WritersText } from '../eval/cases';
import { fileTrouble } from './fileTrouble';
import { decodeInput, InputDecoder } from './inputDecoder';

/** Exit codes; 0 is success. */
export const FAILED = 1;
export const MISUSED = 2;
export const INTERRUPTED = 130;

/** The files that were read, as the disk knows them: no output may take the place of one. */
const READ = new Set<string>();
const STANDARD_INPUT = 0;
const INPUT_NAME = 'standard input';

/** Where the text of a command comes from. */
export interface InputOptions {
  readonly file?: string;
  readonly jsonl?: boolean;
}

/** The command was called incorrectly. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * The text from the argument, a file or standard input; empty where `--jsonl` reads lines instead. Only standard input
 * loses its final newline.
 * @throws UsageError when there is no text or more than one, or the file cannot be read
 */
export async function readText(argument: string | undefined, { file, jsonl }: InputOptions): Promise<string> {
  if (argument !== undefined && file !== undefined) throw new UsageError('Give a text or --file, not both.');
  if (jsonl) {
    if (argument !== undefined && argument !== '-') throw new UsageError('Give a text or --jsonl, not both.');
    return '';
  }
  if (file !== undefined && file !== '-') return readFile(file);
  if (argument !== undefined && argument !== '-') return argument;
  if (process.stdin.isTTY) throw new UsageError('Name a file or give a text (--help shows how), or pipe one in.');
  remember(fstatSync(STANDARD_INPUT));
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part);
  // `echo` ends its output with a newline that is not part of the text.
  return decodeInput(Buffer.concat(parts), INPUT_NAME).replace(/\r?\n$/, '');
}

/**
 * Warns on standard error about a trailing space: GPT-2's words begin with their space, so after a space of its own the
 * usual continuations cannot follow.
 */
export function warnOfTrailingSpace(text: string): void {
  if (!/[^ ] $/.test(text)) return;
  process.stderr.write(
    'Note: the text ends with a space. Words bring their own, so leave it out to see what follows.\n',
  );
}

function readFile(file: string): string {
  return orUsageError(file, () => decodeInput(readFileSync(file), file));
}

/** Whether this file was read by this command, by whatever name. */
export function wasRead(file: string): boolean {
  const known = statSync(file, { throwIfNoEntry: false });
  return known !== undefined && READ.has(identityOf(known));
}

/** Pipes and terminals are no files that could be lost. */
function remember(known: Stats): void {
  if (known.isFile()) READ.add(identityOf(known));
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** The first `most` bytes of a file; all of them by default. */
export function readBytes(file: string, most?: number): Buffer {
  return orUsageError(file, () => {
    if (most === undefined) return readFileSync(file);
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(Math.min(most, fstatSync(handle).size));
      return buffer.subarray(0, readSync(handle, buffer));
    } finally {
      closeSync(handle);
    }
  });
}

function orUsageError<T>(file: string, read: () => T): T {
  try {
    remember(statSync(file));
    return read();
  } catch (error) {
    const why = fileTrouble(error as NodeJS.ErrnoException, 'there is no such file');
    throw new UsageError(`${file} cannot be read: ${why}.`);
  }
}

/**
 * Answers every line of standard input (or of `file`) with one JSON object. A line that cannot be answered yields
 * `{"error": ...}`; processing goes on, and the exit code becomes 1. After an answer that was interrupted it ends.
 */
export async function answerLines(
  { file }: InputOptions,
  answer: (request: Record<string, unknown>) => unknown,
): Promise<void> {
  const lines = file !== undefined && file !== '-' ? readFile(file).split('\n') : standardInputLines();
  for await (const line of lines) {
    await answerLine(line, answer);
    if (process.exitCode === INTERRUPTED) return;
  }
}

/** Splits at line feeds only: JSON strings may contain U+2028, where newer versions of `readline` split as well. */
async function* standardInputLines(): AsyncGenerator<string> {
  const decoder = new InputDecoder(INPUT_NAME);
  let begun = '';
  for await (const part of process.stdin) {
    const lines = decoder.push(part).split('\n');
    lines[0] = begun + lines[0];
    begun = lines.pop() ?? '';
    yield* lines;
  }
  yield begun + decoder.end();
}

async function answerLine(line: string, answer: (request: Record<string, unknown>) => unknown): Promise<void> {
  if (line.trim() === '') return;
  try {
    printJson(await answer(parseRequest(line)));
  } catch (error) {
    printJson({ error: (error as Error).message });
    process.exitCode = FAILED;
  }
}

function parseRequest(line: string): Record<string, unknown> {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    throw new UsageError('The line is not JSON.');
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw new UsageError('The line is not a JSON object.');
  }
  return request as Record<string, unknown>;
}

/** The string field `text`, or `name`, of an input line. */
export function textOf(request: Record<string, unknown>, name = 'text'): string {
  const value = request[name];
  if (value === undefined) throw new UsageError(`The line has no "${name}".`);
  if (typeof value !== 'string') throw new UsageError(`The "${name}" of the line is not a text.`);
  return value;
}

/** The prompt of an input line: its `text`, or its `ids` as tokens. Some programs write null for an absent field. */
export function promptOf(request: Record<string, unknown>): { text: string; appended?: readonly number[] } {
  const { ids = null, text = null } = request;
  if (ids === null) {
    return { text: textOf(request) };
  }
  if (text !== null) {
    throw new UsageError('The line has both "text" and "ids".');
  }
  return { text: '', appended: idsIn(request) };
}

/** The field `ids` of an input line. */
export function idsIn({ ids }: Record<string, unknown>): number[] {
  if (!Array.isArray(ids) || !ids.every((id) => Number.isSafeInteger(id) && id >= 0)) {
    throw new UsageError('The "ids" of the line are not a list of token ids.');
  }
  return ids;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A parser for a number within bounds. */
export function number(least: number, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a number${boundsText(least, most)}.`);
    }
    return value;
  };
}

function boundsText(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return `, ${least} or more`;
  return least === Number.NEGATIVE_INFINITY ? `, ${most} or less` : ` from ${least} to ${most}`;
}

/** A parser for an integer within bounds. */
export function integer(least: number, most?: number): (text: string) => number {
  const parse = number(least, most);
  return (text) => {
    const value = parse(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
    return value;
  };
}

/**
 * Reads a file of JSON lines, each `{"path","text"}`.
 * @throws UsageError that names the first invalid line
 */
export async function readDocuments(file: string): Promise<WritersText[]> {
  const lines = (await readText(undefined, { file })).split('\n');
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const document = documentIn(line);
    if (document === undefined) throw new UsageError(`${file}, line ${i + 1}: expected an object with a "text".`);
    return [document];
  });
}

function documentIn(line: string): WritersText | undefined {
  try {
    const value = JSON.parse(line) as { readonly path?: unknown; readonly text?: unknown } | null;
    if (typeof value?.text !== 'string') return undefined;
    return { path: typeof value.path === 'string' ? value.path : '', text: value.text };
  } catch {
    return undefined;
  }
}
