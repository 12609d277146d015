import { isMarkdownFile } from '../core/markdown';
import { normaliseLineBreaks, wholeCharacter } from '../core/text/lines';

export type CaseKind = 'word-boundary' | 'after-space' | 'mid-word';

/** A cursor in a held-out text: the text before it, and how the writer continued. Lines end with LF. */
export interface EvalCase {
  readonly kind: CaseKind;
  readonly prefix: string;
  /** The writer's continuation, to the end of the paragraph or about 200 characters. */
  readonly target: string;
  readonly markdown: boolean;
  /** Index of the writer's text it was taken from, where there are several. */
  readonly document?: number;
}

const KINDS: ReadonlySet<unknown> = new Set(['word-boundary', 'after-space', 'mid-word']);
/** Characters of context kept before and after a cursor. */
const BEFORE = 4000;
const AFTER = 200;

/**
 * Parses JSON lines of the form `{"prefix","target","kind"?,"path"?}`.
 * @throws Error that names the first invalid line
 */
export function readCases(jsonl: string): EvalCase[] {
  return jsonl.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [readCase(line, i + 1)]));
}

function readCase(line: string, number: number): EvalCase {
  const entry = parseObject(line);
  const { prefix, target, kind, path } = entry;
  if (typeof prefix !== 'string' || typeof target !== 'string' || target === '') {
    throw new Error(`Line ${number} is no case: it needs the texts "prefix" and "target".`);
  }
  const markdown = typeof path === 'string' && isMarkdownFile(path);
  return {
    prefix: normaliseLineBreaks(prefix),
    target: normaliseLineBreaks(target),
    markdown,
    kind: KINDS.has(kind) ? (kind as CaseKind) : kindOf(prefix, target),
  };
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Whether a text looks like JSON lines rather than prose. */
export function isJsonLines(text: string): boolean {
  return /^\s*\{\s*"/.test(text);
}

function kindOf(prefix: string, target: string): CaseKind {
  if (/\s$/.test(prefix)) return 'after-space';
  return /[\p{L}\p{N}]$/u.test(prefix) && /^[\p{L}\p{N}]/u.test(target) ? 'mid-word' : 'word-boundary';
}

/** Of five cursors two stand after a word, two after the following space, and one inside a word. */
const SAMPLED: readonly CaseKind[] = ['word-boundary', 'after-space', 'word-boundary', 'after-space', 'mid-word'];

/** At most `count` evenly spaced cursors in a text, with `reach` characters before them. Deterministic. */
export function sampleCases(source: string, count: number, markdown: boolean, reach = BEFORE): EvalCase[] {
  const text = normaliseLineBreaks(source);
  const words = Array.from(text.matchAll(/(?<![\p{L}'’])\p{L}[\p{L}'’]*(?= \p{L})/gu));
  const total = Math.min(count, words.length);
  return Array.from({ length: total }, (_, i) => {
    const { 0: word, index } = words[Math.floor(((i + 0.5) * words.length) / total)];
    const kind = word.length > 1 ? SAMPLED[i % SAMPLED.length] : 'word-boundary';
    const at = index + offsetIn(word, kind, i);
    const paragraph = text.indexOf('\n\n', at);
    const end = Math.min(at + AFTER, paragraph < 0 ? text.length : paragraph);
    const from = at > reach ? wholeCharacter(text, at - reach) : 0;
    return { kind, prefix: text.slice(from, at), target: text.slice(at, wholeCharacter(text, end)), markdown };
  });
}

function offsetIn(word: string, kind: CaseKind, i: number): number {
  if (kind === 'mid-word') return 1 + (i % (word.length - 1));
  return kind === 'after-space' ? word.length + 1 : word.length;
}

/** A text by one writer. */
export interface WritersText {
  readonly path: string;
  readonly text: string;
}

/** About `count` evenly spaced cursors over all of a writer's texts, in order. */
export function documentCases(texts: readonly WritersText[], count: number): EvalCase[] {
  const length = texts.reduce((sum, { text }) => sum + text.length, 0);
  let before = 0;
  return texts.flatMap(({ path, text }, document) => {
    const from = Math.round((before / length) * count);
    before += text.length;
    const wanted = Math.round((before / length) * count) - from;
    const markdown = isMarkdownFile(path);
    return sampleCases(text, wanted, markdown, text.length).map((place) => ({ ...place, document }));
  });
}
