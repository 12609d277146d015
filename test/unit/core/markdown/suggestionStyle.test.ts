import assert from 'node:assert/strict';
import { MarkdownDocument, readMarkdown } from '../../../../src/core/markdown';

function style(text: string) {
  return readMarkdown(new MarkdownDocument(text), text.length).request.style;
}

describe('the writer’s habits', () => {
  const prose = 'He said, “it’s so” — and went. He came.';
  for (const [name, other] of Object.entries({
    'an HTML comment': '<!-- toc --> <!-- tocstop -->',
    'inline code': '`a --b --c "d" "e" "f" "g"`',
    'a code block': '```\na --b --c "d" "e" "f"\n```',
    'the attributes of a tag': '<a title="a" rel="b" class="c" id="d">x</a>',
    'an address': 'https://example.org/a--b--c--d',
    'a link’s target and title': '[x](a--b--c "d--e--f")',
    'front matter': '',
    'a link definition': '[x]: http://a--b--c "d"',
    'a table elsewhere': '| a -- b |\n|:---|\n| c -- d |\n',
    'a formula': '$a--b--c--d$',
    'an autolink': '<https://example.org/a--b--c--d>',
  })) {
    it(`are not looked for in ${name}`, () => {
      const head = name === 'front matter' ? '---\na: "b -- c" "d -- e" "f -- g"\n---\n\n' : '';
      const { quotes, dash, sentenceSpaces } = style(`${head}${prose}\n\n${other}\n\nHe`) ?? {};
      assert.deepEqual(
        { quotes, dash, sentenceSpaces },
        { quotes: { open: '“', close: '”' }, dash: '—', sentenceSpaces: 1 },
      );
    });
  }

  it('count in headings, lists and quotations', () => {
    assert.equal(style('# One -- two\n\n> three -- four\n\n- five')?.dash, '--');
  });
});

describe('how a suggestion must look', () => {
  it('begins no block in the cursor’s line, which is given as far as a block may begin there', () => {
    for (const [text, line] of [
      ['The old man had\n', ''],
      ['> The old man had\n> 1', '1'],
      ['- ', ''],
      ['- [ ] ', ''],
      ['The list is:\n##', '##'],
      ['The old man had', 'The old man had'],
    ]) {
      assert.equal(style(text)?.line, line, text);
    }
    for (const text of ['# ', '| a |\n|---|\n| ', '*', 'One\n**', '[', `The ${'old '.repeat(20)}`]) {
      assert.equal(style(text)?.line, undefined, text);
    }
  });

  it('ends without a full stop in headings, tables, link texts, and lists that have none', () => {
    for (const text of ['# It', '| a |\n|---|\n| b', 'see [the', '- one\n- two']) {
      assert.equal(style(text)?.fullStop, false, text);
    }
    for (const text of ['It', '- One.\n- Two', '- alone', '> so']) assert.equal(style(text)?.fullStop, true, text);
  });

  it('closes the emphasis that is open', () => {
    assert.equal(style('It was **very *much')?.closer, '***');
    assert.equal(style('It was **very** much')?.closer, '');
  });

  it('knows what was opened inside that emphasis', () => {
    const holds = (text: string) => style(text)?.closerHolds;
    assert.equal(holds('It was (*very'), 0);
    assert.equal(holds('It was *very (so'), 1);
    assert.equal(holds('“It *was (so) “very'), 1);
    assert.equal(holds('It was (so'), undefined);
    const inner = (text: string) => style(text)?.innerClosers;
    assert.deepEqual(inner('It was **very (so *far'), [{ closer: '*', holds: 0 }]);
    assert.equal(inner('It was **very *much'), undefined);
  });

  it('goes on with no word that emphasis, code, a link or an element has closed', () => {
    for (const text of [
      'It *was*',
      'It **was**',
      'Run `npm`',
      'see [it](x)',
      'see [[It]]',
      'It <b>was</b>',
      'It.[^1]',
    ]) {
      assert.equal(style(text)?.startsWord, true, text);
    }
    for (const text of ['It *was', 'It *was* ', 'It *was*n', 'H<sub>', 'It <!-- a --> was', 'It \\*', '*', '']) {
      assert.equal(style(text)?.startsWord, undefined, text);
    }
  });

  it('keeps to the width at which lines are broken', () => {
    const line = 'It was a dark and stormy night and';
    assert.equal(style(`${line}\n${line}\n${line}\n${line}\nIt was`)?.room, line.length - 'It was'.length);
    assert.equal(style(`${line}\n\n${line}\n\n${line}\n\nIt was`)?.room, undefined);
  });

  it('is nobody’s business outside prose', () => {
    assert.deepEqual(style('Run `npm'), {});
  });
});
