import assert from 'node:assert/strict';
import { complete } from '../../../../src/core/completion/complete';
import type { Style } from '../../../../src/core/completion/style';
import { memory } from './models';

async function suggest(text: string, typed: number, style: Style, suffix = '') {
  const prefix = text.slice(0, typed);
  const { suggestions } = await complete(memory([text]), { prefix, suffix, style, maxTokens: 40 });
  return suggestions[0]?.text;
}

describe('the style of a suggestion', () => {
  it('leaves out the full stop where there should be none', async () => {
    assert.equal(await suggest('How he left.', 3, { fullStop: false }), ' he left');
    assert.equal(await suggest('How did he leave?', 3, { fullStop: false }), ' did he leave?');
  });

  it('ends without a full stop before a sign that ends or parts the sentence', async () => {
    for (const suffix of [',', ':', '!', '?', ';', '…', '”,', '**:']) {
      assert.equal(await suggest('He left the house.', 7, {}, suffix), ' the house', suffix);
    }
    assert.equal(await suggest('Did he leave?', 6, {}, '!'), ' leave');
    assert.equal(await suggest('He left, and so did she', 2, { room: 8 }, '?'), ' left');
    assert.equal(await suggest('He left the house.', 7, { closer: '*' }, ':'), ' the house*');
    assert.equal(await suggest('He came at 5 p.m. and', 7, { room: 10 }, ','), ' at 5 p.m.');
    assert.equal(await suggest('He left the house.', 7, {}, ')'), ' the house.');
  });

  it('ends before the signs of the markup', async () => {
    assert.equal(await suggest('He left * and', 2, { endsBefore: '*_' }), ' left');
  });

  it('keeps to the width of the lines, but says at least a word', async () => {
    assert.equal(await suggest('He left the house at once.', 2, { room: 12 }), ' left the');
    assert.equal(await suggest('He left the house at once.', 2, { room: 1 }), ' left');
  });

  it('closes what is open when the sentence is done', async () => {
    assert.equal(await suggest('He left the house.', 7, { closer: '**' }), ' the house.**');
    assert.equal(await suggest('He left the house.', 7, { closer: '*' }, '** at'), ' the house.*');
  });

  it('closes nothing where the width of the lines or a sign of the markup cuts the sentence', async () => {
    assert.equal(await suggest('He left the house at once.', 7, { closer: '*', room: 12 }), ' the house');
    assert.equal(await suggest('He left the house * at once.', 7, { closer: '*', endsBefore: '*' }), ' the house');
    assert.equal(await suggest('He left the house.', 7, { closer: '*', fullStop: false }), ' the house*');
  });

  it('leaves no quotation or bracket open that it cuts', async () => {
    assert.equal(await suggest('He said, “I do not know.”', 2, { room: 12 }), ' said,');
    assert.equal(await suggest('He left (as he had said) at once.', 2, { room: 12 }), ' left');
    assert.equal(await suggest('He left (as *he* had said) at once.', 2, { endsBefore: '*' }), ' left');
    assert.equal(await suggest('He left (as he had said) at once.', 2, { room: 24 }), ' left (as he had said)');
  });

  it('closes what is open before it closes the quotation or bracket around that', async () => {
    const suggestAfter = (prefix: string, text: string, style: Style) => suggest(prefix + text, prefix.length, style);
    const inside = { closer: '*', closerHolds: 0 };
    assert.equal(await suggestAfter('He left (so did', ' she.)', inside), ' she.*)');
    assert.equal(await suggestAfter('“I left', ' it,” he said.', inside), ' it,*” he said.');
    assert.equal(await suggestAfter('He left (so', ' did “she” too.)', inside), ' did “she” too.*)');
    assert.equal(await suggestAfter('He left (so', ' did he) too.', { closer: '*', closerHolds: 1 }), ' did he) too.*');
    assert.equal(
      await suggestAfter('“So (he', ' left) at once.”', { closer: '*', closerHolds: 1 }),
      ' left) at once.*”',
    );
  });

  it('closes what was opened inside a bracket before that, and what is around it at the end', async () => {
    const nested = { closer: '***', closerHolds: 1, innerClosers: [{ closer: '*', holds: 0 }] };
    const suggestAfter = (prefix: string, text: string) => suggest(prefix + text, prefix.length, nested);
    assert.equal(await suggestAfter('He left (so', ' did she) too.'), ' did she*) too.**');
    assert.equal(await suggestAfter('He left (so', ' did she too.)'), ' did she too.*)**');
  });

  it('does not go on with a word behind which something was closed', async () => {
    assert.equal(await suggest('Have a house', 5, { startsWord: true }), undefined);
    assert.equal(await suggest('The sea-shore of it', 7, { startsWord: true }), undefined);
    assert.equal(await suggest('He left the house', 7, { startsWord: true }), ' the house');
  });

  it('begins no block of Markdown where the model would rather begin a line', async () => {
    const markdown = { endsBefore: '*_' };
    for (const begun of ['# How to', '- The first', '12. The first', '--- and', '> So it', '+ So']) {
      assert.equal(await suggest(begun, 0, markdown), undefined, begun);
      assert.equal(await suggest(`The end. ${begun}`, 9, markdown), undefined, begun);
      assert.equal(await suggest(`Well,\n${begun}`, 6, markdown), undefined, begun);
    }
    // The writer is typing the sign.
    assert.equal(await suggest('The end.\n\n## How to', 11, markdown), undefined);
    assert.equal(await suggest('* One\n*two', 7, markdown), undefined);
    assert.equal(await suggest('Term\n::note', 6, markdown), undefined);
    assert.equal(await suggest('Term\n: note', 6, markdown), ' note');
    assert.equal(await suggest('* One\n* two', 7, markdown), ' two');
    for (const begun of ['1', 'The end.\n\n12']) {
      assert.equal(await suggest(`${begun}. How to`, begun.length, markdown), undefined, begun);
    }
    assert.equal(await suggest('It was in 12. How to', 12, markdown), '. How to');
    assert.equal(await suggest('The end.\n\n12 of them', 12, markdown), ' of them');
    // The line of the cursor, where the prefix does not show it.
    const inLine = (line: string) => ({ ...markdown, line });
    assert.equal(await suggest('* One\n* 3. How to', 9, inLine('3')), undefined);
    assert.equal(await suggest('* - How to', 2, inLine('')), undefined);
    assert.equal(await suggest('The old man - and so', 12, inLine('')), undefined);
    assert.equal(await suggest('The old man ## and so', 13, inLine('#')), undefined);
    assert.equal(await suggest('The old man and so', 12, inLine('')), 'and so');
    assert.equal(await suggest('He left - and so did she.', 7, markdown), ' - and so did she.');
    assert.equal(await suggest('# How to', 0, {}), '# How to');
  });
});
