import assert from 'node:assert/strict';
import { faultsOf, LANGUAGES, readTexts } from '../../scripts/l10n';

describe('the translations', () => {
  for (const language of LANGUAGES) {
    it(`in ${language} say all that the English say, with the same placeholders, code, links and icons`, () => {
      for (const kind of ['manifest', 'source'] as const) {
        assert.deepEqual(faultsOf(readTexts(kind), readTexts(kind, language)), [], kind);
      }
    });
  }
});
