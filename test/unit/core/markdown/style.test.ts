import assert from 'node:assert/strict';
import { MarkdownDocument, readMarkdown, typographyOf } from '../../../../src/core/markdown';

function manner(text: string) {
  return readMarkdown(new MarkdownDocument(text), text.length).request.manner;
}

describe('the typography of a text', () => {
  it('is what prevails', () => {
    assert.deepEqual(typographyOf("He said, “it’s so” — and it's"), { quotes: 'curly', dash: '—' });
    assert.deepEqual(typographyOf('"So," he said -- he did.'), { quotes: 'straight', dash: '--' });
    assert.deepEqual(typographyOf('It was.  It is.  I say.'), { sentenceSpaces: 2 });
    assert.deepEqual(typographyOf('It was – so. It is.'), { dash: '–', sentenceSpaces: 1 });
    assert.deepEqual(typographyOf('nothing'), {});
  });
});

describe('how a suggestion must look', () => {
  it('ends without a full stop in headings, tables, link texts, and lists that have none', () => {
    for (const text of ['# It', '| a |\n|---|\n| b', 'see [the', '- one\n- two'])
      assert.equal(manner(text)?.fullStop, false, text);
    for (const text of ['It', '- One.\n- Two', '- alone', '> so']) assert.equal(manner(text)?.fullStop, true, text);
  });

  it('closes the emphasis that is open', () => {
    assert.equal(manner('It was **very *much')?.closer, '***');
    assert.equal(manner('It was **very** much')?.closer, '');
  });

  it('keeps to the width at which lines are broken', () => {
    const line = 'It was a dark and stormy night and';
    assert.equal(manner(`${line}\n${line}\n${line}\n${line}\nIt was`)?.room, line.length - 'It was'.length);
    assert.equal(manner(`${line}\n\n${line}\n\n${line}\n\nIt was`)?.room, undefined);
  });

  it('is nobody’s business outside prose', () => {
    assert.deepEqual(manner('Run `npm'), {});
  });
});
