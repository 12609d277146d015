import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drawCommand } from '../../../src/pictures/command';
import { toSvg } from '../../../src/pictures/draw';
import type { Figure, FigureKind } from '../../../src/pictures/figure';
import { toPage } from '../../../src/pictures/html';
import { summarise, toReport } from '../../../src/pictures/report';
import { widthOf } from '../../../src/pictures/svg';
import { tableOf, toCsv, toJson, toMarkdown } from '../../../src/pictures/table';
import { FIGURES, SURPRISAL, TOKENS } from './figures';

const ofKind = (kind: FigureKind): Figure => FIGURES.find((figure) => figure.kind === kind) ?? TOKENS;
const attributes = (svg: string, element: string, name: string) =>
  [...svg.matchAll(new RegExp(`<${element} [^>]*\\b${name}="([\\d.]+)"[^>]*class="ink-bar"`, 'g'))].map(([, value]) =>
    Number(value),
  );

/** Contrast of two colours `#rrggbb` as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe('pictures', () => {
  it('are the same bytes for the same numbers, and well-formed', () => {
    for (const figure of FIGURES) {
      const svg = toSvg(figure);
      assert.equal(svg, toSvg(structuredClone(figure)));
      const open = svg.match(/<(?!\/|\?)[a-z]+(?![^>]*\/>)[^>]*>/g) ?? [];
      const closed = svg.match(/<\/[a-z]+>/g) ?? [];
      assert.equal(open.length, closed.length, figure.kind);
      assert.doesNotMatch(svg, /NaN|undefined|Infinity/, figure.kind);
    }
  });

  it('run nothing that stands in a text, and load nothing', () => {
    for (const html of [...FIGURES.map((figure) => toSvg(figure)), toPage(FIGURES)]) {
      assert.doesNotMatch(html, /<script|javascript:|<b>two|\son[a-z]+=|url\(|@import|<link|<img/);
      assert.doesNotMatch(html, /(?:src|href)=/);
    }
    assert.match(toSvg(TOKENS), /&lt;/);
  });

  it('are well-formed whatever the text, controls and halves of characters included', () => {
    const units = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.oneof(
          units,
          fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
        ),
        (text) => {
          const figure: Figure = { ...SURPRISAL, text, units: [{ utf16: [0, text.length], text, bits: 20, rank: 3 }] };
          for (const drawn of [toSvg(figure), toPage([figure])]) {
            assert.doesNotMatch(drawn, /\p{Cs}/u);
            assert.doesNotMatch(drawn, /(?![\t\n\r])\p{Cc}/u);
            assert.doesNotMatch(drawn.replaceAll(/<style>.*?<\/style>/gs, '').replaceAll(/<[^<>]*>/g, ''), /[<>]/);
          }
        },
      ),
    );
  });

  it('carry model, precision, settings, seed and the command in small print, and say what they show', () => {
    for (const figure of FIGURES) {
      const svg = toSvg(figure);
      assert.match(svg, /tiny &lt;model&gt; · q8 · top-k 2 · bos · seed 7/, figure.kind);
      assert.match(svg, /inkling draw next &#39;a &amp; b&#39;/, figure.kind);
      assert.match(svg, /role="img" aria-labelledby="inkling-t" aria-describedby="inkling-d"/);
      assert.match(svg, /<title id="inkling-t">[^<]{5,}<\/title><desc id="inkling-d">[^<]{5,}<\/desc>/, figure.kind);
    }
  });

  it('draw bars as long as their numbers, beside the numbers themselves', () => {
    const svg = toSvg(ofKind('next'));
    const [first, second] = attributes(svg, 'rect', 'width');
    assert.ok(Math.abs(second / first - 0.25 / 0.625) < 1e-3);
    for (const number of ['62.5 %', '25.0 %', '87.5 %', '9.50', '8.25']) assert.ok(svg.includes(`>${number}<`), number);
    const [early, late] = attributes(toSvg(ofKind('lens')), 'rect', 'width');
    assert.ok(Math.abs(early / late - 0.125 / 0.625) < 1e-3);
  });

  it('show every token once, parts of a character counted, with its surprisal below', () => {
    const svg = toSvg(TOKENS);
    const bits = [...svg.matchAll(/class="ink-m ink-s"[^>]*>(\d+\.\d)</g)].map(([, value]) => Number(value));
    assert.deepEqual(
      bits,
      TOKENS.tokens.slice(1).map((_, i) => i + 1),
    );
  });

  it('are readable without colour: levels differ by line, states by sign', () => {
    assert.match(toSvg(TOKENS), /ink-u0[\s\S]*ink-u1[\s\S]*ink-u2[\s\S]*ink-u3/);
    const beams = toSvg(ofKind('beams'));
    assert.match(beams, /✕ &lt;/);
    assert.match(beams, /■ =/);
    assert.match(beams, />−1.25</, 'a score has a true minus sign, as on the page');
    assert.match(beams, />pruned at step 1</);
  });

  it('follow the reader’s light or dark, or one of them, or leave colours to their page', () => {
    assert.match(toSvg(SURPRISAL), /prefers-color-scheme:dark/);
    assert.doesNotMatch(toSvg(SURPRISAL, { theme: 'dark' }), /prefers-color-scheme|#ffffff/);
    assert.doesNotMatch(toSvg(SURPRISAL, { theme: null }), /<style/);
    assert.match(toSvg(SURPRISAL, { theme: 'vscode' }), /\.vscode-dark \.ink-bg/);
  });

  it('have text that can be read on everything behind it, in light and in dark (WCAG AA)', () => {
    for (const theme of ['light', 'dark'] as const) {
      const css = /<style>(.*?)<\/style>/.exec(toSvg(SURPRISAL, { theme }))?.[1] ?? '';
      const colour = (name: string) => new RegExp(`\\.ink-${name}\\{fill:(#\\w{6})\\}`).exec(css)?.[1] ?? '';
      for (const paint of ['bg', 'box', 'att', 'l0', 'l1', 'l2', 'l3', 'r0', 'r1', 'r2', 'r3']) {
        const ratio = contrast(colour('t'), colour(paint));
        assert.ok(ratio >= 4.5, `${theme} ${paint}: ${ratio}`);
      }
      assert.ok(contrast(colour('m'), colour('bg')) >= 4.5);
    }
  });

  it('spell out what would turn text around, and show the whole of a long text', () => {
    const turning = { ...ofKind('next'), text: 'abc \u202e def' } as Figure;
    assert.doesNotMatch(toSvg(turning), /[\u202a-\u202e\u2066-\u2069]/);
    assert.match(toSvg(turning), /“abc U\+202E def”/);
    const line = {
      level: 1,
      ids: [1],
      text: 'long '.repeat(12),
      score: -1,
      status: 'running',
      lost: null,
      group: 0,
    } as const;
    const beams = { ...ofKind('beams'), lines: [line] } as Figure;
    assert.match(toSvg(beams), /▸ (?:long␣){12}</);
  });

  it('stay within their width, whatever the text', () => {
    const long: Figure = {
      ...SURPRISAL,
      text: 'x'.repeat(400),
      units: [{ utf16: [0, 400], text: 'x'.repeat(400), bits: 9, rank: 2 }],
    };
    for (const figure of [...FIGURES, long]) {
      for (const [, x, length] of toSvg(figure, { width: 400 }).matchAll(
        /<text x="([\d.]+)" y="[\d.]+" class="[^"]*" textLength="([\d.]+)"/g,
      )) {
        assert.ok(Number(x) + Number(length) <= 400, `${figure.kind}: ${x} + ${length}`);
      }
    }
    assert.equal(widthOf('日本'), widthOf('abcd'));
  });
});

describe('the numbers of a picture', () => {
  it('are tables of Markdown with white space that can be seen', () => {
    assert.equal(
      toMarkdown(ofKind('next')),
      '| token | id | probability | cumulative | logit | raw probability |\n' +
        '| :-- | --: | --: | --: | --: | --: |\n' +
        '| `␣the` | 262 | 0.625 | 0.625 | 9.5 | 0.5 |\n' +
        '| `=` | 28 | 0.25 | 0.875 | 8.25 | 0.3 |\n',
    );
    const [, , ...rows] = toMarkdown(TOKENS).trimEnd().split('\n');
    assert.equal(rows.length, TOKENS.tokens.length);
    for (const row of rows) assert.equal(row.match(/(?<!\\)\|/g)?.length, 8, row);
  });

  it('are CSV in full precision, in which no text becomes a formula', () => {
    assert.equal(
      toCsv(ofKind('next')),
      'token,id,probability,cumulative,logit,raw probability\r\n" the",262,0.625,0.625,9.5,0.5\r\n\'=,28,0.25,0.875,8.25,0.3\r\n',
    );
    assert.match(toCsv(TOKENS), /"\n"/);
    assert.match(toCsv(ofKind('beams')), /,finished,,1\r\n/);
  });

  it('are JSON that is the figure itself', () => {
    for (const figure of FIGURES) assert.deepEqual(JSON.parse(toJson(figure)), figure);
  });

  it('stand in the page below each picture, ranks from 1', () => {
    const page = toPage(FIGURES);
    assert.equal(page.match(/<details>/g)?.length, FIGURES.length);
    const rows = FIGURES.reduce((sum, figure) => sum + tableOf(figure).rows.length, 0);
    assert.equal(page.match(/<tr>/g)?.length, rows + FIGURES.length);
    assert.match(page, /<mark class="ink-l1" title="7.3 bits, rank 42">&lt;b&gt;two&lt;\/b&gt;<\/mark>/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('the command in small print', () => {
  it('quotes a text for the shell, and names a file for what does not fit a line', () => {
    assert.equal(
      drawCommand('next', "it's $HOME", { 'top-k': 5, bos: true }, { path: 'my models/gpt2', precision: 'q8' }),
      "inkling draw next 'it'\\''s $HOME' --top-k 5 --bos --model 'my models/gpt2' --precision q8",
    );
    assert.equal(drawCommand('tokens', '- x', { bos: true }), "inkling draw tokens --bos -- '- x'");
    assert.equal(drawCommand('tokens', '-', {}), 'inkling draw tokens --file TEXT.txt');
    assert.equal(drawCommand('tokens', 'two\nlines', {}), 'inkling draw tokens --file TEXT.txt');
    assert.equal(drawCommand('tokens', 'x'.repeat(300), {}), 'inkling draw tokens --file TEXT.txt');
  });
});

describe('a report', () => {
  const reading = {
    name: '<doc>.md',
    text: TOKENS.text,
    tokens: TOKENS.tokens,
    model: { name: 'tiny', precision: 'q8' },
    command: 'inkling report',
  };

  it('counts ranks and surprisals, each token once', () => {
    const { scored, ranks, surprisals, bitsPerToken } = summarise(reading);
    assert.equal(scored, TOKENS.tokens.length - 1);
    assert.equal(
      ranks.reduce((sum, count) => sum + count),
      scored,
    );
    assert.equal(
      surprisals.reduce((sum, count) => sum + count),
      scored,
    );
    assert.deepEqual(ranks.slice(0, 2), [1, 10]);
    assert.deepEqual(surprisals.slice(0, 3), [0, 1, 1]);
    assert.ok(Math.abs(bitsPerToken - (scored + 1) / 2) < 1e-9);
  });

  it('marks the text by rank and surprisal, complete in itself, and escapes what stands in it', () => {
    const page = toReport(reading);
    assert.doesNotMatch(page, /<script|<doc>|(?:src|href)=/);
    assert.match(page, /<mark class="b0 l" title="50.0 %, rank 10, 1.0 bits">/);
    const text = /<p class="text">([\s\S]*?)<\/p>/.exec(page)?.[1] ?? '';
    const plain = text
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
    assert.equal(plain, TOKENS.text);
  });
});
