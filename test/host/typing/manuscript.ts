import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const WORDS = 3000;

/** A Markdown document of 3,000 words, with headings, emphasis, a list and an empty last paragraph to write in. */
export function manuscript(root: string): string {
  const passages = readData(root, 'ghost-sample.jsonl')
    .trim()
    .split('\n')
    .map((line) => endedSentence((JSON.parse(line) as { prefix: string }).prefix));
  const notes = readData(root, 'sentences.txt').trim().split('\n');
  const parts = ['# A commonplace book', ...passages.flatMap((text, i) => [`## Passage ${i + 1}`, text])];
  const list = ['## Notes'];
  while (countWords([...parts, ...list].join(' ')) < WORDS) list.push(`- *${notes[list.length]}*`);
  return `${[...parts, list[0], list.slice(1).join('\n')].join('\n\n')}\n\n## Today\n\n`;
}

/** The text to type: one that neither the document nor the model's training holds, or the prose of a file. */
export function dictation(root: string, file?: string): string {
  if (file === undefined) return readData(root, 'golden-road.txt').replace(/^#.*\n+/, '');
  const text = readFileSync(file, 'utf8');
  const parts = file.endsWith('.jsonl')
    ? text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { text: string }).text)
    : [text];
  return parts.map(proseOf).join('\n\n');
}

/** A Markdown text without its headings, code and tables. */
function proseOf(text: string): string {
  return text.replaceAll(/^(```|~~~)[\s\S]*?^\1.*$/gm, '').replaceAll(/^(?:#|\|| {4}|---).*$/gm, '');
}

export function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => /\w/.test(word)).length;
}

function endedSentence(text: string): string {
  return /^.*[.?!]”?(?=\s)/s.exec(text)?.[0] ?? text;
}

function readData(root: string, name: string): string {
  return readFileSync(join(root, 'test/data', name), 'utf8');
}
