import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contextWindowStart } from '../../../src/core/decoding/model';
import { entropy, logSoftmax } from '../../../src/core/logits';
import { type Built, buildWithTinyModel, type Ended, inkling, type RunOptions } from '../../support/build';
import { encode, tokenize } from '../../support/gpt2';
import { maxDifference, referenceForward } from '../../support/reference';

const TOLERANCE = 1e-4;
const TEXT = 'The future of AI is a naïve café 🙂.';

/** The one line of JSON that a command prints, and nothing else. */
async function answer(args: readonly string[], options?: RunOptions) {
  const { stdout, stderr, status } = await inkling(args, options);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.equal(stdout.indexOf('\n'), stdout.length - 1);
  return JSON.parse(stdout);
}

function linesOf({ stdout, status }: Ended) {
  assert.equal(status, 0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const lines = (...texts: string[]) => texts.map((text) => `${JSON.stringify({ text })}\n`).join('');

describe('the command line', () => {
  let built: Built;
  before(async function () {
    this.timeout(120_000);
    built = await buildWithTinyModel();
  });

  const lastLogits = (text: string, bos = false) => {
    const ids = bos ? [50256, ...encode(text)] : encode(text);
    const { logits } = referenceForward(built.weights, built.config, ids);
    return logits;
  };

  it('tokens: ids, display forms, byte and UTF-16 spans', async () => {
    const { tokens } = await answer(['tokens', TEXT, '--json']);
    assert.deepEqual(tokens, tokenize(TEXT));
    assert.deepEqual(Object.keys(tokens[1]), ['id', 'text', 'display', 'bytes', 'utf16']);
    assert.equal(tokens[1].display, 'Ġfuture');
    assert.deepEqual(tokens.at(-1)?.bytes, [Buffer.byteLength(TEXT) - 1, Buffer.byteLength(TEXT)]);
  });

  it('tokens and decode: another tokenizer from its files alone, with what its template puts around a text', async () => {
    const folder = join(__dirname, '../../data/formats/tokenizers/template');
    const { vectors } = JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8')) as {
      vectors: { text: string; ids: number[]; tokens: string[]; decoded: string; decoded_skip?: string }[];
    };
    const input = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    const ids = input(vectors.map((vector) => ({ ids: vector.ids })));
    const [tokens, texts, skipped, gpt2] = await Promise.all([
      inkling(['tokens', '--tokenizer', folder, '--jsonl'], { input: lines(...vectors.map(({ text }) => text)) }),
      inkling(['decode', '--tokenizer', folder, '--jsonl'], { input: ids }),
      inkling(['decode', '--tokenizer', folder, '--jsonl', '--skip-special'], { input: ids }),
      answer(['decode', '15496', '11', '995', '--json']),
    ]);
    for (const [i, line] of linesOf(tokens).entries()) {
      assert.deepEqual(
        line.tokens.map(({ id, display }: { id: number; display: string }) => [id, display]),
        vectors[i].ids.map((id, k) => [id, vectors[i].tokens[k]]),
      );
    }
    assert.deepEqual(
      linesOf(texts),
      vectors.map(({ decoded }) => ({ text: decoded })),
    );
    assert.deepEqual(
      linesOf(skipped),
      vectors.map(({ decoded, decoded_skip: text }) => ({ text: text ?? decoded })),
    );
    assert.deepEqual(gpt2, { text: 'Hello, world' });
  });

  it('logits: the last position as JSON, as lines and as raw float32, as the reference has them', async () => {
    const file = join(built.folder, 'dist/logits.bin');
    const [{ logits }, several, raw] = await Promise.all([
      answer(['logits', TEXT]),
      inkling(['logits', '--jsonl', '--bos'], { input: lines('One', 'two three') }),
      inkling(['logits', TEXT, '--out', file]),
    ]);
    assert.ok(maxDifference(logits, lastLogits(TEXT).at(-1) ?? []) < TOLERANCE);
    const [one, two] = linesOf(several);
    assert.ok(maxDifference(one.logits, lastLogits('One', true).at(-1) ?? []) < TOLERANCE);
    assert.ok(maxDifference(two.logits, lastLogits('two three', true).at(-1) ?? []) < TOLERANCE);
    assert.deepEqual([raw.status, raw.stdout], [0, '']);
    const bytes = readFileSync(file);
    const floats = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
    assert.deepEqual(floats, logits);
    const piped = await inkling(['logits', 'One', '--out', '-'], { readAtMost: Number.POSITIVE_INFINITY });
    assert.equal(piped.status, 0);
    assert.ok(piped.stdout.length > 0 && !existsSync('-'), 'standard output, not a file of that name');
  });

  it('explain: next tokens, entropy, and every token of the text', async () => {
    const explanation = await answer(['explain', TEXT, '--json', '--top-k', '7']);
    assert.deepEqual(Object.keys(explanation), ['tokens', 'next', 'entropy', 'model']);
    assert.equal(explanation.model, built.model.name);
    const logits = lastLogits(TEXT);
    const last = logits.at(-1) ?? new Float64Array();
    assert.ok(Math.abs(explanation.entropy - entropy(last)) < TOLERANCE);
    assert.equal(explanation.next.length, 7);
    let cumulative = 0;
    for (const next of explanation.next) {
      assert.deepEqual(Object.keys(next), ['id', 'text', 'logit', 'probability', 'cumulative']);
      assert.ok(Math.abs(next.logit - last[next.id]) < TOLERANCE);
      assert.ok(Math.abs(Math.log(next.probability) - logSoftmax(last)[next.id]) < TOLERANCE);
      cumulative += next.probability;
      assert.ok(Math.abs(next.cumulative - cumulative) < 1e-12);
    }
    assert.equal(explanation.next[0].id, last.indexOf(Math.max(...last)));
    assert.equal(explanation.tokens[0].logprob, null);
    assert.equal(explanation.tokens[0].rank, null);
    tokenize(TEXT).forEach((token, t) => {
      const { logprob, rank, ...rest } = explanation.tokens[t];
      assert.deepEqual(rest, token);
      if (t === 0) return;
      const expected = logSoftmax(logits[t - 1]);
      assert.ok(Math.abs(logprob - expected[token.id]) < TOLERANCE);
      assert.equal(rank, expected.filter((other) => other > expected[token.id]).length);
    });
  });

  it('explain --bos gives the first token a probability too', async () => {
    const { tokens } = await answer(['explain', 'Once upon', '--json', '--bos']);
    const expected = logSoftmax(lastLogits('Once upon', true)[0]);
    assert.equal(tokens.length, 2);
    assert.ok(Math.abs(tokens[0].logprob - expected[tokens[0].id]) < TOLERANCE);
  });

  it('explain for people: the tokens of the text only with --all', async () => {
    const [brief, full] = await Promise.all([
      inkling(['explain', 'Once upon', '--top-k', '3']),
      inkling(['explain', 'Once upon', '--top-k', '3', '--all']),
    ]);
    assert.equal(brief.stdout.split('\n').length, 1 + 3 + 1 + 1 + 1);
    assert.doesNotMatch(brief.stdout, /Ġupon/);
    assert.match(full.stdout, /Ġupon/);
    assert.match(full.stdout, /entropy \d+\.\d+ nats/);
  });

  it('complete: suggestions and why they end', async () => {
    const completion = await answer(['complete', 'It was one of the', '--json', '--min-logprob', '-1000']);
    assert.deepEqual(Object.keys(completion), ['suggestions', 'reason']);
    assert.equal(typeof completion.reason, 'string');
    const [suggestion] = completion.suggestions;
    assert.deepEqual(Object.keys(suggestion), ['text', 'logprob', 'tokens']);
    assert.deepEqual(Object.keys(suggestion.tokens[0]), ['id', 'text', 'logprob']);
    const silent = await answer(['complete', 'It was one of the', '--json', '--min-logprob', '0']);
    assert.deepEqual(silent.suggestions, [], 'nothing is as sure as that');
  });

  it('complete --jsonl takes a suffix with each line', async () => {
    const request = (suffix?: string) => `${JSON.stringify({ text: 'It was one of the', suffix })}\n`;
    const ask = (input: string) => inkling(['complete', '--jsonl', '--min-logprob', '-1000'], { input });
    const [{ suggestions }] = linesOf(await ask(request()));
    // What is there already is not suggested once more.
    const [first, second] = linesOf(await ask(request() + request(suggestions[0].text)));
    assert.equal(first.suggestions[0].text, suggestions[0].text);
    assert.notEqual(second.suggestions[0]?.text, suggestions[0].text);
  });

  it('complete --jsonl names a field that is not a text, and takes null for none', async () => {
    const lines = [
      { text: 'x', suffix: 5 },
      { before: true },
      { before: 'x', language: 7 },
      { before: 'x', after: null },
    ];
    const { stdout, status } = await inkling(['complete', '--jsonl'], {
      input: lines.map((line) => JSON.stringify(line)).join('\n'),
    });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(status, 1);
    assert.deepEqual(
      answers.map(({ error }) => /"(\w+)" of the line is not a text/.exec(error)?.[1]),
      ['suffix', 'before', 'language', undefined],
    );
    assert.ok(answers[3].suggestions);
  });

  it('complete --before: what the editor would do at a place of a document', async () => {
    const at = (before: string, ...more: string[]) =>
      answer(['complete', '--before', before, '--min-logprob', '-1000', ...more]);
    const spoken = await at('# Notes\n\n*It was one* of the', '--after', ' .\n\nMore.', '--language', 'markdown');
    assert.deepEqual(Object.keys(spoken), ['suggestions', 'suppressed', 'context', 'reason']);
    assert.equal(spoken.context, '# Notes\n\nIt was one of the');
    assert.equal(spoken.suppressed, null);
    assert.ok(spoken.suggestions.length > 0, spoken.reason);
    const silent = await at('```js\nlet old', '--after', '\n```\n');
    assert.deepEqual(silent.suggestions, []);
    assert.deepEqual(silent.suppressed, { code: 'construct', message: 'The cursor is in a code block.' });
    assert.equal(silent.context, '```js\nlet old');
    assert.equal(silent.reason, null);
    assert.equal((await at('let old', '--language', 'javascript')).suppressed.code, 'language');
    const unsure = await answer(['complete', '--before', 'It was one of the', '--min-logprob', '0']);
    assert.deepEqual([unsure.suggestions, unsure.suppressed, unsure.reason], [[], null, 'unsure']);
    assert.equal(unsure.heldBack, undefined, 'what --min-logprob takes away is not the gate’s');
  });

  it('complete --before: what the gate does not show can be seen from outside', async () => {
    const before = 'It was one of the';
    const [shown] = (await answer(['complete', '--before', before, '--min-logprob', '-1000'])).suggestions;
    const { suggestions, suppressed, reason, heldBack } = await answer(['complete', '--before', before]);
    assert.deepEqual([suggestions, suppressed, reason], [[], null, 'unsure']);
    assert.deepEqual(heldBack, shown);
  });

  it('complete --before: a paragraph of 135,000 lines is answered', async () => {
    const before = `${'word\n'.repeat(134_999)}It was one of the`;
    const input = `${JSON.stringify({ before })}\n`;
    const [{ context, suppressed, suggestions, error }] = linesOf(
      await inkling(['complete', '--jsonl', '--min-logprob', '-1000'], { input }),
    );
    assert.equal(error, undefined);
    assert.equal(suppressed, null);
    assert.ok(context.endsWith(' word word It was one of the'), context);
    assert.ok(suggestions.length > 0);
  });

  it('explain, logits and generate see the same of a text longer than the context', async () => {
    const words = [' one', ' two', ' three', ' four', ' five', ' six', ' seven'];
    const { n_positions: context } = built.config;
    for (const length of [context, context + 1, context + 5]) {
      const text = Array.from({ length }, (_, i) => words[(i * i) % 7]).join('');
      assert.equal(encode(text).length, length);
      const { next } = await answer(['explain', text, '--json', '--top-k', '1']);
      const { logits } = await answer(['logits', text, '--json']);
      const [step] = linesOf(await inkling(['generate', text, '--max-new-tokens', '1', '--trace', '1', '--json']));
      assert.equal(step.id, next[0].id);
      const logprob = Math.log(next[0].probability);
      assert.ok(Math.abs(step.trace.raw[0].logprob - logprob) < 1e-6, `${length}: ${step.logprob}, ${logprob}`);
      assert.equal(logits.indexOf(Math.max(...logits)), step.id);
      assert.ok(Math.abs(logits[step.id] - next[0].logit) < 1e-4);
    }
  });

  it('complete --jsonl takes places in documents too, and gives to each what its own call gives', async () => {
    const places = [
      { before: 'It was one of the', after: '', language: 'plaintext' },
      { before: 'One', after: 'Two', language: 'markdown' },
    ];
    const input = places.map((place) => `${JSON.stringify(place)}\n`).join('');
    const answers = linesOf(await inkling(['complete', '--jsonl', '--min-logprob', '-1000'], { input }));
    for (const [i, { before, after, language }] of places.entries()) {
      const call = ['complete', '--before', before, '--after', after, '--language', language];
      assert.deepEqual(answers[i], await answer([...call, '--min-logprob', '-1000']));
    }
    assert.equal(answers[1].suppressed.code, 'mid-word');
  });

  it('lines of JSON: a field that is null is as one that is not there', async () => {
    const ids = encode('Hello there');
    const given = [{ text: 'Hello there' }, { text: 'Hello there', ids: null }, { ids }, { ids, text: null }];
    const input = given.map((line) => `${JSON.stringify(line)}\n`).join('');
    const [first, ...others] = linesOf(await inkling(['logits', '--jsonl'], { input }));
    for (const { logits } of others) assert.ok(maxDifference(logits, first.logits) < TOLERANCE);
  });

  it('generate: text, ids and why it ended; greedy takes the most probable token each time', async () => {
    const generation = await answer(['generate', 'Hello there', '--json', '--max-new-tokens', '4']);
    assert.deepEqual(Object.keys(generation), ['text', 'ids', 'finish']);
    assert.equal(generation.finish, 'length');
    const ids = encode('Hello there');
    for (const id of generation.ids) {
      const last = referenceForward(built.weights, built.config, ids).logits.at(-1) ?? new Float64Array();
      assert.equal(id, last.indexOf(Math.max(...last)));
      ids.push(id);
    }
    const zero = await answer([
      'generate',
      'Hello there',
      '--json',
      '--max-new-tokens',
      '4',
      '--temperature',
      '0',
      '--top-p',
      '0.5',
      '--seed',
      '3',
    ]);
    assert.deepEqual(zero, generation);
  });

  it('generate --seed repeats itself, and another seed writes another text', async () => {
    const generate = (...args: string[]) =>
      answer(['generate', 'Hello there', '--json', '--max-new-tokens', '8', '--temperature', '2', ...args]);
    const [first, again, other, drawn] = await Promise.all([
      generate('--seed', '7'),
      generate('--seed', '7'),
      generate('--seed', '8'),
      generate(),
    ]);
    assert.deepEqual(again, first);
    assert.notDeepEqual(other.ids, first.ids);
    assert.deepEqual(Object.keys(first), ['text', 'ids', 'finish']);
    // A seed that was drawn is told, so that any text can be had again.
    const { seed, ...rest } = drawn;
    assert.deepEqual(await generate('--seed', String(seed)), rest);
  });

  it('generate --num-return-sequences shows all texts, as JSON and for people', async () => {
    const args = ['generate', 'Hello', '--num-beams', '3', '--num-return-sequences', '3', '--max-new-tokens', '4'];
    const [{ sequences, text }, plain] = await Promise.all([answer([...args, '--json']), inkling(args)]);
    assert.equal(sequences.length, 3);
    assert.equal(sequences[0].text, text);
    assert.deepEqual(Object.keys(sequences[0]), ['text', 'ids', 'score', 'finish']);
    for (const sequence of sequences) assert.ok(plain.stdout.includes(sequence.text));
  });

  it('generate --trace tells of each step, candidates and all', async () => {
    const steps = linesOf(await inkling(['generate', 'Hello', '--max-new-tokens', '3', '--trace', '5']));
    assert.equal(steps.length, 4);
    assert.equal(steps[0].trace.raw.length, 5);
    assert.deepEqual(
      steps.slice(0, 3).map(({ id }) => id),
      steps[3].ids,
    );
  });

  it('takes the text from a file as it is, and from standard input without its last newline', async () => {
    const file = join(built.folder, 'text.txt');
    await writeFile(file, 'two\nlines\n');
    const ids = ({ tokens }: { tokens: { id: number }[] }) => tokens.map(({ id }) => id);
    assert.deepEqual(ids(await answer(['tokens', '--json', '--file', file])), encode('two\nlines\n'));
    assert.deepEqual(ids(await answer(['tokens', '--json'], { input: 'two\nlines\n' })), encode('two\nlines'));
    assert.deepEqual(ids(await answer(['tokens', '--json', '-'], { input: 'x' })), encode('x'));
  });

  it('answers every line, tells what is wrong with one, and says so in its exit code', async () => {
    const input = `${lines('good')}not JSON\n\n{"no":"text"}\n[1]\n${lines('', 'last')}`;
    const { stdout, status } = await inkling(['tokens', '--jsonl'], { input });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      answers.map((each) => each.error ?? each.tokens.length),
      [1, 'The line is not JSON.', 'The line has no "text".', 'The line is not a JSON object.', 0, 1],
    );
    assert.equal(status, 1);
  });

  it('reads lines as JSON lines are: U+2028 and U+2029 end none, and a byte order mark before the first is no text', async () => {
    const texts = ['one\u2028two', 'three\u2029', 'four'];
    const input = `\ufeff${texts.map((text) => `{"text":"${text}"}`).join('\r\n')}`;
    const file = join(built.folder, 'marked.jsonl');
    await writeFile(file, input);
    for (const ended of [
      await inkling(['tokens', '--jsonl'], { input }),
      await inkling(['tokens', '--jsonl', '--file', file]),
    ]) {
      const read = ended.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).tokens.map(({ id }: { id: number }) => id));
      assert.deepEqual(
        read,
        texts.map((text) => encode(text)),
      );
    }
    await writeFile(file, '\ufeffWord');
    const { tokens } = await answer(['tokens', '--json', '--file', file]);
    assert.deepEqual(
      tokens.map(({ id }: { id: number }) => id),
      encode('Word'),
    );
  });

  it('reads a text of any length', async () => {
    const huge = 'All work and no play makes Jack a dull boy.\n'.repeat(10_000);
    const [{ tokens }, { next }] = await Promise.all([
      answer(['tokens', '--json'], { input: huge }),
      answer(['logits'], { input: huge }).then(({ logits }) => ({ next: logits })),
    ]);
    assert.equal(tokens.at(-1).utf16[1], huge.length - 1);
    const ids = encode(huge.slice(0, -1));
    const seen = ids.slice(contextWindowStart(ids.length, built.config.n_positions));
    const { logits } = referenceForward(built.weights, built.config, seen);
    assert.ok(
      maxDifference(next, logits.at(-1) ?? []) < TOLERANCE,
      'the window over the end of the text is what counts',
    );
  });

  it('ends quietly when nobody reads on', async () => {
    const huge = 'word '.repeat(200_000);
    const { stdout, stderr, status } = await inkling(['tokens'], { input: huge, readAtMost: 1000 });
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.ok(stdout.length < 1_000_000, 'it was cut off');
  });
});
