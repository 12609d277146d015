import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MarkdownDocument, readMarkdown } from '../../../../src/core/markdown';
import { changedLines, type LinePosition, type Lines } from '../../../../src/core/text/lines';

/** A text that is edited as an editor edits it, to which U+2028 ends no line, and counts how often each line is read. */
class Draft implements Lines {
  #lines: string[];
  #starts: number[] = [];
  reads = 0;

  constructor(public text: string) {
    this.#lines = this.#split();
  }

  get count(): number {
    return this.#lines.length;
  }

  line(index: number): string {
    this.reads++;
    return this.#lines[index];
  }

  start(index: number): number {
    return this.#starts[index];
  }

  positionAt(offset: number): LinePosition {
    const line = this.#starts.findLastIndex((start) => start <= offset);
    return { line, character: offset - this.#starts[line] };
  }

  replace(from: number, to: number, text: string): ReturnType<typeof changedLines> {
    const range = { start: this.positionAt(from), end: this.positionAt(to) };
    this.text = this.text.slice(0, from) + text + this.text.slice(to);
    this.#lines = this.#split();
    return changedLines([{ range, text }]);
  }

  #split(): string[] {
    const lines = this.text.split('\n');
    this.#starts = [0];
    for (const line of lines.slice(0, -1)) this.#starts.push((this.#starts.at(-1) ?? 0) + line.length + 1);
    return lines;
  }
}

function edit(draft: Draft, document: MarkdownDocument, from: number, to: number, text: string): void {
  const { first, removed, added } = draft.replace(from, to, text);
  document.changed(first, removed, added);
}

const story = Array.from({ length: 400 }, (_, i) => `Paragraph ${i} says **something** of [note](x).`).join('\n\n');

describe('MarkdownDocument', () => {
  it('is the same after edits as when read afresh, at every place', () => {
    const piece = fc.constantFrom(
      ...[
        'a b',
        '\n\n',
        '\n',
        '- ',
        '> ',
        '```',
        '`',
        '**',
        '$',
        '| a |',
        '---\n',
        '[^1]: ',
        '# ',
        '<b>',
        '<!--',
        '-->',
        '    ',
      ],
      ...['k: v\n', '$$\n', '\u2028', '<div>\n'],
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    const edits = fc.array(fc.record({ text, at: fc.nat(), removed: fc.nat(9), look: fc.nat() }), { maxLength: 6 });
    fc.assert(
      fc.property(text, edits, (source, edits) => {
        const draft = new Draft(source);
        const document = new MarkdownDocument(draft);
        for (const { text, at, removed, look } of edits) {
          // What is looked at between edits makes it remember.
          readMarkdown(document, look % (draft.text.length + 1));
          const from = at % (draft.text.length + 1);
          edit(draft, document, from, Math.min(draft.text.length, from + removed), text);
        }
        const fresh = new MarkdownDocument(draft.text);
        for (let offset = 0; offset <= draft.text.length; offset++) {
          assert.deepEqual(
            readMarkdown(document, offset),
            readMarkdown(fresh, offset),
            `${offset} of ${JSON.stringify(draft.text)}`,
          );
        }
      }),
      { numRuns: 500, seed: 50257 },
    );
  });

  for (const [name, text] of Object.entries({
    '5 MB of paragraphs': `${story}\n\n`.repeat(230),
    '5 MB of one paragraph in lines': 'It was a dark and stormy night.\n'.repeat(160_000),
    'one paragraph of 135,000 lines': 'word\n'.repeat(135_000),
  })) {
    it(`reads as many lines for a key in ${name} as near its end`, () => {
      const draft = new Draft(`${text}The end`);
      const document = new MarkdownDocument(draft);
      readMarkdown(document, draft.text.length);
      const lines = (at: number, typed: string) => {
        draft.reads = 0;
        edit(draft, document, at, at, typed);
        readMarkdown(document, at + typed.length);
        return draft.reads;
      };
      const near = readMarkdown(new MarkdownDocument(text.slice(-40_000)), 40_000).request.prefix.split('\n').length;
      assert.ok(near > 0);
      const atEnd = lines(draft.text.length, 'x');
      const window = 25_000;
      const shortest = Math.min(
        ...text
          .slice(0, 2000)
          .split('\n', 20)
          .map((line) => line.length + 1),
      );
      const most = (3 * window) / Math.max(1, shortest);
      assert.ok(atEnd <= most, `${atEnd} lines`);
      assert.ok(lines(draft.text.length, '\n') <= most);
      const middle = Math.floor(draft.text.length / 2);
      assert.ok(lines(middle, 'x') <= most);
      assert.ok(lines(middle, '\n') <= most);
    });
  }
});
