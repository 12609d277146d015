import assert from 'node:assert/strict';
import { type ConstructKind, MarkdownDocument, readMarkdown } from '../../../../src/core/markdown';

/** The construct where `‸` stands. */
function at(marked: string) {
  const offset = marked.indexOf('‸');
  return readMarkdown(new MarkdownDocument(marked.replace('‸', '')), offset).construct;
}

const PROSE: [string, ConstructKind][] = [
  ['It was‸', 'paragraph'],
  ['‸', 'paragraph'],
  ['# A hea‸\n\ntext', 'heading'],
  ['- one\n- ‸', 'list item'],
  ['1. one\n2. two‸', 'list item'],
  ['- [ ] do ‸', 'list item'],
  ['> said\n> he‸', 'block quote'],
  ['> - in both‸', 'list item'],
  ['| a | b |\n|---|---|\n| c | d‸', 'table'],
  ['A note.[^1]\n\n[^1]: The no‸', 'footnote'],
  ['see [the ma‸', 'link text'],
  ['see [the ma‸](http://example.com)', 'link text'],
  ['![a pho‸', 'image description'],
  ['```\ncode\n```\n\nAfter‸', 'paragraph'],
  ['---\ntitle: T\n---\n\nText‸', 'paragraph'],
  ['It costs $5 and ‸', 'paragraph'],
  ['`code` and ‸', 'paragraph'],
  ['see https://example.com and ‸', 'paragraph'],
  ['2 * 3 is ‸', 'paragraph'],
  ['$$x$$ is ‸', 'paragraph'],
];

const OTHER: [string, ConstructKind][] = [
  ['```js\nlet x‸\n```', 'code block'],
  ['```js\nlet x\n‸', 'code block'],
  ['    indented‸', 'code block'],
  ['- item\n\n  ```\n  let‸', 'code block'],
  ['Use `npm ‸', 'inline code'],
  ['Use `npm ‸`', 'inline code'],
  ['Use ``npm ` ‸', 'inline code'],
  ['see [text](http‸', 'address'],
  ['see <https://exam‸', 'address'],
  ['see https://exam‸', 'address'],
  ['write to me@exam‸', 'address'],
  ['[id]: http‸', 'address'],
  ['a <span cla‸', 'HTML'],
  ['<div>\nin it‸', 'HTML'],
  ['<!-- not now‸', 'comment'],
  ['text <!-- not now‸', 'comment'],
  ['where $x^‸', 'formula'],
  ['$$\n\\sum‸', 'formula'],
  ['---\ntitle: T‸\n---', 'front matter'],
  ['---\ntitle: T\n‸\n---\n\nText', 'front matter'],
  ['+++\ntitle = "T‸\n+++\n', 'front matter'],
  ['as said[^no‸', 'footnote name'],
];

describe('the Markdown construct at the cursor', () => {
  for (const [marked, kind] of PROSE) {
    it(`${JSON.stringify(marked)} is ${kind}`, () => {
      const construct = at(marked);
      assert.deepEqual([construct.kind, construct.prose], [kind, true]);
    });
  }
  for (const [marked, kind] of OTHER) {
    it(`${JSON.stringify(marked)} is ${kind}, no prose`, () => {
      const construct = at(marked);
      assert.deepEqual([construct.kind, construct.prose], [kind, false]);
      assert.match(construct.name, /^(an? |the )?\S/);
    });
  }

  it('knows which emphasis is open', () => {
    const closers = (marked: string) => at(marked).open.map(({ closer }) => closer);
    assert.deepEqual(closers('It was **very‸'), ['**']);
    assert.deepEqual(closers('It was **very *much‸'), ['*', '**']);
    assert.deepEqual(closers('It was ***very‸'), ['***']);
    assert.deepEqual(closers('It was **very** much‸'), []);
    assert.deepEqual(closers('It was ~~very‸'), ['~~']);
    assert.deepEqual(closers('It was _very ‸'), ['_']);
    assert.deepEqual(closers('a snake_case name‸'), []);
  });
});
