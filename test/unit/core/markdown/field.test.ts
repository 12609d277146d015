import assert from 'node:assert/strict';
import { type ConstructKind, MarkdownDocument, readMarkdown } from '../../../../src/core/markdown';
import { sentenceSpans } from '../../../../src/core/text/sentences';
import { countSteps } from '../../../support/steps';

/** Reports of users of other tools, tried on our own inputs (docs/field-log.md); ‸ is the cursor. */
const READ: readonly (readonly [report: string, marked: string, kind: ConstructKind, read: string])[] = [
  ['JetBrains/markdown#49', 'a \r\nb‸', 'paragraph', 'a b'],
  ['quarto-dev/q2#138', 'one\r\n\r\n| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n\r\ntwo‸', 'paragraph', 'one\n\ntwo'],
  ['Infinitix-LLC/gpt_markdown#104', '| a |\r\n| --- |\r\n| 1‸', 'table', '| a |\n| --- |\n| 1'],
  ['kylefarris/J2M#3', 'A | B\r\n--|--\r\n1 | 2‸', 'table', 'A | B\n--|--\n1 | 2'],
  ['kovetskiy/mark#148', '| T | I | \n| --- | --- |\n| a | b‸', 'table', '| T | I |\n| --- | --- |\n| a | b'],
  [
    'CommunityToolkit/WindowsCommunityToolkit#2968',
    '| a | b |\n|--|--|\n| `\\|\\|` | t‸',
    'table',
    '| a | b |\n|--|--|\n| \\|\\| | t',
  ],
  ['MichaelMure/go-term-markdown#1', '**a**\r\n\r\n| b |\r\n| -- |\r\n| c‸', 'table', 'a\n\n| b |\n| -- |\n| c'],
  ['colinta/StrangeCase#36', '---\r\ntitle: T\r\n---\r\n\r\nText‸', 'paragraph', 'Text'],
  ['typora/typora-issues#3348', '\uFEFF---\ntitle: T‸\n---\n', 'front matter', '---\ntitle: T'],
  ['mquinson/po4a#443', '\uFEFF---\ntitle: T\n---\n\nText‸', 'paragraph', 'Text'],
  ['open-gsd/gsd-core#2977', '\n---\ntitle: T\n---\n\nText‸', 'paragraph', 'title: T\n\nText'],
  ['jgravelle/jdocmunch-mcp#53', '\uFEFF# First\n\nText‸', 'paragraph', '# First\n\nText'],
  [
    'fletcher/MultiMarkdown-5#18',
    '**b**, _u_, __v__, *__w__*, _**x**_, ***y***, ___z___, *t __w__ t*‸',
    'paragraph',
    'b, u, v, w, x, y, z, t w t',
  ],
  ['jgm/pandoc#4217', '[[[a]{#x}]{#y}]{#z} and‸', 'paragraph', 'a and'],
  [
    'typora/typora-issues#1298',
    '$400 is certainly more than $300. And‸',
    'paragraph',
    '$400 is certainly more than $300. And',
  ],
  [
    'glushchenko/fsnotes#799',
    '**Cost:** $20/month (7 users = $1680/year)‸',
    'paragraph',
    'Cost: $20/month (7 users = $1680/year)',
  ],
  [
    'shd101wyy/markdown-preview-enhanced#2',
    'over $1.7 billion and over $94 billion by‸',
    'paragraph',
    'over $1.7 billion and over $94 billion by',
  ],
  ['typora/typora-issues#3178', 'Please donate $50 to $100 to the‸', 'paragraph', 'Please donate $50 to $100 to the'],
  ['MacDownApp/macdown#489', 'Clearly $110_2 = 6_{10}$ (sub‸', 'paragraph', 'Clearly $110_2 = 6_{10}$ (sub'],
  [
    'cs150bf/ever-notedown#19',
    '| a | b |\n|---|---|\n| $ \\$100 $ | $ \\$10(1.1) $‸',
    'table',
    '| a | b |\n|---|---|\n| $ $100 $ | $ $10(1.1) $',
  ],
  ['HEIGE-PCloud/DoIt#173', 'it is \\$100 and‸', 'paragraph', 'it is $100 and'],
  ['yzhang-gh/vscode-markdown#963', '$<<name>> and <<number>>$ is‸', 'paragraph', '$<<name>> and <<number>>$ is'],
  ['chenhg5/cc-connect#877', 'my_var_name and pre_word_post‸', 'paragraph', 'my_var_name and pre_word_post'],
  [
    'zuchka/remove-markdown#36',
    '[!] We’ve rewritten our **[IPC](https://github.com/a/b)** and‸',
    'paragraph',
    '[!] We’ve rewritten our IPC and',
  ],
  ['zuchka/remove-markdown#38', 'a_s_d, a _s_d. And *s****‸', 'paragraph', 'a_s_d, a _s_d. And s***'],
  [
    'michelf/php-markdown#70',
    'a very hard_soft person here_there only‸',
    'paragraph',
    'a very hard_soft person here_there only',
  ],
  [
    'gettalong/kramdown#488',
    'https://test.com/test_test_test.html and‸',
    'paragraph',
    'https://test.com/test_test_test.html and',
  ],
  ['commonmark/commonmark-spec#650', '**真，**她‸', 'paragraph', '真，她'],
  ['commonmark/commonmark-spec#839', 'これは**「重要なこと」**です‸', 'paragraph', 'これは「重要なこと」です'],
  [
    'commonmark/commonmark-spec#839, Korean',
    '문서를 **마크다운(Markdown)**을 사용‸',
    'paragraph',
    '문서를 마크다운(Markdown)을 사용',
  ],
  ['marktext/marktext#4401', '例子例子**"加粗"**例子例子‸', 'paragraph', '例子例子"加粗"例子例子'],
  ['kirodotdev/KiroCrew#2323', '~~删除的文字（带括号）。~~这个句子‸', 'paragraph', '删除的文字（带括号）。这个句子'],
  [
    'commonmark/commonmark.js#108',
    '棕色狐狸。**黄色狐狸。**黑色狐狸。棕‸',
    'paragraph',
    '棕色狐狸。黄色狐狸。黑色狐狸。棕',
  ],
  ['obsidian-nvim/obsidian.nvim#972', '[[wiki [link]]] is‸', 'paragraph', 'wiki [link] is'],
  [
    'tadashi-aikawa/obsidian-various-complements-plugin#157',
    '[[[my_note](my_note.md)]] is‸',
    'paragraph',
    '[[my_note]] is',
  ],
  ['gsantner/markor#2050', '[[Einzellösungen]] sind‸', 'paragraph', 'Einzellösungen sind'],
  [
    'forem/forem#17983',
    'So,[^1] and[^big]\n\n[^1]: First.\n\n[^big]: One.\n\n    Indent paragraphs to‸',
    'footnote',
    'So, and\n\nFirst.\n\nOne.\n\nIndent paragraphs to',
  ],
  [
    'fletcher/MultiMarkdown-4#20',
    'a footnote [^n]\n\n[^n]: first\n\n    second‸',
    'footnote',
    'a footnote\n\nfirst\n\nsecond',
  ],
  [
    'dprint/dprint-plugin-markdown#76',
    '[^1]: Footnotes are put at the bottom\nof a page in‸',
    'footnote',
    'Footnotes are put at the bottom of a page in',
  ],
  [
    'MacDownApp/macdown#982',
    '[^2]: In this footnote.\nUnfortunately, the‸',
    'footnote',
    'In this footnote. Unfortunately, the',
  ],
  ['lzm0x219/vscode-github-markdown#1207', '[^a]: One\n\n    Two **bold** and‸', 'footnote', 'One\n\nTwo bold and'],
  ['fletcher/MultiMarkdown#11', '[^1]: One\n[^2]: Two and‸', 'footnote', 'One\nTwo and'],
  [
    'languagetool-language-server/vscode-languagetool#11',
    '---\ntitle: T\n---\n\nSee {% include x %} and‸',
    'paragraph',
    'See and',
  ],
  [
    'DavidAnson/markdownlint#249',
    'Follow [@me on Twitter](https://twitter.com/{{< param twitter >}}). And‸',
    'paragraph',
    'Follow @me on Twitter. And',
  ],
  ['davidlday/vscode-languagetool-linter#40', 'such as a `Mesh`. And‸', 'paragraph', 'such as a Mesh. And'],
  [
    'Clemens-E/obsidian-languagetool-plugin#13',
    '| a      | b    |\n| ------ | ---- |\n| one    | tw‸',
    'table',
    '| a | b |\n| ------ | ---- |\n| one | tw',
  ],
  ['github/cmark-gfm#168', '- [x] foo\n    - [ ] bar\n    - [x] ba‸', 'list item', '- foo\n    - bar\n    - ba'],
  ['dbuenzli/cmarkit#24', '- [ ] one\n  - [ ] two\n  - [ ] thr‸', 'list item', '- one\n  - two\n  - thr'],
  ['github/cmark-gfm#134', '* [x] * [ ] * [x] fo‸', 'list item', '* * [ ] * [x] fo'],
  [
    'joeriddles/extended-task-lists#15',
    '- some\n\t- nested\n\t\t- [ ] with a TO‸',
    'list item',
    '- some\n\t- nested\n\t\t- with a TO',
  ],
  [
    'typora/typora-issues#1233',
    '* [ ] Do whatever\n      * [ ] Nested th‸',
    'list item',
    '* Do whatever * [ ] Nested th',
  ],
  [
    'dart-lang/tools#1324',
    '- [x] asd\n    - asdasd\n- [x] asd\n    - as‸',
    'list item',
    '- asd\n    - asdasd\n- asd\n    - as',
  ],
  ['Kilo-Org/kilocode#5008', "```ruby\nputs 'yo'\n‸\n```", 'code block', "```ruby\nputs 'yo'\n"],
  ['marktext/marktext#2619', '`text*‸', 'inline code', '`text*'],
  ['marktext/marktext#434', '$$\nx_‸\n$$', 'formula', '$$\nx_'],
  ['BoostIO/BoostNote-Legacy#2221', '```\na * b‸\n```', 'code block', '```\na * b'],
  ['TryGhost/Ghost#8695', '```\n# comm‸\n```', 'code block', '```\n# comm'],
  ['FuJacob/cotabby#160', 'مرحبا **بالعالم** يا‸', 'paragraph', 'مرحبا بالعالم يا'],
];

