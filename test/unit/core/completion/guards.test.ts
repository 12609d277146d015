import assert from 'node:assert/strict';
import { guard } from '../../../../src/core/completion/guards';

function guarded(before: string, suggestion: string, blocked: string[] = [], after = '') {
  const { length, guard: reason } = guard(before, suggestion, blocked, after);
  return [suggestion.slice(0, length), reason];
}

describe('guard', () => {
  it('lets plain prose pass', () => {
    for (const suggestion of [
      ' a good day.',
      ' (or so they said) to her.',
      ', “and so it was,” he said.',
      " don't, the boys' room.",
    ]) {
      assert.deepEqual(guarded('It was', suggestion), [suggestion, null]);
    }
  });

  it('stops circles: a phrase said twice, a word said three times', () => {
    assert.deepEqual(guarded('It was', ' the first time it was the first time'), [' the first time it', 'repetition']);
    assert.deepEqual(guarded('He said', ' no, no, no, no'), [' no, no,', 'repetition']);
    assert.deepEqual(guarded('See the', ' first time for the first time'), [' first time for', 'repetition']);
    assert.deepEqual(guarded('See', ' OpenTelemetry OpenTelemetry'), [' OpenTelemetry', 'repetition']);
    assert.deepEqual(guarded('He said that', ' for the first time, and for the first time'), [
      ' for the first time, and',
      'repetition',
    ]);
    assert.deepEqual(guarded('We saw', ' the dog the dog'), [' the dog', 'repetition']);
    assert.deepEqual(guarded('He said', ' no, no, no'), [' no, no,', 'repetition']);
    assert.deepEqual(guarded('A', ' little little'), [' little', 'repetition']);
    assert.deepEqual(guarded('A', ' house house'), [' house house', null]);
    assert.deepEqual(guarded('He had', ' had enough that that day'), [' had enough that that day', null]);
  });

  it('takes a number for one word, whatever parts its groups', () => {
    for (const number of [' 1,000,000,000', ' 4.000.000.000 Euro', ' 10:00:00:00']) {
      assert.deepEqual(guarded('It cost', `${number} then`), [`${number} then`, null]);
    }
    assert.deepEqual(guarded('It cost', ' 10 10 10 then'), [' 10 10', 'repetition']);
    assert.deepEqual(guarded('It cost', ' $10 or $20 or $10 or $20'), [' $10 or $20 or', 'repetition']);
    assert.deepEqual(guarded('It cost', ' 2,000,000,000,000,000 then'), ['', 'repetition']);
    assert.deepEqual(guarded('It cost 2,000', ',000,000,000,000,000'), ['', 'repetition']);
  });

  it('stops echoes of what was just written, but for a first word, which may be right', () => {
    const before = 'The ship sailed from the harbour at dawn. In the evening';
    assert.deepEqual(guarded(before, ', then the ship sailed from the harbour'), [', then', 'repetition']);
    assert.deepEqual(guarded(before, ', the ship sailed from the harbour at noon'), [', the', 'repetition']);
    assert.deepEqual(guarded(`${before} the sh`, 'ip sailed from the harbour at noon'), ['ip', 'repetition']);
  });

  it('holds only so many open brackets against each other and against what follows the cursor', () => {
    const compared = (signs: number) => {
      const { includes } = Array.prototype;
      const { includes: within } = String.prototype;
      let looked = 0;
      Array.prototype.includes = function (this: unknown[], ...sought) {
        looked += this.length;
        return includes.apply(this, sought);
      };
      String.prototype.includes = function (this: string, ...sought) {
        looked++;
        return within.apply(this, sought);
      };
      try {
        assert.deepEqual(guarded('“'.repeat(signs), ' word', [], '“'.repeat(signs)), [' word', null]);
      } finally {
        Array.prototype.includes = includes;
        String.prototype.includes = within;
      }
      return looked;
    };
    const [some, more] = [compared(1_000), compared(2_000)];
    assert.ok(more <= 2.2 * some, `${some} comparisons for 1,000 signs, ${more} for 2,000`);
  });

  it('knows the quotes of other languages', () => {
    for (const [before, suggestion] of [
      ['Sie sagte', ' „so ist es“ und'],
      ['Sie sagte: „so', ' ist es“ und'],
      ['Sie sagte', ' »so ist es« und'],
      ['Il dit', ' «\u00a0c’est ça\u00a0» et'],
      ['Он сказал', ' «так» и „эдак“ и'],
      ['Hon sade', ' ”så är det” och'],
      ['Hon sade', ' »så är det» och'],
      ['Mówi', ' „tak” i'],
      ['Er sagte', ' ›so‹ und'],
      ['Il dit', ' ‹\u00a0si\u00a0› et'],
      ['彼は', '「はい（たぶん）」と'],
    ]) {
      assert.deepEqual(guarded(before, suggestion), [suggestion, null], suggestion);
    }
    assert.deepEqual(guarded('Sie sagte', ' gut “ und „so'), [' gut', 'unbalanced']);
    assert.deepEqual(guarded('Sie sagte „so', ' ist» es'), [' ist', 'unbalanced']);
    assert.equal(guard('彼は「はい', 'と」言', [], '」').length, 1);
  });

  it('does not close a single quote that is closed behind the cursor already', () => {
    const at = (before: string, suggestion: string, after: string) => guard(before, suggestion, [], after).length;
    assert.equal(at("I said 'the end of the", " world,' and", "'."), ' world,'.length);
    assert.equal(at('I said ‘the end of the', ' world’ and', '’'), ' world'.length);
    assert.equal(at('‚Das ist', ' so‘ und', '‘'), ' so'.length);
    assert.equal(at("I said 'the end of the", " world that isn't 'so' and", "'"), " world that isn't 'so' and".length);
    assert.equal(at("I said 'the end", " 'so' of it' and", "'"), " 'so' of it".length);
    assert.equal(at("I said 'the end of the", " world,' and", ''), " world,' and".length);
    assert.equal(at("It isn't the end of the", " boys' world", "'s"), " boys' world".length);
  });

  it('does not leave a single quotation of its own open, where the sign tells', () => {
    assert.deepEqual(guarded('‘No,’ he', ' said, ‘I am not'), [' said,', 'unbalanced']);
    assert.deepEqual(guarded('‘No,’ he', ' said, ‘I’m not.’ And'), [' said, ‘I’m not.’ And', null]);
    assert.deepEqual(guarded('“No,” he', ' said, “so ‘was’ it”'), [' said, “so ‘was’ it”', null]);
    assert.deepEqual(guarded('Er sagte: ‚Das', ' ist so‘ und'), [' ist so‘ und', null]);
    assert.deepEqual(guarded("'No,' he", " said, 'I am not"), [" said, 'I am not", null]);
  });

  it('stops where quotes and brackets lose their balance', () => {
    assert.deepEqual(guarded('It was', ' good) and'), [' good', 'unbalanced']);
    assert.deepEqual(guarded('(It was', ' good) and'), [' good) and', null]);
    assert.deepEqual(guarded('It was', ' good (so'), [' good', 'unbalanced']);
    assert.deepEqual(guarded('He said, “it is', ' so.”'), [' so.”', null]);
    assert.deepEqual(guarded('He said,', ' “it is so.'), ['', 'unbalanced']);
    assert.deepEqual(guarded('He said, "it is', ' so," and "well'), [' so," and', 'unbalanced']);
    assert.deepEqual(guarded('(“so', ') is'), ['', 'unbalanced']);
    assert.deepEqual(guarded('It was', ' good" and "so'), [' good', 'unbalanced']);
    assert.deepEqual(guarded('', '"So it is," he'), ['"So it is," he', null]);
    assert.deepEqual(guarded('It was', ' good (see note] and'), [' good', 'unbalanced']);
    assert.deepEqual(guarded('A paragraph (open\n\nIt was', ' good)'), [' good', 'unbalanced']);
  });

  it('leaves nothing open that the part it cuts away has closed', () => {
    assert.deepEqual(guarded('It was', ' good (the first time the first time) and'), [' good', 'repetition']);
    assert.deepEqual(guarded('It was', ' good (so damn fine) and', ['damn']), [' good', 'blocked-word']);
    assert.deepEqual(guarded('It was', ' good (a [so damn] fine) and', ['damn']), [' good', 'blocked-word']);
  });

  it('never closes what is closed after the cursor, be it that an editor has put it there', () => {
    const closed = (before: string, suggestion: string, after: string) => {
      const { length, guard: reason } = guard(before, suggestion, [], after);
      return [suggestion.slice(0, length), reason];
    };
    assert.deepEqual(closed('The model (GPT-2', ') is a', ')'), ['', 'unbalanced']);
    assert.deepEqual(closed('The model (GPT-2', ', the small one) is', ').'), [', the small one', 'unbalanced']);
    assert.deepEqual(closed('He said "so', ' be it," she said', '"'), [' be it,', 'unbalanced']);
    assert.deepEqual(closed('He said “so', ' be it.” She', '” '), [' be it.', 'unbalanced']);
    assert.deepEqual(closed('([so', '] it) is', ')'), ['] it', 'unbalanced']);
    assert.deepEqual(closed('(so (it', ') is) and', ')'), [') is', 'unbalanced']);
    assert.deepEqual(closed('(so', ' (it is) and', ')'), [' (it is) and', null]);
    // The end of a link closes nothing of the text.
    assert.deepEqual(closed('See (this', ' one) and', '](https://a.b)'), [' one) and', null]);
  });

  it('stops before the sign for a broken character, which web pages have taught the model', () => {
    assert.deepEqual(guarded('It cost 10', ' dollars\ufffd, and'), [' dollars', 'boilerplate']);
  });

  it('stops boilerplate of the web', () => {
    assert.deepEqual(guarded('Thanks.', ' Click here to subscribe to our newsletter.'), ['', 'boilerplate']);
    assert.deepEqual(guarded('He did', ' read the letter.'), [' read the letter.', null]);
  });

  it('never says a blocked word, whole or completed', () => {
    assert.deepEqual(guarded('What a', ' bloody mess', ['Bloody']), ['', 'blocked-word']);
    assert.deepEqual(guarded('What a blo', 'ody mess', ['bloody']), ['', 'blocked-word']);
    assert.deepEqual(guarded('What a', ' fine bloody mess', ['bloody']), [' fine', 'blocked-word']);
    assert.deepEqual(guarded('Bugün', ' İSTANBUL güzel', ['istanbul']), ['', 'blocked-word']);
    assert.deepEqual(guarded('Bugün', ' ısırgan', ['ISIRGAN']), ['', 'blocked-word']);
    const others: readonly [suggestion: string, word: string][] = [
      [' Anna’s hat', 'Anna'],
      [' l’homme', 'homme'],
      [' STRASSE', 'Straße'],
      [' well‑known man', 'well-known'],
      [' cafe\u0301', 'café'],
      [' hel\u00adlo', 'hello'],
      [' می\u200cخواهم', 'می\u200cخواهم'],
      [' كتــاب', 'كتاب'],
      [' ﬁn', 'fin'],
      ['日本語の文', '日本'],
    ];
    for (const [suggestion, word] of others) {
      assert.deepEqual(guarded('It was', suggestion, [word]), ['', 'blocked-word'], word);
    }
    for (const [suggestion, word] of [
      [' Annabel', 'Anna'],
      [" can't", 't'],
      [' running', 'run'],
    ]) {
      assert.equal(guarded('It was', suggestion, [word])[1], null, word);
    }
    assert.deepEqual(guarded('Das', ' cafe\u0301 da', ['CAFÉ']), ['', 'blocked-word']);
    assert.deepEqual(guarded('I', ' can’t stay', ["can't"]), ['', 'blocked-word']);
    assert.deepEqual(guarded('What a', ' bloodyminded one', ['bloody']), [' bloodyminded one', null]);
    assert.deepEqual(guarded('Bloody', ' hell', ['bloody']), [' hell', null]);
  });
});
