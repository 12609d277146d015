import assert from 'node:assert/strict';
import type { SyntaxNode, Tree } from '@lezer/common';
import fc from 'fast-check';
import { MarkdownDocument } from '../../../../src/core/markdown';

/** The blocks of a tree as the parser made them; one that was kept after an edit is the same object. */
function blocks(tree: Tree): Set<Tree> {
  const found = new Set<Tree>();
  for (let node: SyntaxNode | null = tree.topNode.firstChild; node; node = node.nextSibling) {
    if (node.tree) found.add(node.tree);
  }
  return found;
}

const story = Array.from({ length: 400 }, (_, i) => `Paragraph ${i} says **something** of [note](x).`).join('\n\n');

describe('MarkdownDocument', () => {
  it('parses only what an edit touches', () => {
    const document = new MarkdownDocument(story);
    const before = blocks(document.tree);
    document.update(`${story} x`, [
      { fromA: story.length, toA: story.length, fromB: story.length, toB: story.length + 2 },
    ]);
    const fresh = [...blocks(document.tree)].filter((block) => !before.has(block));
    assert.ok(before.size >= 400);
    assert.ok(fresh.length <= 3, `${fresh.length} blocks were parsed again`);
  });

  it('parses only the end to look at a cursor', () => {
    const document = new MarkdownDocument(story);
    const before = blocks(document.tree);
    const fresh = [...blocks(document.before(story.length - 10).tree)].filter((block) => !before.has(block));
    assert.ok(fresh.length <= 3, `${fresh.length} blocks were parsed again`);
  });

  it('is the same after edits as when read afresh', () => {
    const piece = fc.constantFrom(
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
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, fc.nat(), fc.nat(), (source, inserted, at, removed) => {
        const from = at % (source.length + 1);
        const to = Math.min(source.length, from + (removed % 5));
        const edited = source.slice(0, from) + inserted + source.slice(to);
        const document = new MarkdownDocument(source);
        document.update(edited, [{ fromA: from, toA: to, fromB: from, toB: from + inserted.length }]);
        assert.equal(document.tree.toString(), new MarkdownDocument(edited).tree.toString());
      }),
    );
  });
});
