import { createRng } from '../../src/core/decoding/random';
import { MarkdownDocument, type Reading, readMarkdown } from '../../src/core/markdown';
import type { TextEdit } from '../../src/core/text/edits';
import { changedLines, type LinePosition, type Lines, offsetOf, placeAt } from '../../src/core/text/lines';

/** Keys until the writer goes to another place. */
const STAY = 120;
/** Of 100 keys, those that take one back. */
const SLIPS = 6;

/**
 * A long Markdown document and somebody who writes in it: types sentences letter by letter, takes some back, goes to
 * another place, and takes out paragraphs for those that were added, so that it keeps its length. The same seed gives the
 * same keys.
 */
export class WrittenDocument implements Lines {
  readonly #lines: string[] = [];
  /** Where each line begins, and the end. */
  #starts: number[] = [0];
  readonly #markdown: MarkdownDocument;
  readonly #rng: () => number;
  readonly #sentences: readonly string[];
  readonly #units: number;
  #at: LinePosition = { line: 0, character: 0 };
  #typing = '';
  #keys = 0;

  /** @param words about how many the document has, made of these sentences */
  constructor(sentences: readonly string[], words: number, seed: number) {
    this.#sentences = sentences;
    this.#rng = createRng(seed);
    for (let count = 0; count < words; ) {
      const paragraph = Array.from({ length: 4 }, () => this.#sentence()).join(' ');
      count += paragraph.split(' ').length;
      this.#lines.push(this.#rng() < 0.05 ? `## ${this.#sentence()}` : paragraph, '');
    }
    this.#measure(0);
    this.#units = this.#end;
    this.#markdown = new MarkdownDocument(this);
    this.#jump();
  }

  get count(): number {
    return this.#lines.length;
  }

  line(index: number): string {
    return this.#lines[index];
  }

  start(index: number): number {
    return this.#starts[index];
  }

  positionAt(offset: number): LinePosition {
    return placeAt(this, offset);
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  /** The cursor, in UTF-16 units. */
  get offset(): number {
    return offsetOf(this, this.#at);
  }

  /** What the model is asked at the cursor. */
  read(): Reading {
    return readMarkdown(this.#markdown, this.#at);
  }

  /** The next key, and what goes with it. @returns the edits, one after the other */
  press(): TextEdit[] {
    const edits: TextEdit[] = [];
    if (this.#keys++ % STAY === STAY - 1) {
      edits.push(...this.#thin());
      this.#jump();
    }
    const { line, character } = this.#at;
    if (character > 0 && this.#rng() * 100 < SLIPS) {
      const typed = this.#lines[line][character - 1];
      edits.push(this.#replace(line, character - 1, 1, ''));
      this.#typing = typed + this.#typing;
      return edits;
    }
    if (this.#typing === '') this.#typing = `${this.#rng() < 0.2 ? '\n\n' : ' '}${this.#sentence()}`;
    edits.push(this.#replace(line, character, 0, this.#typing[0]));
    this.#typing = this.#typing.slice(1);
    return edits;
  }

  /** Takes out paragraphs until the document is no longer than it was. */
  #thin(): TextEdit[] {
    const edits: TextEdit[] = [];
    while (this.#end > this.#units) {
      const line = Math.floor(this.#rng() * (this.#lines.length - 1));
      const [removed] = this.#lines.splice(line, 1);
      edits.push({ offset: this.#starts[line], removed: removed.length + 1, text: '' });
      this.#measure(line);
      this.#markdown.changed(line, 2, 1);
    }
    return edits;
  }

  get #end(): number {
    return this.#starts[this.#lines.length];
  }

  #jump(): void {
    const line = Math.floor(this.#rng() * this.#lines.length);
    this.#at = { line, character: this.#lines[line].length };
    this.#typing = '';
  }

  #replace(line: number, character: number, removed: number, text: string): TextEdit {
    const before = this.#lines[line].slice(0, character);
    const rest = this.#lines[line].slice(character + removed);
    const edit = { offset: this.#starts[line] + character, removed, text };
    const range = { start: { line }, end: { line } };
    this.#lines.splice(line, 1, ...`${before}${text}${rest}`.split('\n'));
    this.#measure(line);
    const { first, removed: gone, added } = changedLines([{ range, text }]);
    this.#markdown.changed(first, gone, added);
    this.#at =
      text === '\n' ? { line: line + 1, character: 0 } : { line, character: character - removed + text.length };
    return edit;
  }

  /** Where the lines begin, from one of them on. */
  #measure(from: number): void {
    this.#starts = this.#starts.slice(0, from + 1);
    for (let line = from; line < this.#lines.length; line++) {
      this.#starts.push(this.#starts[line] + this.#lines[line].length + 1);
    }
  }

  #sentence(): string {
    return this.#sentences[Math.floor(this.#rng() * this.#sentences.length)];
  }
}
