import assert from 'node:assert/strict';
import {
  endsSentence,
  keepsFullStop,
  lastSentenceEnd,
  lastSentenceStart,
  sentenceSpans,
} from '../../../../src/core/text/sentences';

const sentences = (text: string) => sentenceSpans(text).map(([from, to]) => text.slice(from, to));

describe('sentences', () => {
  const texts: string[][] = [
    ['the old Mr. Brown going home.', 'Then he came.'],
    ['“Why?” he asked.', 'She went.'],
    ['Wait... and see.', 'Now.'],
    ['It is at No. 5 Baker St. and open.', 'Come in.'],
    ['No.', 'He will not.'],
    ['By J. R. R. Tolkien, of the U.S. Army, e.g. in 1937.', 'And so on.'],
    ['Cats, dogs, etc. are here.', 'Birds, etc.', 'Then none.'],
    ['It was 5 p.m.', 'He left.'],
    ['It costs 3.50 at example.com.', 'Yes!'],
    ['她走了。', '他来了。'],
    ['„Schön.“', 'Sie ging, bzw. lief.', '»Komm!«', 'Nr. 5 blieb.'],
    ['« C’est la fin.\u00a0»', 'Il partit.', '¿Qué?', '¡Ven!'],
    ['Bücher, z. B. Romane, i. d. R. gut.', 'So war es.'],
    ['Er kam am 3. Mai, im 19. Jahrhundert.', 'Sie kam 1914.', 'Mai war es.'],
    ['El Sr. Pérez vino.', 'La Sra. Díaz no.'],
    ['See plan b.', 'Then go.'],
    ['«Да.»', 'Он ушёл.'],
    ['Il dit : « Oui ! »', 'Puis il part.'],
    ['यह है।', 'वह है।'],
    ['هل هذا؟', 'نعم.'],
    ['یہ ہے۔', 'وہ ہے۔'],
    ['Fruit, e.g. Anna’s pears, i.e. Conference pears.', 'So it was.'],
    ['Obst, u. a. Birnen, d. h. Kernobst, ca. 5 Pfund.', 'Siehe Kap. 3.', 'Die Fa. Müller kam.'],
    ['MM. Dupont et Durand sont venus.', 'Mgr. Blanc aussi.'],
    ['EE. UU. ganó.', 'Vive en la Avda. de la Paz.', 'O Exmo. Sr. Silva veio no séc. XX.'],
    ['Dhr. Jansen en dr. Smit kwamen, o.a. Piet.', 'Zie blz. 5.'],
    ['Prof. dr hab. Kowalski przyszedł na ul. Długą, m.in. Św. Jan.', 'Sv. Jan a Ing. Novák přišli.'],
    ['Hän tuli esim. Helsingistä.', 'TP. Hồ Chí Minh đẹp.', 'Ο κ. Παπαδόπουλος ήρθε, π.χ. Αθήνα.'],
    ['Проф. Иванов пришёл, т. е. Пётр.', 'См. рис. 5 и табл. 3.', 'Св. Иоанн.'],
    ['*He left.*', '**She (_stayed._)**', '~~They “went.”~~', 'It was ==so.==', '* Then.'],
    ['Kupił jabłka, np. Antonówki.', 'Wyszedł.'],
    ['To je např. Praha.', 'Ano.'],
  ];
  for (const expected of texts) {
    it(`are ${expected.join(' | ')}`, () => assert.deepEqual(sentences(expected.join(' ')), expected));
  }

  it('are found piece by piece in a long text, since Intl.Segmenter is quadratic in what it is given', () => {
    const { segment } = Intl.Segmenter.prototype;
    let longest = 0;
    Intl.Segmenter.prototype.segment = function (this: Intl.Segmenter, text) {
      longest = Math.max(longest, text.length);
      return segment.call(this, text);
    };
    try {
      const long = `${'word '.repeat(2_000)}end.`;
      const expected = ['It was 5 p.m. in the U.S. Army.', '“Why?” he asked Mr. Brown.', 'So!'].flatMap((text) =>
        Array<string>(300).fill(text),
      );
      assert.deepEqual(sentences(expected.join(' ')), expected);
      assert.deepEqual(sentences('It was.\n\n'.repeat(5_000)), Array<string>(5_000).fill('It was.'));
      assert.ok(longest < 10_000, `${longest} units at once`);
      assert.deepEqual(sentences(`So it was. W${long} And on.`), ['So it was.', `W${long}`, 'And on.']);
    } finally {
      Intl.Segmenter.prototype.segment = segment;
    }
  });

  it('begin with what opens, in Chinese and Japanese too', () => {
    assert.deepEqual(sentences('他走了。“好。”他说。《书》很好！（嘘だ。）そして'), [
      '他走了。',
      '“好。”',
      '他说。',
      '《书》很好！',
      '（嘘だ。）',
      'そして',
    ]);
  });

  it('go on in Japanese where something is said of what was quoted', () => {
    assert.deepEqual(sentences('「行く。」と彼は言った。「はい！」って。「本当？」ところが、彼は去った。'), [
      '「行く。」と彼は言った。',
      '「はい！」って。',
      '「本当？」',
      'ところが、彼は去った。',
    ]);
  });

  it('go on over a line that was broken by hand, and end with a paragraph, a heading, an item', () => {
    assert.deepEqual(sentences('# Head\n\nIt was a\ndark night. It\nrained.\n\n- one\n* two'), [
      '# Head',
      'It was a\ndark night.',
      'It\nrained.',
      '- one',
      '* two',
    ]);
    assert.deepEqual(sentences('It was\n*very* late, run\n--help or\n#help or -5. So'), [
      'It was\n*very* late, run\n--help or\n#help or -5.',
      'So',
    ]);
    assert.deepEqual(sentences('Head\n---\n\nIt was\n\n***\n\n> So'), ['Head', '---', 'It was', '***', '> So']);
  });

  it('end where a text ends only if nothing that follows could tell otherwise', () => {
    for (const text of [
      'It was.',
      'Was it?',
      'It was!”',
      'It was.)',
      '*It was.*',
      'It was…',
      'So am I.',
      '走了。',
      '„Schön.“',
      '»Komm!«',
      '« Fin.\u202f»',
    ]) {
      assert.equal(endsSentence(text), true, text);
    }
    for (const text of [
      'It was',
      'Mr.',
      'J.',
      'at 5 p.m.',
      'in 1999.',
      'cats, etc.',
      'No.',
      'the U.S.',
      'if a !==',
      'at 10:30 a.',
      'so z.',
    ]) {
      assert.equal(endsSentence(text), false, text);
    }
    assert.equal(endsSentence('in 1999.', ' Then'), true);
    assert.equal(endsSentence('“Why?”', ' he asked'), false);
    assert.equal(endsSentence('Mr.', ' Brown'), false);
  });

  it('know the full stop that belongs to a word', () => {
    for (const text of ['Cows, pigs, etc.', 'at 5 p.m.', 'Smith et al.', 'Bell Inc.', 'z.']) {
      assert.ok(keepsFullStop(text), text);
    }
    for (const text of ['Cows, pigs.', 'Why?', 'So...', 'Plan B.']) assert.ok(!keepsFullStop(text), text);
  });

  it('know where the last one begins', () => {
    assert.equal(lastSentenceStart('It was. It is'), 8);
    assert.equal(lastSentenceStart('It was. It is. '), 15);
    assert.equal(lastSentenceStart('It was'), 0);
    assert.equal(lastSentenceStart(`It was.${' word'.repeat(1000)}`), 0);
  });
});

describe('the last whole sentence that was written on', () => {
  it('is where a text that was cut off by its length may end', () => {
    assert.equal(lastSentenceEnd('It was', ' good. He left. Then she'), ' good. He left.'.length);
    assert.equal(lastSentenceEnd('It was', ' good and then'), 0);
    assert.equal(lastSentenceEnd('It was good.', ' He went to see Mr. Brown and'), 0);
    assert.equal(lastSentenceEnd('He said **it', ' is so.** Then'), ' is so.**'.length);
    assert.equal(lastSentenceEnd('He said “it', ' is so.” Then'), ' is so.”'.length);
  });
});
