import assert from 'node:assert/strict';
import { firstSentence } from '../../../src/core/completion/accept';

describe('firstSentence', () => {
  it('ends the sentence under way', () => {
    assert.equal(firstSentence('It was', ' a good day. He left.'), ' a good day.');
    assert.equal(firstSentence('It was a good day.', ' He left. She stayed.'), ' He left.');
    assert.equal(firstSentence('It was', ' a good'), ' a good');
    assert.equal(firstSentence('“It was', ' good,” he said. Then'), ' good,” he said.');
  });
});
