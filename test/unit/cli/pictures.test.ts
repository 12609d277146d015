import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { entropy, logSoftmax } from '../../../src/core/logits';
import { type Built, buildWithTinyModel, inkling } from '../../support/build';
import { encode, tokenize } from '../../support/gpt2';
import { referenceForward } from '../../support/reference';

const TEXT = 'The future of AI is';

/** What a command prints, when all is well and it has nothing else to say. */
async function output(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout, stderr, status } = await inkling(args, { env });
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout;
}

const withoutColours = stripVTControlCharacters;
const ESCAPE = '\u001b[';

describe('the command line draws', () => {
  let built: Built;
  before(async function () {
    this.timeout(120_000);
    built = await buildWithTinyModel();
  });
  const file = (name: string) => join(built.folder, 'dist', name);
  const logitsAfter = (text: string) =>
    referenceForward(built.weights, built.config, encode(text)).logits.at(-1) ?? new Float64Array();

  it('draw next: the numbers of the reference at that temperature, as JSON, SVG, CSV and page', async () => {
    const [svg, html, csv] = [file('next.svg'), file('next.html'), file('next.csv')];
    const args = ['draw', 'next', TEXT, '--top-k', '3', '--temperature', '0.5', '--precision', 'fp32'];
    const figure = JSON.parse(await output([...args, '--json', '--svg', svg, '--html', html, '--csv', csv]));
    const logits = logitsAfter(TEXT).map((logit) => logit / 0.5);
    const raw = logSoftmax(logitsAfter(TEXT));
    const logprobs = logSoftmax(logits);
    assert.equal(figure.candidates.length, 3);
    for (const candidate of figure.candidates) {
      assert.ok(Math.abs(Math.log(candidate.probability) - logprobs[candidate.id]) < 3e-4);
      assert.ok(Math.abs(Math.log(candidate.raw) - raw[candidate.id]) < 1e-4);
    }
    assert.ok(Math.abs(figure.entropyBits - entropy(logits) / Math.LN2) < 1e-3);
    assert.deepEqual(figure.origin, {
      model: { name: built.model.name, precision: 'fp32' },
      settings: { 'top-k': '3', temperature: '0.5' },
      command: `inkling draw next '${TEXT}' --top-k 3 --temperature 0.5 --precision fp32`,
    });
    const drawn = readFileSync(svg, 'utf8');
    assert.match(drawn, /^<svg /);
    assert.ok(readFileSync(html, 'utf8').includes('<svg '));
    assert.equal(readFileSync(csv, 'utf8').trimEnd().split('\r\n').length, 4);
    assert.equal(await output([...args, '--svg', '-']), drawn, 'the same picture again');
  });

  it('draw: every kind that there is', async () => {
    const kinds = ['tokens', 'next', 'stages', 'beams', 'attention', 'lens', 'words', 'surprisal'];
    const figures = await Promise.all(
      kinds.map(async (kind) => JSON.parse(await output(['draw', kind, TEXT, '--json']))),
    );
    assert.deepEqual(
      figures.map(({ kind }) => kind),
      kinds,
    );
    const [tokens, , , beams, attention, lens] = figures;
    assert.deepEqual(
      tokens.tokens.map(({ id }: { id: number }) => id),
      encode(TEXT),
    );
    assert.equal(beams.best.length, 3);
    const total = attention.tokens.reduce((sum: number, { weight }: { weight: number }) => sum + weight, 0);
    assert.ok(Math.abs(total - 1) < 1e-4);
    assert.equal(lens.layers.length, built.config.n_layer);
  });

  it('draw: writes a table beside the JSON that it prints', async () => {
    const table = file('next.md');
    const { kind } = JSON.parse(await output(['draw', 'next', TEXT, '--json', '--markdown', table]));
    assert.equal(kind, 'next');
    assert.match(readFileSync(table, 'utf8'), /^\|/m);
  });

  it('draw: attention shows a character of several tokens whole', async () => {
    const { tokens } = JSON.parse(await output(['draw', 'attention', 'Oh 😀!', '--bos', '--json']));
    const shown = tokens.map(({ text }: { text: string }) => text);
    assert.equal(shown.length, 1 + encode('Oh 😀!').length);
    assert.equal(shown.filter((text: string) => !/^\+\d$/.test(text)).join(''), '<|endoftext|>Oh 😀!');
  });

  it('draw: says which kinds and options there are, and exits with 2', async () => {
    const wrong: readonly [args: readonly string[], message: RegExp][] = [
      [['draw', 'nonsense', 'x'], /no picture called “nonsense”.*tokens, next/],
      [['draw', 'next', 'x', '--colour', 'rank'], /next has no option “colour”/],
      [['draw', 'lens', 'x', '--candidate', 'two words'], /candidate must be one token/],
      [['draw', 'attention', 'x', '--layer', '99'], /layer must be at most/],
      [['explain', '--jsonl', '--svg', 'x.svg'], /leave --jsonl away/],
      [['draw', 'next', 'x', '--svg', join('no', 'such', 'folder.svg')], /cannot be written/],
    ];
    for (const [args, message] of wrong) {
      const { stderr, status } = await inkling(args);
      assert.match(stderr, message);
      assert.equal(status, 2);
    }
  });

  it('explain --svg and --html: the same numbers as it prints', async () => {
    const [svg, html] = [file('explain.svg'), file('explain.html')];
    const printed = await output(['explain', TEXT, '--top-k', '2', '--svg', svg, '--html', html]);
    const shares = [...printed.matchAll(/^ +(<?[\d.]+ %) /gm)].map(([, share]) => share);
    assert.equal(shares.length, 2);
    for (const share of shares) {
      assert.ok(readFileSync(svg, 'utf8').includes(share.replace('<', '&lt;')), share);
      assert.ok(readFileSync(html, 'utf8').includes(share.replace('<', '&lt;')), share);
    }
    assert.match(await output(['explain', TEXT, '--svg', '-']), /^<svg .*<\/svg>$/);
  });

  it('report: a page of the whole document, or its numbers', async () => {
    const document = file('essay.md');
    await writeFile(document, '# Essay\n\nThe zebra <b>sang</b>.\n');
    const page = await output(['report', document]);
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /essay\.md/);
    assert.doesNotMatch(page, /<b>sang/);
    const summary = JSON.parse(await output(['report', document, '--json']));
    assert.equal(summary.tokens, tokenize('# Essay\n\nThe zebra <b>sang</b>.\n').length);
    assert.equal(
      summary.ranks.reduce((sum: number, count: number) => sum + count),
      summary.scored,
    );
    const { status, stderr } = await inkling(['report', '-']);
    assert.equal(status, 2);
    assert.match(stderr, /the document is empty/);
  });

  it('render: Markdown with its blocks drawn; a wrong one says so in its place, and the exit code is 1', async () => {
    const document = file('lesson.md');
    const fence = (info: string) => `\`\`\`${info}\n${TEXT}\n\`\`\`\n\n`;
    await writeFile(document, `# Lesson\n\n${fence('inkling next top-k=2')}${fence('inkling tokens')}`);
    const page = await output(['render', document]);
    assert.match(page, /<h1>Lesson<\/h1>/);
    assert.equal(page.match(/<svg /g)?.length, 2);
    const { probability } = JSON.parse(await output(['draw', 'next', TEXT, '--json'])).candidates[0];
    assert.ok(page.includes(`<td class="number">${Number(probability.toPrecision(4))}</td>`));
    await writeFile(document, `${fence('inkling next')}${fence('inkling nonsense')}after\n`);
    const { stdout, stderr, status } = await inkling(['render', document]);
    assert.equal(status, 1);
    assert.match(stderr, /1 of 2 blocks/);
    assert.match(stdout, /<svg [\s\S]*no picture called “nonsense”[\s\S]*<p>after/);
  });

  it('render: leaves front matter away, and nothing of the text', async () => {
    const document = file('rules.md');
    const paragraphs = async (source: string) => {
      await writeFile(document, source);
      return (await output(['render', document])).match(/<p>.*?<\/p>/g)?.join('');
    };
    const text = '<p>This is kept.</p><p>End.</p>';
    const rest = 'This is kept.\n\n---\n\nEnd.\n';
    assert.equal(await paragraphs(`---\ntitle: x\n---\n${rest}`), text);
    assert.equal(await paragraphs(`---\r\ntitle: x\r\n--- \r\n${rest.replaceAll('\n', '\r\n')}`), text);
    assert.equal(await paragraphs(`+++\ntitle = 1\n+++\n${rest}`), text);
    assert.equal(await paragraphs(`---\n---\n${rest}`), text);
    assert.equal(await paragraphs(`---\n\n${rest}`), text);
  });
});

