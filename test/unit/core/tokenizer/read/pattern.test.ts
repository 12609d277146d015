import assert from 'node:assert/strict';
import { readFinder } from '../../../../../src/core/tokenizer/read/normalizer';
import { translatePattern } from '../../../../../src/core/tokenizer/read/pattern';
import { TokenizerError } from '../../../../../src/core/tokenizer/tokenizer';

const GPT4 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const found = (pattern: string, text: string) => text.match(translatePattern(pattern));

describe("a tokenizer's regular expression", () => {
  it('matches as Oniguruma does', () => {
    assert.deepEqual(found(GPT4, "I'LL go\n\n  12345!! xyz"), [
      'I',
      "'LL",
      ' go',
      '\n\n',
      ' ',
      ' ',
      '123',
      '45',
      '!!',
      ' xyz',
    ]);
    assert.deepEqual(found('(?i:s)', 'sSſß'), ['s', 'S', 'ſ']);
    assert.deepEqual(found('\\w+', 'a½_é٣ (b)'), ['a½_é٣', 'b']);
    assert.deepEqual(found('[\\w-]+|[^\\W]+', 'a½b-²'), ['a', 'b-']);
    assert.deepEqual(found('[\\W]+', 'a½ b'), ['½ ']);
    assert.deepEqual(found('\\s', '\u0085\ufeff\u00a0'), ['\u0085', '\u00a0']);
    assert.deepEqual(found('.+', 'a😀\nb'), ['a😀', 'b']);
    assert.deepEqual(found('^.|.$', 'ab\ncd'), ['a', 'b', 'c', 'd']);
    assert.deepEqual(found('(?>a|ab)c|b', 'abc'), ['b']);
    assert.deepEqual(found('[^(\\s|[.,])]+', 'a.b,(c'), ['a', 'b', 'c']);
    assert.deepEqual(found('[\\u4e00-\\x{9fa5}]+', 'a漢字b'), ['漢字']);
    assert.deepEqual(found('\\p{^L}', 'a1'), ['1']);
    assert.deepEqual(found('(?<=a)b', 'bab'), ['b']);
  });

  for (const pattern of [
    '(?<unclosed',
    '(a',
    'a)',
    '[a',
    '*a',
    'a**',
    'a{2}+',
    '(?<name>a)\\k<name>',
    '\\1',
    '\\X',
    '\\K',
    '[a&&b]',
    '[[:alpha:]]',
    '[z-a]',
    '\\p{Klingon}',
    '\\p',
    '(?x: a )',
    'a{100000}',
    '('.repeat(5000),
    'a'.repeat(5000),
  ]) {
    it(`is refused by name where it is none or not taken: ${pattern.slice(0, 20)}`, () => {
      assert.throws(() => translatePattern(pattern), TokenizerError);
    });
  }

  for (const pattern of ['(a+)+$', '(a|a)*b', '.*.*=', '\\s+$', '(?:a|ab)+c', '(\\w+\\s?)+!']) {
    it(`is refused where it could take longer and longer: ${pattern}`, () => {
      assert.throws(() => translatePattern(pattern), /too long/);
    });
  }

  it('is taken where it reads a text once', () => {
    for (const pattern of [
      GPT4,
      '\\s+(?!\\S)|\\s+',
      ' ?[^(\\s|[.,!?…])]+',
      '\\s?\\p{L}+',
      '\\p{N}{1,3}',
      '[^\\W\\d_]+|\\d',
    ]) {
      assert.doesNotThrow(() => found(pattern, `${' '.repeat(20_000)}x`), pattern);
    }
  });

  it('finds the same in the form for long texts, wherever that cuts a run', () => {
    const lengths = (pattern: string, text: string, forLongTexts: boolean) =>
      (text.match(translatePattern(pattern, forLongTexts)) ?? []).map(({ length }) => length);
    for (const length of [2, 65_536, 131_073]) {
      for (const text of [`${' '.repeat(length)}a`, `x${'字'.repeat(length)}..`]) {
        for (const pattern of [GPT4, '\\p{L}{2,}\\.?', '(?<=x)字|[^.]+']) {
          assert.deepEqual(lengths(pattern, text, true), lengths(pattern, text, false), `${pattern} ${length}`);
        }
      }
    }
  });

  it('finds nothing written at all at every place, be it a text or an expression', () => {
    for (const pattern of [{ String: '' }, { Regex: '' }]) {
      assert.deepEqual(readFinder(pattern)('a😀'), [
        [0, 0],
        [1, 1],
        [3, 3],
      ]);
    }
  });

  it('goes through runs of millions', () => {
    const find = readFinder({ Regex: GPT4 });
    assert.deepEqual(find('字'.repeat(5_000_000)), [[0, 5_000_000]]);
    assert.deepEqual(find('😀'.repeat(2_500_000)), [[0, 5_000_000]]);
  });
});
