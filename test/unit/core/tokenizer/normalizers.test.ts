import assert from 'node:assert/strict';
import { AlignedText } from '../../../../src/core/tokenizer/alignedText';
import { compose, decompose } from '../../../../src/core/tokenizer/normalizers';
import { countSteps } from '../../../support/steps';

describe('normalizers', () => {
  const forms = { NFC: compose('NFC'), NFKC: compose('NFKC'), NFD: decompose('NFD'), NFKD: decompose('NFKD') };
  /** A letter under marks of two classes, which have to change places. */
  const marked = (count: number) => `a${'\u0301\u0323'.repeat(count / 2)}b`;

  for (const [form, normalizer] of Object.entries(forms)) {
    it(`${form}: takes any number of marks on one letter`, () => {
      const text = `\u00e5${'\u0301'.repeat(200_000)}b`;
      assert.equal(normalizer(new AlignedText(text, 0)).text, text.normalize(form));
    });

    it(`${form}: puts marks into order as Unicode does`, () => {
      const text = marked(200);
      assert.equal(normalizer(new AlignedText(text, 0)).text, text.normalize(form));
    });
  }

  it('do work that grows with the marks and not faster', async () => {
    const steps = (count: number) => countSteps('core/tokenizer', () => forms.NFD(new AlignedText(marked(count), 0)));
    await steps(1000);
    const [few, many] = [await steps(2000), await steps(8000)];
    assert.ok(many < 5 * few, `${few} and ${many} steps`);
  });
});
