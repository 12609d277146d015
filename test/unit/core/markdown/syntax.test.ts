import assert from 'node:assert/strict';
import { GFM, parser } from '@lezer/markdown';
import fc from 'fast-check';
import { MarkdownDocument } from '../../../../src/core/markdown';
import { blocksBetween } from '../../../../src/core/markdown/blocks';

const peer = parser.configure([GFM]);
const KINDS: Readonly<Record<string, string>> = {
  Paragraph: 'paragraph',
  Task: 'paragraph',
  FencedCode: 'code block',
  CodeBlock: 'code block',
  HTMLBlock: 'HTML',
  CommentBlock: 'comment',
  ProcessingInstructionBlock: 'HTML',
  LinkReference: 'link definition',
  HorizontalRule: 'rule',
  Table: 'table',
};
const CONTAINERS: Readonly<Record<string, string>> = { Blockquote: 'quote', ListItem: 'item' };

/** The blocks of a text as @lezer/markdown finds them: kind, containers, lines. */
function peerBlocks(text: string): string[] {
  const blocks: string[] = [];
  peer.parse(text).iterate({
    enter({ name, from, to, node }) {
      const kind = KINDS[name] ?? (/Heading\d/.test(name) ? 'heading' : undefined);
      if (kind === undefined) return true;
      // The peer takes the spaces of an empty item for code.
      if (kind === 'code block' && text.slice(from, to).trim() === '') return false;
      const around: string[] = [];
      for (let parent = node.parent; parent; parent = parent.parent) {
        if (CONTAINERS[parent.name]) around.unshift(CONTAINERS[parent.name]);
      }
      blocks.push(described(kind, around, text.slice(from, to), name.startsWith('Setext') ? 1 : 0));
      return false;
    },
  });
  return withoutRepeats(blocks);
}

/** Words are told apart by their blocks, lines of code are not. */
function described(kind: string, around: readonly string[], text: string, underlines = 0): string {
  const words = kind === 'paragraph' || kind === 'heading' || kind === 'table';
  return `${kind} in ${around.join('>')}${words ? `: ${text.trimEnd().split('\n').length - underlines}` : ''}`;
}

function withoutRepeats(blocks: readonly string[]): string[] {
  return blocks.filter((block, i) => block !== blocks[i - 1] || block.includes(':'));
}

function ownBlocks(source: string): string[] {
  const document = new MarkdownDocument(source);
  const blocks = blocksBetween(document, { line: 0, character: 0 }, document.lines.positionAt(source.length));
  blocks[blocks.length - 1].text += 'x';
  const written = blocks.filter(({ kind }) => kind !== 'blank');
  return withoutRepeats(
    written.map(({ kind, containers, text }) =>
      described(
        kind,
        containers.map((container) => container.kind),
        text,
      ),
    ),
  );
}

const ANY = ['a', 'b c', '\n', '\n', '\n\n', '# ', '```\n', '~~~\n', '    ', '  ', '\t'];
const CONTAINING = [
  '---\n',
  '===\n',
  '- ',
  '* ',
  '1. ',
  '2. ',
  '> ',
  '- [ ] ',
  '[a]: b\n',
  '<!--\n',
  '-->\n',
  '<pre>\n',
  '</pre>\n',
  '<div>\n',
];
const TABLES = ['\n| a | b |\n|---|---|\n', '\n| a | b |\n--|:-:\n', '<b>\n', '<!-- c -->\n'];

describe('blocks', () => {
  for (const [name, pieces] of Object.entries({ 'lists, quotations, HTML': CONTAINING, tables: TABLES })) {
    it(`are what the peer takes for them: ${name}`, () => {
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...ANY, ...pieces), { maxLength: 14 }), (parts) => {
          const text = `a\n${parts.join('')}`;
          // The peer goes on with a quotation or a table whose sign is indented like code.
          fc.pre(!/(?: {4}|\t)[ \t]*[->]/.test(text));
          assert.deepEqual(ownBlocks(text), peerBlocks(`${text}x`), JSON.stringify(text));
        }),
        { numRuns: 20000, seed: 50257 },
      );
    });
  }
});
