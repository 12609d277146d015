import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, link, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OPTIONS } from '../../../src/core/decoding/options';
import { type Built, buildWithTinyModel, inkling } from '../../support/build';

describe('the command line, called wrongly', () => {
  let built: Built;
  before(async function () {
    this.timeout(120_000);
    built = await buildWithTinyModel();
  });

  const Tiny = join(__dirname, '../../data/formats/checkpoints/zip');
  const misuses: readonly [args: readonly string[], message: RegExp][] = [
    [['nonsense'], /unknown command 'nonsense'/],
    [['tokens', 'x', '--nonsense'], /unknown option '--nonsense'/],
    [['tokens', 'x', 'y'], /too many arguments/],
    [['tokens', 'x', '--file', 'y'], /Give a text or --file, not both/],
    [['tokens', 'x', '--jsonl'], /Give a text or --jsonl, not both/],
    [['tokens', '--file', 'no-such-file'], /no-such-file cannot be read: there is no such file/],
    [['explain', 'x', '--top-k', '0'], /--top-k <k>.*1 or more/],
    [['explain', 'x', '--threads', 'many'], /--threads <n>.*number/],
    [['explain', 'x', '--threads', '-1'], /--threads <n>/],
    [['explain', 'x', '--threads', '1.5'], /--threads <n>.*whole number/],
    [['explain', 'x', '--precision', 'q5'], /--precision.*fp32, q8, q4/],
    [['verify', '--model', Tiny], /No outputs are published of these weights.*docs\/verify\.md/],
    [
      ['verify', '--model', './nowhere'],
      /--model \.\/nowhere: there is no such folder or file, and a model on the hub/,
    ],
    [['verify', '--model', Tiny, '--precision', 'q5'], /q5 is no precision/],
    [['explain', 'x', '--model', 'no-such-folder'], /no-such-folder: there is no such folder/],
    [['generate', 'x', '--temperature', 'warm'], /--temperature <t>.*number/],
    [['generate', 'x', '--top-p', '2'], /--top-p <p>.*from 0 to 1/],
    [['generate', 'x', '--penalty-alpha', '0.5', '--seed', '3'], /--seed acts only with --do-sample/],
    [['generate', 'x', '--num-beams', '2', '--seed', '3'], /--seed acts only with --do-sample/],
    [['generate', 'x', '--suppress-tokens', '99999'], /--suppress-tokens names token 99999, but the model has 50257/],
    [['generate', 'one two three', '--max-length', '3'], /--max-length of 3 leaves no room after a prompt of 3 tokens/],
    [
      ['generate', 'x', '--max-length', '6', '--min-new-tokens', '10'],
      /--min-new-tokens of 10 is more than --max-length/,
    ],
    [
      ['generate', 'x', '--max-new-tokens', '3', '--min-length', '9'],
      /--min-length of 9 is more than --max-new-tokens/,
    ],
    [['generate', 'x', '--min-length', '9', '--min-new-tokens', '1'], /--min-length and --min-new-tokens contradict/],
    [['generate', 'x', '--max-time', 'Infinity'], /--max-time <seconds>.*'Infinity'.*a number greater than 0/],
    [['perplexity', 'no-such-file', '--ids'], /no-such-file cannot be read: there is no such file/],
    [['generate', 'x', '--early-stopping', 'perhaps'], /one of true, false, never/],
    [['generate', 'x', '--num-return-sequences', '4', '--num-beams', '2'], /--num-return-sequences/],
    [['logits', 'x', '--out', 'f', '--json'], /--out/],
    [['logits', 'x', '--out', join('no', 'such', 'file')], /file cannot be written: there is no such folder\./],
    [['logits', 'x', '--out', __dirname], /cannot be written: it is a folder\./],
    [['tokens', '--file', __dirname], /cannot be read: it is a folder\./],
    [['generate', 'x', '--jsonl', '--trace', '5'], /--trace.*cannot be used with.*--jsonl/],
    [['verify', '--model', Tiny, '--record', 'f', '--json'], /--record.*cannot be used with.*--json/],
    [['complete', '--before', 'x', '--jsonl'], /each line brings its own "before"/],
    [['complete', 'x', '--min-logprob', '1'], /It must be a number, 0 or less/],
    [['draw', 'next', 'x', '--svg', '-', '--csv', '-'], /Standard output can take one output only/],
    [['draw', 'next', 'x', '--html', '-', '--json'], /Standard output can take one output only/],
    [['explain', 'x', '--svg', 'f', '--html', 'f'], /f can take one output only/],
    [['explain', 'x', '--svg', '-', '--json'], /Standard output can take one output only/],
    [['draw', 'next', 'x', '--svg', 'f', '--csv', './f'], /\.\/f can take one output only/],
    [['report', __filename, '--html', '-', '--json'], /Standard output can take one output only/],
    [['decode', '1', 'x'], /“x” is no token id/],
    [['decode', '1', '50257'], /has no token 50257/],
    [['generate', 'x', '--forced-eos-token-id', ''], /--forced-eos-token-id.*not empty/],
    [['generate', 'x', '--force-start', ''], /--force-start.*must not be empty/],
    [['generate', 'x', '--guidance-scale', '2', '--negative-prompt', ''], /--negative-prompt.*must not be empty/],
    [['draw', 'beams', 'x', '--num-beam-groups', '2'], /num-beams must be a multiple of num-beam-groups/],
    [['decode', '1.0'], /“1\.0” is no token id/],
  ];
  it('says what is wrong in one message and exits with 2', async () => {
    await Promise.all(misuses.map(([args, message]) => fails(args, 2, message)));
  });

  it('says which token of a file the model does not have', async () => {
    const file = join(built.folder, 'dist/ids.bin');
    await writeFile(file, Uint8Array.of(15, 0, 255, 255));
    await fails(['perplexity', file, '--ids'], 2, /ids\.bin holds the token 65535, but random-tiny has 50257 tokens/);
  });

  it('exits with 1 when what it was asked for cannot be had', async () => {
    const other = join(built.folder, 'other');
    await mkdir(other);
    await writeFile(join(other, 'config.json'), '{"model_type":"llama"}');
    await cp(join(built.model.folder, 'model.safetensors'), join(other, 'model.safetensors'));
    const cut = join(built.folder, 'cut');
    await cp(built.model.folder, cut, { recursive: true });
    await truncate(join(cut, 'model.safetensors'), 1_000_000);
    const cases: readonly [args: readonly string[], message: RegExp][] = [
      [['explain', ''], /The text is empty/],
      [['explain', 'x', '--model', other], /model_type "llama"/],
      [['explain', 'x', '--model', cut], /model\.safetensors is cut short: tensor \S+ ends beyond the end/],
      [['explain', 'x', '--model', built.folder], /has no weights: no model\.safetensors/],
      [['explain', 'x', '--model', join(built.folder, 'dist/model'), '--precision', 'q4'], /compiled to q8, not q4/],
      [
        ['verify', '--model', 'owner/name', '--numbers', 'nowhere.json'],
        /nowhere\.json cannot be read: there is no such/,
      ],
    ];
    await Promise.all(cases.map(([args, message]) => fails(args, 1, message)));
  });

  it('never writes over the text that it has read, under whatever name', async () => {
    const essay = join(built.folder, 'essay.md');
    const same = join(built.folder, 'same.md');
    await writeFile(essay, 'The only copy.');
    await link(essay, same);
    await fails(['render', essay, '--html', essay], 2, /essay\.md is what was read: name another file/);
    await fails(['draw', 'tokens', '--file', essay, '--svg', same], 2, /same\.md is what was read/);
    assert.equal(await readFile(essay, 'utf8'), 'The only copy.');
  });

  it('reads UTF-16 that says what it is, and says of a text that it is in neither', async () => {
    const [wide, old] = [join(built.folder, 'wide.txt'), join(built.folder, 'old.txt')];
    await writeFile(wide, Buffer.from('\ufeffGrüße', 'utf16le'));
    await writeFile(old, Buffer.from('Grüße', 'latin1'));
    const { stdout, stderr } = await inkling(['tokens', '--file', wide]);
    assert.deepEqual([stdout, stderr], [(await inkling(['tokens', 'Grüße'])).stdout, '']);
    assert.match((await inkling(['tokens', '--file', old])).stderr, /old\.txt is not in UTF-8.*U\+FFFD/);
  });

  it('reads lines of JSON in such an encoding from standard input as from a file', async () => {
    const lines = '{"text":"Grüße"}\n{"text":"zwei"}\n';
    const plain = await inkling(['tokens', '--jsonl'], { input: lines });
    const wide = await inkling(['tokens', '--jsonl'], { input: Buffer.from(`\ufeff${lines}`, 'utf16le') });
    assert.deepEqual(wide, plain);
    const { stdout, stderr } = await inkling(['tokens', '--jsonl'], { input: Buffer.from(lines, 'latin1') });
    assert.equal(stdout.trimEnd().split('\n').length, 2);
    assert.match(stderr, /^Note: standard input is not in UTF-8.*U\+FFFD\.\n$/);
  });

  it('compile never deletes what is not a compiled model', async () => {
    const { model } = built;
    const refused = await inkling(['compile', model.folder, model.folder]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /holds something else than a compiled model/);
    assert.ok(existsSync(join(model.folder, 'model.safetensors')));
    const project = join(built.folder, 'project');
    await mkdir(join(project, 'src'), { recursive: true });
    await writeFile(join(project, 'manifest.json'), '{"name":"An extension of a browser"}');
    assert.equal((await inkling(['compile', model.folder, project])).status, 2);
    assert.ok(existsSync(join(project, 'src')), 'a manifest.json of another program is no compiled model');
    const to = join(built.folder, 'compiled');
    assert.equal((await inkling(['compile', model.folder, to, '--precision', 'fp32'])).status, 0);
    assert.equal((await inkling(['compile', model.folder, to, '--precision', 'q4'])).status, 0, 'replaced');
    const { stdout } = await inkling(['logits', 'Hello', '--model', to]);
    assert.equal(JSON.parse(stdout).logits.length, built.config.vocab_size);
  });

  it('has help for each command, with every option', async () => {
    const { stdout, status } = await inkling(['--help']);
    assert.equal(status, 0);
    const commands = [
      'tokens',
      'decode',
      'explain',
      'complete',
      'generate',
      'logits',
      'perplexity',
      'processors',
      'compile',
      'eval',
      'verify',
    ];
    for (const command of commands) assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
    const helps = await Promise.all(commands.map((command) => inkling([command, '--help'])));
    for (const help of helps) assert.equal(help.status, 0);
    const generate = helps[commands.indexOf('generate')].stdout;
    const missing = Object.keys(OPTIONS).filter((key) => !generate.includes(`--${SPELLED[key] ?? kebab(key)} `));
    assert.deepEqual(missing.sort(), NOT_ON_THE_COMMAND_LINE);
  });
});

async function fails(args: readonly string[], code: number, message: RegExp): Promise<void> {
  const { stdout, stderr, status } = await inkling(args);
  assert.equal(stdout, '', args.join(' '));
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace');
  assert.equal(status, code, args.join(' '));
}

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What the command line takes as text where the library takes ids. */
const SPELLED: Record<string, string> = {
  stopStrings: 'stop',
  badWordsIds: 'bad-word',
  forcedStartIds: 'force-start',
  negativePromptIds: 'negative-prompt',
};

/** Of decoding with a draft model, which the command line does not load. */
const NOT_ON_THE_COMMAND_LINE = ['assistantConfidenceThreshold', 'numAssistantTokens', 'numAssistantTokensSchedule'];
