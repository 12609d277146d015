import assert from 'node:assert/strict';
import { createRng } from '../../../../src/core/decoding/random';
import { TypingPace } from '../../../../src/core/ghostText/pace';

/** Draws from the normal distribution (Box and Muller 1958). */
function drawNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The share of draws that fall under a bound. */
function share(draws: number, draw: () => number, most: number): number {
  return Array.from({ length: draws }, draw).filter((value) => value <= most).length / draws;
}

describe('the pace of a writer', () => {
  it('is learnt from the keys: who types slower has longer to look', () => {
    const pace = new TypingPace();
    const before = pace.keyWithin(200, 'It wa', 0);
    for (let i = 0; i < 100; i++) pace.key('It wa', i * 400);
    assert.ok(pace.keyWithin(200, 'It wa', 0) < before / 2);
    const slow = pace.keyWithin(200, 'It wa', 0);
    for (let i = 0; i < 100; i++) pace.key('It wa', 1e6 + i * 80);
    assert.ok(pace.keyWithin(200, 'It wa', 0) > slow);
  });

  it('tells how soon several keys come: later than the first of them, and a word later than letters', () => {
    const pace = new TypingPace();
    const within = (text: string) => pace.allWithin(300, 'It wa', 50, text);
    assert.equal(within('s'), pace.keyWithin(300, 'It wa', 50));
    assert.ok(within('s') > within('sa') && within('sa') > within('sat') && within('sat') > 0);
    assert.ok(within('s a') < within('sat'), 'a pause before a word');
  });

  it('takes no correction for an interval between letters', () => {
    const [plain, corrected] = [new TypingPace(), new TypingPace()];
    for (let i = 0; i < 50; i++) {
      plain.key('It wa', i * 100);
      corrected.key('It wa', i * 1_000);
      corrected.key('It wa', i * 1_000 + 100);
      corrected.interrupted();
    }
    assert.equal(corrected.keyWithin(200, 'It wa', 0), plain.keyWithin(200, 'It wa', 0));
  });

  it('gives probabilities, which fall the longer the writer has paused', () => {
    const pace = new TypingPace();
    for (const text of ['a', 'a ', 'a, ', 'a. ', '']) {
      for (const waited of [0, 50, 500, 5000, 1e9]) {
        const chance = pace.keyWithin(200, text, waited);
        assert.ok(chance >= 0 && chance <= 1, `${chance}`);
      }
      assert.equal(pace.keyWithin(200, text, 1e9), 0);
    }
  });

  it('finds the median of the pauses between letters', () => {
    const pace = new TypingPace();
    for (let i = 0; i < 200; i++) pace.key('It wa', i * 250);
    assert.ok(Math.abs(pace.keyWithin(250, 'It wa', 0) - 0.5) < 0.001);
    // A pause of a word's or a sentence's length says the same of the writer.
    for (let i = 0; i < 200; i++) pace.key('It was ', 1e6 + i * 400);
    assert.ok(Math.abs(pace.keyWithin(250, 'It wa', 0) - 0.5) < 0.001);
  });

  it('takes a long pause, and a clock that stands or goes back, for no typing', () => {
    const pace = new TypingPace();
    const before = pace.keyWithin(200, 'It wa', 0);
    for (const at of [0, 2_001, 2_001, 1_000, 3_001]) pace.key('It wa', at);
    assert.equal(pace.keyWithin(200, 'It wa', 0), before);
    pace.key('It wa', 5_001);
    assert.notEqual(pace.keyWithin(200, 'It wa', 0), before, 'two seconds are typing');
  });

  it('pauses longest before a sentence, then a phrase, then a word', () => {
    const pace = new TypingPace();
    const within = (before: string) => pace.keyWithin(200, before, 0);
    const letter = ['It wa', '3.1', 'e.g', 'a,b', '“', 'a. b'];
    const word = ['It was ', '', 'a. b ', '\n'];
    const phrase = ['a, ', 'a,', 'a; ', 'a: ', 'a — ', 'a—'];
    const sentence = ['It was. ', 'It was.” ', 'It was.’”\n', 'Was it? ', 'a…) '];
    const chances = [letter, word, phrase, sentence].map((texts) => new Set(texts.map(within)));
    assert.deepEqual(
      chances.map(({ size }) => size),
      [1, 1, 1, 1],
    );
    const values = chances.map(([value]) => value);
    for (let i = 1; i < values.length; i++) assert.ok(values[i] < values[i - 1], `${values}`);
  });

  it('takes pauses for log-normal, as they are measured', () => {
    const pace = new TypingPace();
    const random = createRng(3);
    const within = (ms: number, waited: number) => {
      const draw = (): number => {
        const pause = 100 * Math.exp(0.35 * drawNormal(random));
        return pause > waited ? pause - waited : draw();
      };
      return share(20_000, draw, ms);
    };
    for (const [ms, waited] of [
      [60, 0],
      [120, 0],
      [200, 0],
      [40, 80],
      [100, 120],
    ]) {
      const expected = within(ms, waited);
      assert.ok(Math.abs(pace.keyWithin(ms, 'It wa', waited) - expected) < 0.015, `${ms} ${waited} ${expected}`);
    }
  });

  it('tells of several keys what drawing their pauses tells', () => {
    const pace = new TypingPace();
    const random = createRng(4);
    const letter = () => 100 * Math.exp(0.35 * drawNormal(random));
    const word = () => 160 * Math.exp(0.6 * drawNormal(random));
    for (const ms of [150, 200, 300, 450]) {
      const cases: [string, number][] = [
        ['sa', share(20_000, () => letter() + letter(), ms)],
        ['sat', share(20_000, () => letter() + letter() + letter(), ms)],
        ['s a', share(20_000, () => letter() + letter() + word(), ms)],
      ];
      for (const [text, expected] of cases) {
        const found = pace.allWithin(ms, 'It wa', 0, text);
        assert.ok(Math.abs(found - expected) < 0.04, `${text} in ${ms} ms: ${found} against ${expected}`);
      }
    }
  });
});