describe('the command line in a terminal', () => {
  it('paints token chips with a count where colours are asked for, and stays plain in a pipe', async () => {
    const painted = await output(['tokens', 'two naïve words', '--color', 'always']);
    assert.ok(painted.includes(ESCAPE));
    const plain = withoutColours(painted);
    assert.match(plain, /^two␣naïve␣words\n3 tokens, 15 characters\n/);
    const piped = await output(['tokens', 'two naïve words']);
    assert.ok(!piped.includes(ESCAPE) && !piped.includes('characters'));
    assert.ok(plain.endsWith(piped), 'the same table');
  });

  it('shows what people read beside the form in bytes', async () => {
    const lines = (await output(['tokens', 'a naïve 🧜'])).trimEnd().split('\n');
    assert.doesNotMatch(lines[0], /“/);
    assert.match(lines[1], /ĠnaÃ¯ve .*“␣naïve”$/);
    assert.match(lines.at(-1) ?? '', /a part of “(?:␣)?🧜”$/);
  });

  it('takes NO_COLOR, FORCE_COLOR and --no-color, the option before the environment', async () => {
    const colours = async (args: readonly string[], env: NodeJS.ProcessEnv) =>
      (await output(['tokens', 'x', ...args], env)).includes(ESCAPE);
    assert.equal(await colours([], { FORCE_COLOR: '1' }), true);
    assert.equal(await colours(['--no-color'], { FORCE_COLOR: '1' }), false);
    assert.equal(await colours(['--color', 'never'], { FORCE_COLOR: '1' }), false);
    assert.equal(await colours([], { NO_COLOR: '1' }), false);
    assert.equal(await colours(['--color', 'always'], { NO_COLOR: '1' }), true);
  });

  it('keeps to the width of the terminal', async () => {
    const env = { COLUMNS: '40' };
    const shown = [
      await output(
        ['tokens', 'the quick brown fox jumps over the lazy dog and runs away from it', '--color', 'always'],
        env,
      ),
      await output(['explain', TEXT, '--top-k', '3', '--color', 'always'], { COLUMNS: '60' }),
    ];
    const chips = withoutColours(shown[0]).split('\n\n')[0];
    for (const line of chips.split('\n')) assert.ok(line.length <= 40, line);
    for (const line of withoutColours(shown[1]).split('\n').slice(0, 4)) assert.ok(line.length <= 60, line);
  });

  it('draws the bars of explain in the ratio of its numbers', async () => {
    const rows = withoutColours(await output(['explain', TEXT, '--top-k', '5', '--color', 'always']));
    const { next } = JSON.parse(await output(['explain', TEXT, '--top-k', '5', '--json']));
    const lengths = [...rows.matchAll(/%.* (█+)[▏▎▍▌▋▊▉]? *"/g)].map(([, bar]) => bar.length);
    assert.equal(lengths.length, 5);
    for (const [i, length] of lengths.entries()) {
      const share = next[i].probability / next[0].probability;
      assert.ok(Math.abs(length - share * lengths[0]) <= 1, `${share}: ${length}`);
    }
  });

  it('shows a document as a heat map', async () => {
    const document = join((await buildWithTinyModel()).folder, 'dist/heat.md');
    await writeFile(document, 'One two.\n\nThree.\n');
    const plain = withoutColours(await output(['report', document, '--color', 'always']));
    assert.match(plain, /^One two\.\n\nThree\.\n/);
    assert.match(plain, /from 22 bits[\s\S]*3 words, \d+ tokens/);
  });

  it('shows where the prompt of generate ends, and in a pipe only what was added', async () => {
    const args = ['generate', TEXT, '--max-new-tokens', '3'];
    const added = await output(args);
    const painted = await output([...args, '--color', 'always']);
    assert.equal(withoutColours(painted), `${TEXT}${added}`);
    assert.ok(painted.startsWith(`\u001b[2m${TEXT}\u001b[22m`));
  });

  it('says why complete is silent, beside the result and not in it', async () => {
    const { stdout, stderr, status } = await inkling(['complete', 'un', '--suffix', 'believable']);
    assert.deepEqual([stdout, status], ['', 0]);
    assert.equal(stderr, 'No suggestion: the word goes on to the right of the cursor.\n');
  });

  it('warns of a space at the end, where it is taken as it is', async () => {
    for (const args of [
      ['explain', `${TEXT} `],
      ['generate', `${TEXT} `, '--max-new-tokens', '1'],
      ['draw', 'next', `${TEXT} `],
    ]) {
      const { stderr, status } = await inkling(args);
      assert.match(stderr, /ends with a space/, args[0]);
      assert.equal(status, 0);
    }
    assert.equal((await inkling(['tokens', `${TEXT} `])).stderr, '');
  });

  it('takes an option for what it implies', async () => {
    const drawn = ['--max-new-tokens', '4', '--seed', '1', '--json'];
    const [beams, several] = await Promise.all([
      output(['generate', TEXT, '--num-beams', '2', '--temperature', '2', ...drawn]),
      output(['generate', TEXT, '--num-return-sequences', '2', '--max-new-tokens', '2', '--json']),
    ]);
    assert.equal(
      beams,
      await output(['generate', TEXT, '--num-beams', '2', '--temperature', '2', '--do-sample', ...drawn]),
    );
    assert.equal(JSON.parse(several).sequences.length, 2);
    const input = '{"processor":"temperature","params":{"temperature":2},"input":{"scores":[1,2],"ids":[]}}\n';
    assert.deepEqual(await inkling(['processors'], { input }), await inkling(['processors', '--jsonl'], { input }));
  });

  it('has help in groups, within the width', async () => {
    for (const [command, groups] of [
      [[], ['See what the model sees:', 'Write with it:', 'Measure and check:']],
      [['generate'], ['Where it ends:', 'Sampling:', 'Beam search:', 'What may come, and how likely:']],
      [['draw'], ['Options of the pictures:']],
    ] as const) {
      for (const width of [60, 80]) {
        const help = await output([...command, '--help'], { COLUMNS: String(width) });
        for (const group of groups) assert.ok(help.includes(`\n${group}\n`), group);
        for (const line of help.split('\n')) {
          assert.ok(line.length <= Math.max(width, 70), `${command} ${width}: ${line}`);
        }
      }
    }
  });
});
