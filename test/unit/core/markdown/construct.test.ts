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
  ['- [the ma‸', 'link text'],
  ['- [ ] Milk and‸', 'list item'],
  ['- [ ] ‸', 'list item'],
  ['> [!NOTE] The title‸', 'block quote'],
  ['> [!NOTE]\n> The note‸', 'block quote'],
  ['the element arr[i and I do‸', 'paragraph'],
  ['see [the ma‸](http://example.com)', 'link text'],
  ['![a pho‸', 'image description'],
  ['```\ncode\n```\n\nAfter‸', 'paragraph'],
  ['---\ntitle: T\n---\n\nText‸', 'paragraph'],
  ['It costs $5 and ‸', 'paragraph'],
  ['`code` and ‸', 'paragraph'],
  ['see https://example.com and ‸', 'paragraph'],
  ['2 * 3 is ‸', 'paragraph'],
  ['$$x$$ is ‸', 'paragraph'],
  // A formula needs both its signs.
  ['The variable $HOME is‸', 'paragraph'],
  ['$$ is the number of the process and ‸', 'paragraph'],
  ['The path is $HOME/bin and the shell’s number is $$, so ‸', 'paragraph'],
  // Front matter needs its closing fence, and holds no prose.
  ['---\nNote: a draft.\n\nThe story begins when the‸', 'paragraph'],
  ['---\nNote: a draft.\n\nThe story begins when the‸\n\n---\n\nThe end', 'paragraph'],
  ['---\n\nIt was a dark night‸\n\n---\n', 'paragraph'],
  // A sign that nothing closes begins nothing beyond its sentence, its word, or its brackets.
  ['The ` key is left of 1. It is‸', 'paragraph'],
  ['It was the `90s. Then he‸', 'paragraph'],
  ['if x <y and z is‸', 'paragraph'],
  ['5 < 6 and ‸', 'paragraph'],
  ['he said [sic](which was‸', 'paragraph'],
  ['<!-- a note --> It was‸', 'paragraph'],
  ['{\n  "title": "T"\n}\n\nIt was‸', 'paragraph'],
  ['{\nIt was‸ so\n}', 'paragraph'],
  [':::note The ti‸', 'paragraph'],
  [':::note\nIt was‸\n:::', 'paragraph'],
  ['!!! note "The ti‸"', 'paragraph'],
  ['!!! note\n\n    It was.\n\n    So it‸', 'paragraph'],
  ['=== "Tab"\n\n    It was‸', 'paragraph'],
  ['??? what is‸', 'paragraph'],
  ['!!! So it‸', 'paragraph'],
  ['%% a note %% It was‸', 'paragraph'],
  ['where \\(x^2\\) is‸', 'paragraph'],
  ['\\[\nx = y\n\\]\nIt was‸', 'paragraph'],
  ['\\begin{align}\nx\n\\end{align}\nIt was‸', 'paragraph'],
  ['He \\[the king‸\\] said', 'paragraph'],
  ['He \\[the king‸', 'paragraph'],
  ['an \\(open_name and‸', 'paragraph'],
  ['%%\na note\n%%\nIt was‸', 'paragraph'],
  ['It is 100%% so %% and‸', 'paragraph'],
  ['{/* a note */}\nIt was‸', 'paragraph'],
  ['Text.\n\n<br>\nThe next‸', 'paragraph'],
  ['[[My page|the words‸', 'link text'],
  ['[[My page]] is‸', 'paragraph'],
  ['[@smith, p. 3] says‸', 'paragraph'],
  ['At 10:30‸', 'paragraph'],
  ['Note: it‸', 'paragraph'],
  ['We are #1‸', 'paragraph'],
  ['- one\r\n- two‸', 'list item'],
  ['| a | b |\r\n|---|---|\r\n| c | d‸', 'table'],
  ['```\rcode\r```\r\rAfter‸', 'paragraph'],
  ['Term\n: What it me‸', 'list item'],
  ['Term\n\n:   What it means.\n\n    And mo‸', 'list item'],
  ['Note\n:-) he sa‸', 'paragraph'],
  ['{% highlight js %}\nlet x\n{% endhighlight %}\nIt was‸', 'paragraph'],
  ['{% raw %}x{% endraw %} was‸', 'paragraph'],
  ['{{< note >}}\nIt was‸\n{{< /note >}}', 'paragraph'],
  ['import A from "./a"\n\nIt was‸', 'paragraph'],
  ['import taxes were‸', 'paragraph'],
  ['The cat, the dog and the\nimport Tariff were‸', 'paragraph'],
  ['he or she and/or th‸', 'paragraph'],
  ['On 12/11/20‸', 'paragraph'],
  ['| a | b |\n|---|---|\n| -- | d‸', 'table'],
  ['| a | b |\n|---|---|\n| c | d \\| e‸', 'table'],
  ['a | b\n--|--\nc | d‸', 'table'],
  // The head of a table is one of its rows; without the line below it may still get a column.
  ['| a | b‸ |\n|---|---|\n| c | d |', 'table'],
  ['So:\n| a | b‸ |\n|---|---|', 'table'],
  ['| a | b | c‸', 'paragraph'],
  ['see [x](https://medium.com/@anna/a)‸', 'paragraph'],
  ['see [x](https://medium.com/@anna/a).‸', 'paragraph'],
  [`see [x](https://example.com${'/a-longer-page'.repeat(8)})‸`, 'paragraph'],
  ['- Milk\n\n  [‸', 'link text'],
  ['$$\nx = y\n$$ {#eq-one}\nIt was‸', 'paragraph'],
  ['either <this/that> or </ and‸', 'paragraph'],
  ['\\begin{theorem} The en‸', 'paragraph'],
  ['\\section{The en‸', 'paragraph'],
  ['-- No, said he‸', 'paragraph'],
  ['--- No‸', 'paragraph'],
  ['Black & whi‸', 'paragraph'],
  ['The R&D‸', 'paragraph'],
  ['It was ^_^ and‸', 'paragraph'],
  ['{++It was‸++}', 'paragraph'],
  ['{==It was‸==}', 'paragraph'],
  ['The set { a and‸', 'paragraph'],
  ['It costs $a and‸', 'paragraph'],
  ['It was **bold and *both*‸', 'paragraph'],
  ['It was **bold* and‸', 'paragraph'],
  ['It was **2 *‸', 'paragraph'],
  ['While $i < 5 it runs‸', 'paragraph'],
];

