import assert from 'node:assert/strict';
import { complete } from '../../../../src/core/completion/complete';
import type { Style } from '../../../../src/core/completion/types';
import { memory } from './models';

async function suggest(text: string, typed: number, style: Style, suffix = '') {
  const prefix = text.slice(0, typed);
  const { suggestions } = await complete(memory([text]), { prefix, suffix, style, maxTokens: 40 });
  return suggestions[0]?.text;
}

describe('the style of a suggestion', () => {
  it('sets quotes as the document does', async () => {
    assert.equal(await suggest('He said, "it\'s so," and left.', 8, { quotes: 'curly' }), ' “it’s so,” and left.');
    assert.equal(await suggest('He said, “it’s so,” and left.', 8, { quotes: 'straight' }), ' "it\'s so," and left.');
  });

  it('sets an apostrophe where a word is shortened at its beginning', async () => {
    const curly = { quotes: 'curly' } as const;
    assert.equal(await suggest("So 'tis true, and 'twas.", 2, curly), ' ’tis true, and ’twas.');
    assert.equal(
      await suggest("In the '90s they did 'cause they could.", 6, curly),
      ' ’90s they did ’cause they could.',
    );
    assert.equal(await suggest("So 'the cat' left.", 2, curly), ' ‘the cat’ left.');
  });

  it('sets dashes as the document does', async () => {
    assert.equal(await suggest('He left -- and so did she.', 7, { dash: '—' }), ' — and so did she.');
    assert.equal(await suggest('He left—and so did she.', 7, { dash: '--' }), '--and so did she.');
  });

  it('spaces sentences as the document does', async () => {
    assert.equal(await suggest('He left. So did she.', 8, { sentenceSpaces: 2 }), '  So did she.');
    assert.equal(await suggest('He left. So did she.', 8, { sentenceSpaces: 1 }), ' So did she.');
  });

  it('leaves out the full stop where there should be none', async () => {
    assert.equal(await suggest('How he left.', 3, { fullStop: false }), ' he left');
    assert.equal(await suggest('How did he leave?', 3, { fullStop: false }), ' did he leave?');
  });

  it('ends before the signs of the markup', async () => {
    assert.equal(await suggest('He left * and', 2, { endsBefore: '*_' }), ' left');
  });

  it('keeps to the width of the lines, but says at least a word', async () => {
    assert.equal(await suggest('He left the house at once.', 2, { room: 12 }), ' left the');
    assert.equal(await suggest('He left the house at once.', 2, { room: 1 }), ' left');
  });

  it('closes what is open when the sentence is done, unless it is closed already', async () => {
    assert.equal(await suggest('He left the house.', 7, { closer: '**' }), ' the house.**');
    assert.equal(await suggest('He left the house.', 7, { closer: '**' }, '** at'), ' the house.');
  });

  it('begins no block of Markdown where the model would rather begin a line', async () => {
    const markdown = { endsBefore: '*_' };
    for (const begun of ['# How to', '- The first', '12. The first', '--- and', '> So it', '+ So']) {
      assert.equal(await suggest(begun, 0, markdown), undefined, begun);
      assert.equal(await suggest(`The end. ${begun}`, 9, markdown), undefined, begun);
      assert.equal(await suggest(`Well,\n${begun}`, 6, markdown), undefined, begun);
    }
    assert.equal(await suggest('He left - and so did she.', 7, markdown), ' - and so did she.');
    assert.equal(await suggest('# How to', 0, {}), '# How to');
  });
});
