import assert from 'node:assert/strict';
import { guard } from '../../../../src/core/completion/guards';
import { MarkdownDocument, readMarkdown } from '../../../../src/core/markdown';
import { readInline } from '../../../../src/core/markdown/inline';
import { lastSentenceStart, sentenceSpans } from '../../../../src/core/text/sentences';
import { typographyOf } from '../../../../src/core/text/typography';
import { countSteps } from '../../../support/steps';

/** Texts of about `length` units on which a reader may stumble. */
const STUMBLING: Readonly<Record<string, (length: number) => string>> = {
  words: (length) => 'It was a dark and stormy night. '.repeat(length / 32),
  'emphasis and links': (length) => 'It *was* a [dark](x) and **stormy** night. '.repeat(length / 43),
  'one letter': (length) => 'a'.repeat(length),
  emoji: (length) => '🚀'.repeat(length / 2),
  '"*_"': (length) => '*_'.repeat(length / 2),
  'emphasis that is never closed': (length) => 'a *b _c '.repeat(length / 8),
  'emphasis that was never opened': (length) => 'a* b_ '.repeat(length / 6),
  'signs of three lengths': (length) => '*a **b ***c '.repeat(length / 12) + 'd* e** f*** '.repeat(length / 12),
  spaces: (length) => `Word${' '.repeat(length)}the`,
  'spaces before line breaks': (length) => 'a     \n'.repeat(length / 7),
  'a tag with spaces': (length) => `a <word${' '.repeat(length)}\``,
  'tags that are never closed': (length) => '<a '.repeat(length / 3),
  'values that are never closed': (length) => '<a b="'.repeat(length / 6),
  'comments that are never closed': (length) => 'a <!-- '.repeat(length / 7),
  'comments of Obsidian that are never closed': (length) => 'a %% '.repeat(length / 5),
  JSON: (length) => `{"a":${'{"b":[1,2,"x"],"c":"d"},'.repeat(length / 25)}`,
  'opening brackets': (length) => '['.repeat(length),
  'closing brackets': (length) => ']'.repeat(length),
  'links that are never closed': (length) => '[a]('.repeat(length / 4),
  'titles that are never closed': (length) => '[a](b "'.repeat(length / 7),
  'labels that are never closed': (length) => '[a][b'.repeat(length / 5),
  'images that are never closed': (length) => '!['.repeat(length / 2),
  'footnotes that are never closed': (length) => '[^a'.repeat(length / 3),
  'backticks of all lengths': (length) =>
    Array.from({ length: Math.sqrt(2 * length) }, (_, i) => '`'.repeat(i)).join(' '),
  dollars: (length) => '$a '.repeat(length / 3),
  braces: (length) => '{#'.repeat(length / 2),
  'brackets of TeX': (length) => '\\('.repeat(length / 2),
  backslashes: (length) => '\\'.repeat(length),
  addresses: (length) => 'http://'.repeat(length / 7),
  pipes: (length) => '|a'.repeat(length / 2),
  'quotation signs': (length) => '> '.repeat(length / 2),
  'list markers': (length) => '- '.repeat(length / 2),
  'nested lists': (length) => Array.from({ length: Math.sqrt(2 * length) }, (_, i) => `${' '.repeat(i)}- `).join('\n'),
  'blank lines': (length) => '\n'.repeat(length),
  'short lines': (length) => 'word\n'.repeat(length / 5),
  'a fence that is never closed': (length) => `\`\`\`\n${'code\n'.repeat(length / 5)}`,
  'HTML that is never closed': (length) => `<pre>\n${'a\n'.repeat(length / 2)}`,
  'table rows': (length) => `| a | b |\n|---|---|\n${'| c | d |\n'.repeat(length / 10)}`,
  'full stops': (length) => '. '.repeat(length / 2),
  initials: (length) => 'A. '.repeat(length / 3),
  quotes: (length) => '" '.repeat(length / 2),
  'front matter that never ends': (length) => `---\n${'a: b\n'.repeat(length / 5)}`,
};

const FOLDER = '/src/core/';

describe('the work of reading', () => {
  for (const [name, text] of Object.entries(STUMBLING)) {
    it(`grows with the text and not faster: ${name}`, async () => {
      const steps = async (length: number) => {
        const one = text(length);
        return countSteps(FOLDER, () => {
          readInline(one, '');
          sentenceSpans(one);
          lastSentenceStart(one);
          typographyOf(one);
          guard(one, ' word', ['blocked']);
        });
      };
      const half = await steps(50_000);
      const whole = await steps(100_000);
      assert.ok(whole <= 2.2 * half + 1000, `${half} steps for 50,000 units, ${whole} for 100,000`);
    });

    it(`is bounded at each key, however long the text: ${name}`, async () => {
      const key = async (length: number) => {
        const one = text(length);
        const document = new MarkdownDocument(one);
        readMarkdown(document, one.length);
        return countSteps(FOLDER, () => {
          const { line } = document.lines.positionAt(one.length);
          document.changed(line, 1, 1);
          readMarkdown(document, one.length);
        });
      };
      const long = await key(100_000);
      const longer = await key(400_000);
      assert.ok(longer <= 1.5 * long + 1000, `${long} steps a key in 100,000 units, ${longer} in 400,000`);
    });
  }

  it('looks through what follows the cursor once, however many dollars stand before it', async () => {
    const steps = (length: number) =>
      countSteps(FOLDER, () => readInline('a $a '.repeat(500), 'the words '.repeat(length / 10)));
    const [short, long] = [await steps(100), await steps(1_000)];
    assert.ok(long <= short + 10_000, `${short} steps before 100 units, ${long} before 1,000`);
  });
});
