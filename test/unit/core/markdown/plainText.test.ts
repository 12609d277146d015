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
    ['marked words: the words', 'It was ==very== so, a==b and a == b', 'It was very so, a==b and a == b'],
    ['characters by name and number: the characters', 'A &amp; B &mdash; &#x201C;so', 'A & B — “so'],
    ['names of no character, and names in code: as they are', '&foo; AT&T; `&lt;`', '&foo; AT&T; &lt;'],
    ['what a term means: as it is', 'Term\n: One\n: Two', 'Term\n: One\n: Two'],
    ['code between tags: nothing', 'One\n\n{% highlight js %}\nx\n{% endhighlight %}\n\nTwo', 'One\n\nTwo'],
    ['what MDX imports: nothing', 'import A from "a"\nexport const b = {\n  c\n}\n\nTwo', 'Two'],
    ['open emphasis: the words', 'It was **very', 'It was very'],
    ['the marker of a list item that is being written: a line of its own', '* One\n* Two\n*', '* One\n* Two\n*'],
    ['such a marker with a number, in a quote: the same', '> 1. One\n> 2. Two\n> 3.', '1. One\n2. Two\n3.'],
    ['such a marker below another: the same', '- One\n  *', '- One\n  *'],
    ['a number at the beginning of a line that is no marker: as it is', 'That was\n2024.', 'That was 2024.'],
    ['inline code: the code', 'Run `npm ci` and', 'Run npm ci and'],
    ['a code block: nothing', 'Run:\n\n```sh\nnpm ci\n```\n\nThen', 'Run:\n\nThen'],
    ['front matter: nothing', '---\ntitle: T\n---\n\nText', 'Text'],
    ['HTML and comments: the words around', 'a <b>bold</b> word <!-- no --> and', 'a bold word and'],
    ['comments of Obsidian and MDX: nothing', 'One %% no %% two {/* no */} and', 'One two and'],
    [
      'such comments of several paragraphs: nothing',
      'One\n\n%%\nno\n\nno\n%%\n\n{/* no\n\nno */}\n\nTwo',
      'One\n\nTwo',
    ],
    ['signs that begin no comment: as they are', 'At 100%% and %% so', 'At 100%% and %% so'],
    ['formulas in the brackets of TeX: as they are', 'If \\(x_i\\) or \\(n\\) is', 'If \\(x_i\\) or \\(n\\) is'],
    ['such formulas in lines of their own: nothing', 'So\n\n\\[\nx_i\n\\]\n\nis', 'So\n\nis'],
    ['escaped brackets around words: the brackets', 'He \\[sic\\] said \\(c\\) 2024', 'He [sic] said (c) 2024'],
    ['an HTML block: nothing', 'One\n\n<div>\nx\n</div>\n\nTwo', 'One\n\nTwo'],
    ['a table elsewhere: nothing', 'One\n\n| a | b |\n|---|---|\n| c | d |\n\nTwo', 'One\n\nTwo'],
    ['the table under the cursor: its rows', '| a | b |\n|---|---|\n| c | d', '| a | b |\n|---|---|\n| c | d'],
    ['a footnote: its sign nothing, its text the words', 'So.[^1]\n\n[^1]: A note', 'So.\n\nA note'],
    ['link definitions and rules: nothing', 'One\n\n[m]: http://example.com\n\n---\n\nTwo', 'One\n\nTwo'],
    ['headings and list markers: as they are', '## Title\n\n- one\n- two', '## Title\n\n- one\n- two'],
    ['a task: the words', '- [x] done\n- [ ] to do', '- done\n- to do'],
    ['a block quote: the words', '> It was\n> so and', 'It was so and'],
    ['an alert: the words', '> [!NOTE]\n> It was\n> so and', 'It was so and'],
    ['a callout with a title: both', '> [!tip]- Title\n> It was', 'Title\nIt was'],
    ['a callout in a fence: the words', 'One\n\n::: {.note}\nTwo\n:::\nThree', 'One\n\nTwo\n\nThree'],
    [
      'a callout with what is indented: the words',
      '!!! note "Title"\n    One\n\n    Two\n\nThree',
      'Title\nOne\n\nTwo\n\nThree',
    ],
    ['a broken line: a space', 'It was a\nvery good', 'It was a very good'],
    ['a line that begins: a space', 'It was a\n', 'It was a '],
    ['a new paragraph: the blank line', 'It was.\n\n', 'It was.\n\n'],
    ['a hard break: a new line', 'Roses,\\\nviolets', 'Roses,\\\nviolets'],
    ['escapes: the sign', 'a \\* b', 'a * b'],
    ['what is no prose: all as it is', 'Run `npm **ci', 'Run `npm **ci'],
    ['a line break in HTML: a new line', 'Line one<br>and the', 'Line one\nand the'],
    ['one before the end of a line: one new line', 'Line one <BR/>\nand the', 'Line one\nand the'],
    ['blocks’ tags in a line: new lines', 'Line one</p><p>and the', 'Line one\n\nand the'],
    ['a tag in a word: nothing', 'super<wbr>cali', 'supercali'],
    ['many spaces: one', `Word${' '.repeat(20_000)}the`, 'Word the'],
    ['a code block in a list: nothing', '- one\n\n  ```\n  code\n  ```\n\n  two', '- one\n\n  two'],
    ['a table’s head and rows under the cursor, after text', 'Text\n\n| a |\n|---|\n| b', 'Text\n\n| a |\n|---|\n| b'],
    ['a wiki link: its words', 'see [[My page]] and [[Page|this one]] for', 'see My page and this one for'],
    ['templates and attributes: nothing', 'a {{< x >}} and [b]{.c} so', 'a and b so'],
    ['characters of two units: whole', '🚀 *🦙* 🚀', '🚀 🦙 🚀'],
  ];
  for (const [name, text, expected] of cases) it(name, () => assert.equal(clean(text), expected));

  const breaks = { CRLF: '\r\n', 'a lone CR': '\r', 'a line separator': '\u2028', 'a paragraph separator': '\u2029' };
  for (const [name, end] of Object.entries(breaks)) {
    it(`is the same, and asks the same, where lines end with ${name}`, () => {
      const texts = [
        'It was a dark\nand stormy\nnight; the rain fell\nin torrents',
        '| a | b |\n|---|---|\n| c | d',
        'Roses,  \nviolets,\\\nall',
        '---\ntitle: T\n---\n\n# Head\n\n> said\n> he\n\n- one\n\n  two\n- three',
        'Run:\n\n```sh\nnpm ci\n```\n\nThen',
        'One\n\n\nTwo\n',
      ];
      for (const text of texts) {
        const other = text.replaceAll('\n', end);
        const { construct, request } = readMarkdown(new MarkdownDocument(other), other.length);
        const expected = readMarkdown(new MarkdownDocument(text), text.length);
        assert.deepEqual({ construct, request }, expected, JSON.stringify(other));
        assert.ok(!/[\r\u2028\u2029]/.test(request.prefix));
      }
    });
  }

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