const SENTENCES: readonly (readonly [report: string, ...sentences: string[]])[] = [
  [
    'fnl/segtok#12',
    'Read the booklet by D. Seyfort Ruegg and the matter of A. MacDonald’s tomes.',
    'Both are on file.',
  ],
  ['fnl/segtok#10', 'Prime Minister Lester B. Pearson’s foreign policy.', 'Dr. Edgar F. Codd did.'],
  ['fnl/segtok#13', 'Read G.B.J. Dreyfus and S.L. McClintock.', 'K.A. Vose wrote it.'],
  ['fnl/segtok#4', 'I love you. he said he hated you ! and he is a boy.'],
  ['diasks2/pragmatic_segmenter#26', 'He has Ph.D.-level training.', 'Yes.'],
  ['languagetool-org/languagetool#1314', 'Texts like M. Johnsson and Ph. Smith.', 'So.'],
  ['parhamr/nlp-pure#30', 'AMERICAN INDUSTRY INC. sold shares at $21.75 to A.B. Hammersmith & Co.', 'Then it rose.'],
  ['nltk/nltk#2376', 'No need to put e.g. or i.e. in italics.', 'If David et al. get it, we go.'],
  ['jyooi/agent-simple-english#37', 'Send the report to J. Smith.', 'Review Fig. A for details.'],
  [
    'UglyToad/PragmaticSegmenterNet#12',
    'I have D. H. Lawrence’s book.',
    'It was Henry Jr.',
    'Then we have 12.543, too!',
  ],
];

