import assert from 'node:assert/strict';
import { MarkdownDocument, readMarkdown } from '../../../../src/core/markdown';

function clean(text: string): string {
  return readMarkdown(new MarkdownDocument(text), text.length).request.prefix;
}

describe('what the model reads of a Markdown document', () => {
  const cases: [string, string, string][] = [
    ['a link: its text', 'See [the manual](http://example.com "Manual") and', 'See the manual and'],
    ['a reference link: its text', 'See [the manual][m] and', 'See the manual and'],
    ['brackets that are no link: as they are', 'He said [sic] and', 'He said [sic] and'],
    ['an image: nothing', 'Look ![a photo](x.png) at', 'Look at'],
    ['emphasis: the words', 'It was **very _good_** and ~~not~~ so', 'It was very good and not so'],
    ['open emphasis: the words', 'It was **very', 'It was very'],
    ['inline code: the code', 'Run `npm ci` and', 'Run npm ci and'],
    ['a code block: nothing', 'Run:\n\n```sh\nnpm ci\n```\n\nThen', 'Run:\n\nThen'],
    ['front matter: nothing', '---\ntitle: T\n---\n\nText', 'Text'],
    ['HTML and comments: the words around', 'a <b>bold</b> word <!-- no --> and', 'a bold word and'],
    ['an HTML block: nothing', 'One\n\n<div>\nx\n</div>\n\nTwo', 'One\n\nTwo'],
    ['a table elsewhere: nothing', 'One\n\n| a | b |\n|---|---|\n| c | d |\n\nTwo', 'One\n\nTwo'],
    ['the table under the cursor: its rows', '| a | b |\n|---|---|\n| c | d', '| a | b |\n|---|---|\n| c | d'],
    ['a footnote: its sign nothing, its text the words', 'So.[^1]\n\n[^1]: A note', 'So.\n\nA note'],
    ['link definitions and rules: nothing', 'One\n\n[m]: http://example.com\n\n---\n\nTwo', 'One\n\nTwo'],
    ['headings and list markers: as they are', '## Title\n\n- one\n- two', '## Title\n\n- one\n- two'],
    ['a task: the words', '- [x] done\n- [ ] to do', '- done\n- to do'],
    ['a block quote: the words', '> It was\n> so and', 'It was so and'],
    ['a broken line: a space', 'It was a\nvery good', 'It was a very good'],
    ['a line that begins: a space', 'It was a\n', 'It was a '],
    ['a new paragraph: the blank line', 'It was.\n\n', 'It was.\n\n'],
    ['a hard break: a new line', 'Roses,\\\nviolets', 'Roses,\\\nviolets'],
    ['escapes: the sign', 'a \\* b', 'a * b'],
    ['what is no prose: all as it is', 'Run `npm **ci', 'Run `npm **ci'],
  ];
  for (const [name, text, expected] of cases) it(name, () => assert.equal(clean(text), expected));

  it('begins at the same place while a long document grows', () => {
    const story = 'It was a dark and stormy night; the rain fell in torrents.\n\n'.repeat(1000);
    const document = new MarkdownDocument(story + 'a'.repeat(200));
    const starts = new Set<number>();
    for (let typed = 0; typed < 200; typed++) {
      starts.add(readMarkdown(document, story.length + typed).request.prefix.length - typed);
    }
    assert.equal(starts.size, 1);
  });
});