const OTHER: [string, ConstructKind][] = [
  ['```js\nlet x‸\n```', 'code block'],
  ['```js\nlet x\n‸', 'code block'],
  ['    indented‸', 'code block'],
  ['- item\n\n  ```\n  let‸', 'code block'],
  ['Use `npm ‸', 'inline code'],
  ['Use `npm ‸`', 'inline code'],
  ['Use ``npm ` ‸', 'inline code'],
  ['Use `[a‸', 'inline code'],
  ['Use [the `a [b‸', 'inline code'],
  ['Run `git branch\n--show‸', 'inline code'],
  ['see [text](http‸', 'address'],
  ['see <https://exam‸', 'address'],
  ['see https://exam‸', 'address'],
  ['write to me@exam‸', 'address'],
  ['[id]: http‸', 'address'],
  ['a <span cla‸', 'HTML'],
  ['a <b>dark</‸', 'HTML'],
  ['</‸', 'HTML'],
  ['<div>\nin it‸', 'HTML'],
  ['<!-- not now‸', 'comment'],
  ['text <!-- not now‸', 'comment'],
  ['text {/* not now‸ */} so', 'comment'],
  ['{/* not now\n\nnot‸\n*/}', 'comment'],
  ['text %% not now‸ %%', 'comment'],
  ['%% not now‸', 'comment'],
  ['%%\nnot now\n\nnot‸\n%%', 'comment'],
  ['text\n%%\nnot now‸\n%%', 'comment'],
  ['where $x^‸', 'formula'],
  ['$$\n\\sum‸', 'formula'],
  ['{\n  "title": "The st‸"\n}\n\nIt was', 'front matter'],
  ['---json\n{"title": "The st‸"}\n---\nIt was', 'front matter'],
  ['---toml\ntitle = "The st‸"\n---\nIt was', 'front matter'],
  [';;;\n"title": "The st‸"\n;;;\nIt was', 'front matter'],
  ['---\ntitle: T‸\n---', 'front matter'],
  ['---\ntitle: T\n‸\n---\n\nText', 'front matter'],
  ['+++\ntitle = "T‸\n+++\n', 'front matter'],
  ['as said[^no‸', 'footnote name'],
  ['where $x^‸$ is', 'formula'],
  ['where $x_i‸$ is', 'formula'],
  ['where \\(x + y‸\\) is', 'formula'],
  ['where \\(x^‸', 'formula'],
  ['so \\[x = y‸\\]', 'formula'],
  ['\\[\nx = y‸\n\\]', 'formula'],
  ['text\n\\[\nx‸', 'formula'],
  ['\\begin{align*}\nx = y‸\n\\end{align*}', 'formula'],
  ['Use `npm ‸` and', 'inline code'],
  ['---\ntítulo: El viejo y el m‸\n---', 'front matter'],
  ['---\n题目: 老人与‸\n...\n', 'front matter'],
  ['---\r\ntitle: T‸\r\n---\r\n', 'front matter'],
  ['---\ntitle: T\nta‸\n---', 'front matter'],
  ['See [text](http://example.org "The title of the‸', 'address'],
  ['See [text](http://example.org ‸', 'address'],
  ["See ![text](x.png 'The title‸", 'address'],
  ['See [text](<a b‸', 'address'],
  ['[id]: http://example.org "The title of the‸', 'address'],
  ['a <a href="http://exam‸', 'HTML'],
  ['a <img alt="The words of the‸', 'HTML'],
  ['[text]{title="The title of the‸', 'attributes'],
  ['# Head { .lead title="The‸', 'attributes'],
  ['[@smi‸', 'citation'],
  ['[see @smith; @do‸', 'citation'],
  ['[-@smi‸', 'citation'],
  ['As @smi‸', 'citation'],
  ['as in \\cite{smi‸', 'citation'],
  ['\\includegraphics[width=5cm]{pict‸', 'address'],
  ['\\begin{theo‸', 'address'],
  ['see \\url{exam‸}', 'address'],
  ['[[My pag‸', 'wiki link'],
  ['see ![[My pic‸', 'wiki link'],
  ['It was :smil‸', 'emoji code'],
  ['(:+1‸', 'emoji code'],
  ['It was #summ‸', 'tag'],
  ['- [‸', 'task box'],
  ['1. Milk\n   - [x‸', 'task box'],
  ['- [‸]', 'task box'],
  ['::: warn‸', 'callout type'],
  [':::{no‸', 'callout type'],
  [':::note\nIt was.\n:::‸', 'callout type'],
  ['!!! no‸', 'callout type'],
  ['> [!NO‸', 'callout type'],
  ['> [!‸]', 'callout type'],
  ['{{< figure src‸', 'template'],
  ['# Heading {#my-i‸', 'attributes'],
  ['{% highlight js %}\nlet x‸\n{% endhighlight %}', 'template'],
  ['{%- raw -%}\nlet x\n\nlet y‸', 'template'],
  ['{{< highlight go >}}\nlet x‸\n{{< /highlight >}}', 'template'],
  ['import A fr‸', 'code block'],
  ['import A from "./a"\nexport const meta = {\n  title: "The‸"\n}\n\nIt was', 'code block'],
  ['in /usr/local/bi‸', 'address'],
  ['| a | b |\n|--‸', 'rule'],
  ['| a | b |\n| --- | :-‸', 'rule'],
  ['a | b\n--‸', 'rule'],
  ['a | b\n--- | ‸', 'rule'],
  ['| a | b |\n|---|---|\n| c | d |‸', 'end of row'],
  ['| a | b |\n|---|---|\n| c | d | ‸\n| e | f |', 'end of row'],
  ['a | b\n--|--\nc | d | ‸', 'end of row'],
  ['> | a | b |\n> |---|---|\n> | c | d |‸', 'end of row'],
  ['| a | b |‸\n|---|---|\n| c | d |', 'end of row'],
  ['+---+---+\n| a | b |\n+--‸', 'rule'],
  ['Right     Left\n-----     --‸', 'rule'],
  ['It was.\n\n---‸', 'rule'],
  ['A title\n==‸', 'rule'],
  ['It was. ^blo‸', 'block name'],
  ['It was &mda‸', 'character name'],
  ['It was &#82‸', 'character name'],
  ['Hello {props.na‸', 'template'],
  ['Hello {nam‸}', 'template'],
  ['- [/‸', 'task box'],
  ['It is $x = ‸', 'formula'],
  ['It was **bold*‸', 'emphasis sign'],
  ['It was ~~gone~‸', 'emphasis sign'],
  ['It was __bold_‸', 'emphasis sign'],
  ['It was ***both*‸', 'emphasis sign'],
  ['\\begin{tabular}{ll}\na & ‸', 'formula'],
  ['in (~/Docu‸', 'address'],
  ['in C:\\Us‸', 'address'],
  ['see example.org/pa‸', 'address'],
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
    assert.deepEqual(closers('**Note. It was‸'), ['**']);
    assert.deepEqual(closers('He paused. *I will not. I must‸'), ['*']);
    assert.deepEqual(closers('*very much so‸'), ['*']);
    assert.deepEqual(closers('*arguments and‸'), ['*']);
    assert.deepEqual(closers('*ÉCOLE 1. Et puis‸'), ['*']);
    assert.deepEqual(closers('**1984 is a novel‸'), ['**']);
    assert.deepEqual(closers('*彼は言った。私は‸'), ['*']);
  });

  it('takes emphasis for closed whose closing sign was just written', () => {
    const closers = (marked: string) => at(marked).open.map(({ closer }) => closer);
    for (const marked of [
      'Go to _Webhooks_‸',
      'Go to __Webhooks__‸',
      'Go to ==Webhooks==‸',
      'Go to _Webhooks_‸, and then _on_.',
      '**Note:**‸',
      '- _Tea._‸',
      'He said *“No.”*‸',
      'He *(the boy)*‸',
      'I said ~~never!~~‸',
      '***Both?***‸',
    ]) {
      assert.deepEqual(closers(marked), [], marked);
    }
    assert.deepEqual(closers('*Go (*‸'), ['*', '*']);
    assert.deepEqual(closers('*One* and *‸'), ['*']);
    assert.deepEqual(closers('He said—*‸'), ['*']);
    assert.deepEqual(closers('**Very _much_‸'), ['**']);
  });

  it('takes a star that begins a line for the sign of a list item until more is written', () => {
    const closers = (marked: string) => at(marked).open.map(({ closer }) => closer);
    for (const marked of ['*‸', '* one\n* two\n*‸', 'So:\n*‸', '> *‸', '- *‸', '* one\n  *‸']) {
      assert.deepEqual(closers(marked), [], marked);
    }
    assert.deepEqual(closers('*So‸'), ['*']);
    assert.deepEqual(closers('**‸'), ['**']);
    assert.deepEqual(closers('So *‸'), ['*']);
  });

  it('takes a star that begins a line for the sign of a list item until more is written', () => {
    const closers = (marked: string) => at(marked).open.map(({ closer }) => closer);
    for (const marked of ['*‸', '* one\n* two\n*‸', 'So:\n*‸', '> *‸', '- *‸', '* one\n  *‸']) {
      assert.deepEqual(closers(marked), [], marked);
    }
    assert.deepEqual(closers('*So‸'), ['*']);
    assert.deepEqual(closers('**‸'), ['**']);
    assert.deepEqual(closers('So *‸'), ['*']);
  });

  it('leaves the emphasis alone that is closed after the cursor', () => {
    const closers = (marked: string) =>
      at(marked)
        .open.map(({ closer }) => closer)
        .join('');
    assert.equal(closers('It was **very‸**'), '');
    assert.equal(closers('It was **very‸.**'), '');
    assert.equal(closers('It was **very ‸**'), '');
    assert.equal(closers('**Very *much‸**'), '*');
    assert.equal(closers('***Very‸**'), '*');
    assert.equal(closers('*Very\n‸much\nso* it was'), '');
    assert.equal(closers('> *Very‸\n> much* so'), '');
    assert.equal(closers('| *very‸* | *so* |\n|---|---|'), '');
    assert.equal(closers('- *Very‸\n- much*'), '*');
    assert.equal(closers('*Very‸\n\nmuch*'), '*');
    assert.equal(closers('*Very‸\n# much*'), '*');
    assert.equal(closers('**Very‸ *much*'), '**');
  });

  it('does not take a sign for emphasis that the writer did not mean so', () => {
    const closers = (marked: string) => at(marked).open.map(({ closer }) => closer);
    for (const marked of [
      'Call f(*args) to start. I do not know‸',
      'Call f(*args) to start and you‸',
      'Call f(a, *args) to start and you‸',
      'All of "*args" and‸',
      'The glob *.md is all. I do not know‸',
      'Use *.md and‸',
      'Files that match **/*.md are‸',
      'Put it in src/**/*.ts and‸',
      'In C a comment /* like this */ is‸',
      'So */ ends it and‸',
      'The option --name=_value is‸',
      'The product a*b is‸',
      '2 * 3 and‸',
      'the price* below‸',
      'Write *_*_*_ and‸',
      '*args is a list. I do not know‸',
      '*args is a list‸',
      'See **kwargs for more‸',
      'char *p is the end of the‸',
      '**kwargs is a dict. I do not know‸',
      '_private is a name. I do not know‸',
      'The *my_pointer is‸',
      'The _lineCount is‸',
      'A _foo() is‸',
      'And *os.environ is‸',
      '*[HTML]: Hypertext Markup‸',
      '*x1 and‸',
    ]) {
      assert.deepEqual(closers(marked), [], marked);
    }
  });
});