const SLOW: readonly (readonly [report: string, repeated: string])[] = [
  ['Python-Markdown/markdown#798', '[]()'],
  ['Python-Markdown/markdown#161', '[link](http://google.com) '],
  ['mity/md4c#236', ']([\n'],
  ['markdown-it/markdown-it#732', '[]('],
  ['markdown-it/markdown-it#734', '[](('],
  ['markdown-it/markdown-it#737', '<'],
  ['executablebooks/markdown-it-py#273', '**<...>**a**<...>** '],
  ['mdiep/MMMarkdown#39', '**a *b '],
  ['cweijan/vscode-office#516', '```\ncode\n```\n\n'],
  ['microsoft/vscode#34655', "  'key' => 1,\n"],
  ['yzhang-gh/vscode-markdown#773', '~~strikethrough~~ `code`\n\n'],
  ['microsoft/vscode#55605', '{"a":[1,2]},'],
];

describe('reports from the field', () => {
  for (const [report, marked, kind, read] of READ) {
    it(`${report}: what is read`, () => {
      const offset = marked.indexOf('‸');
      const { construct, request } = readMarkdown(new MarkdownDocument(marked.replace('‸', '')), offset);
      assert.deepEqual([construct.kind, request.prefix], [kind, read]);
      assert.equal(request.style?.closer ?? '', '');
    });
  }

  for (const [report, ...sentences] of SENTENCES) {
    it(`${report}: sentences`, () => {
      const text = sentences.join(' ');
      assert.deepEqual(
        sentenceSpans(text).map(([from, to]) => text.slice(from, to)),
        sentences,
      );
    });
  }

  for (const [report, repeated] of SLOW) {
    it(`${report}: a key costs no more in a long text`, async () => {
      const key = (length: number) => {
        const text = `${repeated.repeat(length / repeated.length)}the`;
        const document = new MarkdownDocument(text);
        readMarkdown(document, text.length);
        return countSteps('/src/core/', () => {
          document.changed(document.lines.count - 1, 1, 1);
          readMarkdown(document, text.length);
        });
      };
      const [long, longer] = [await key(100_000), await key(400_000)];
      assert.ok(longer <= 1.5 * long + 1000, `${long} steps in 100,000 units, ${longer} in 400,000`);
    });
  }
});
