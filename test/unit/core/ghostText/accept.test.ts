import assert from 'node:assert/strict';
import { continuation, firstSentence } from '../../../../src/core/ghostText/remainder';

describe('firstSentence', () => {
  it('ends the sentence under way', () => {
    assert.equal(firstSentence('It was', ' a good day. He left.'), ' a good day.');
    assert.equal(firstSentence('It was a good day.', ' He left. She stayed.'), ' He left.');
    assert.equal(firstSentence('It was', ' a good'), ' a good');
    assert.equal(firstSentence('“It was', ' good,” he said. Then'), ' good,” he said.');
    assert.equal(firstSentence('It was.', ' '), ' ');
    assert.equal(firstSentence('**He left', ' the house.**'), ' the house.**');
    assert.equal(firstSentence('He (*left', ' it.*) Then she'), ' it.*)');
    assert.equal(firstSentence('It was', ' good. '), ' good. ');
    assert.equal(firstSentence(`${'It was. '.repeat(200)}It was`, ' good. He left.'), ' good.');
  });
});

describe('continuation', () => {
  it('asks for what follows the accepted text', () => {
    const request = { prefix: 'It was', suffix: '\n', maxTokens: 3 };
    assert.deepEqual(continuation(request, { text: ' good.' }), { ...request, prefix: 'It was good.' });
    const behindEmphasis = { ...request, style: { startsWord: true, closer: '' } };
    assert.deepEqual(continuation(behindEmphasis, { text: ' good' }).style, { startsWord: false, closer: '' });
  });
});
