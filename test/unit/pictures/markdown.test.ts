import assert from 'node:assert/strict';
import fc from 'fast-check';
import markdownIt from 'markdown-it';
import type { Known } from '../../../src/pictures/markdown';
import { inklingFences, readBlock } from '../../../src/pictures/markdown';
import { type FigureRequest, PictureError, readRequest } from '../../../src/pictures/request';
import { SURPRISAL } from './figures';

const request = (info: string, text = 'x'): FigureRequest => {
  const block = readBlock(info, text);
  assert.ok(block && !(block.request instanceof PictureError), String(block?.request));
  return block.request;
};

describe('an inkling block', () => {
  it('has the options of the command line after its kind', () => {
    const { kind, count, decoding, settings, bos, text } = request(
      'inkling next top-k=5 temperature=0.5 bos',
      'The end\n',
    );
    assert.deepEqual(
      { kind, count, decoding, bos, text },
      {
        kind: 'next',
        count: 5,
        decoding: { temperature: 0.5 },
        bos: true,
        text: 'The end',
      },
    );
    assert.deepEqual(settings, { 'top-k': '5', temperature: '0.5', bos: true });
    assert.deepEqual(request('inkling stages top-k=5 top-p=0.9').decoding, { topK: 5, topP: 0.9 });
    assert.deepEqual(request('inkling next keep-top-k=5').decoding, { topK: 5 });
    assert.deepEqual(request('inkling beams num-beams=2 max-new-tokens=4').decoding, { numBeams: 2, maxNewTokens: 4 });
    assert.equal(request('inkling lens candidate=" very"').candidate, ' very');
    assert.deepEqual(request('inkling attention layer=2'), {
      ...request('inkling attention layer=2'),
      layer: 2,
      head: null,
    });
    assert.equal(request('inkling surprisal').bos, true);
  });

  it('is another fence where its first word is another', () => {
    for (const info of ['', 'js', 'inklings next', 'text inkling']) assert.equal(readBlock(info, 'x'), undefined);
  });

  it('is read whatever stands after its first word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (info, text) => {
        const block = readBlock(`inkling ${info}`, text);
        assert.ok(block && (block.request instanceof PictureError || block.request.text !== ''));
      }),
    );
  });

  it('says what is wrong with it, naming what there is', () => {
    const wrong: readonly [info: string, message: RegExp][] = [
      ['inkling', /no picture called “”.*tokens, next/],
      ['inkling nonsense', /no picture called “nonsense”/],
      ['inkling beams num-beam-groups=2', /num-beams must be a multiple of num-beam-groups/],
      ['inkling beams num-beams=4 num-beam-groups=2', /num-beam-groups above 1 and a diversity-penalty above 0/],
      ['inkling beams min-new-tokens=9', /min-new-tokens of 9 is greater than max-new-tokens of 8/],
      ['inkling beams length-penalty=1000', /length-penalty of 1000 is too great/],
      ['inkling beams num-beams=1', /num-beams must be an integer of at least 2/],
      ['inkling __proto__', /no picture called/],
      ['inkling next warmth=3', /next has no option “warmth”.*temperature/],
      ['inkling next colour=rank', /no option “colour”/],
      ['inkling next temperature=warm', /temperature must be a number of at least 0/],
      ['inkling next top-k=0', /top-k must be a whole number/],
      ['inkling next top-k', /top-k must be a whole number/],
      ['inkling tokens colour=blue', /colour must be one of/],
      ['inkling next bos=perhaps', /bos must be true or false/],
    ];
    for (const [info, message] of wrong) assert.match(String(readBlock(info, 'x')?.request), message, info);
    assert.match(String(readBlock('inkling next', '\n')?.request), /no text/);
    assert.throws(() => readRequest('next', ['nonsense'], 'x'), PictureError);
  });
});

describe('the markdown-it plugin', () => {
  const render = (source: string, known: Known) => {
    const md = markdownIt();
    const asked: string[] = [];
    inklingFences(md, ({ kind }) => {
      asked.push(kind);
      return known;
    });
    return { html: md.render(source), asked };
  };
  const fence = (info: string, text: string) => `\`\`\`${info}\n${text}\n\`\`\`\n`;

  it('draws its fences and leaves the others as they are', () => {
    const { html, asked } = render(`${fence('js', 'a < b')}${fence('inkling surprisal', 'One')}`, {
      state: 'known',
      figure: SURPRISAL,
    });
    assert.deepEqual(asked, ['surprisal']);
    assert.match(html, /<pre><code class="language-js">a &lt; b/);
    assert.match(html, /<figure class="inkling">[\s\S]*<mark class="ink-l1"/);
  });

  it('says whose drawing a block is of, where the renderer says it', () => {
    const md = markdownIt();
    const documents: string[] = [];
    inklingFences(md, (_, __, document) => {
      documents.push(document);
      return { state: 'asked' };
    });
    md.render(fence('inkling next', 'a'), { currentDocument: new URL('file:///note.md') });
    md.render(fence('inkling next', 'a'));
    assert.deepEqual(documents, ['file:///note.md', '']);
  });

  it('shows the text while the model is being asked, and why nothing came', () => {
    assert.match(
      render(fence('inkling next', '<i>'), { state: 'asked' }).html,
      /aria-busy="true"[\s\S]*<code>&lt;i&gt;/,
    );
    assert.match(
      render(fence('inkling next', 'a'), { state: 'failed', message: 'No <model>.' }).html,
      /role="alert"[\s\S]*No &lt;model&gt;\./,
    );
  });

  it('shows a mistake in its place, without asking anybody', () => {
    const { html, asked } = render(`${fence('inkling nonsense', 'x')}after`, { state: 'asked' });
    assert.deepEqual(asked, []);
    assert.match(html, /role="alert"[\s\S]*no picture called “nonsense”[\s\S]*<p>after/);
  });
});
