import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TextModel } from '../../../src/core/decoding/model';
import { readTokenizer } from '../../../src/core/tokenizer';
import { LocalEngine } from '../../../src/engine/localEngine';
import { compileModel } from '../../../src/gpt2/compileModel';
import { UnsupportedModelError } from '../../../src/gpt2/errors';
import { PRECISIONS } from '../../../src/gpt2/quantise';
import { compare, passes } from '../../../src/verify/agreement';
import { parseNumbers } from '../../../src/verify/numbers';
import { table } from '../../../src/verify/table';
import { useTemporaryFolder } from '../../support/content';

const FORMATS = join(__dirname, '../../data/formats');
/** What transformers 4.46.3 makes of `inverse-layer-scaling`, by the lines of docs/verify.md. */
const NUMBERS: { ids: number[]; logprobs: number[] }[] = JSON.parse(
  readFileSync(join(FORMATS, 'numbers.json'), 'utf8'),
);

describe("an owner's numbers", () => {
  const folder = useTemporaryFolder();
  const agreementOf = async (
    model: string,
    numbers: unknown,
    precision: (typeof PRECISIONS)[number] = 'fp32',
    source = join(FORMATS, 'checkpoints', model),
  ) => {
    const compiled = join(folder(), `${model}-${precision}`);
    await compileModel(source, compiled, precision);
    const engine = await LocalEngine.open(compiled);
    const [group] = await compare(engine.model, parseNumbers('numbers.json', numbers), precision);
    await engine.dispose();
    return group;
  };

  it('are those of the model they were made with, in each precision', async () => {
    for (const precision of PRECISIONS) {
      const group = await agreementOf('inverse-layer-scaling', NUMBERS, precision);
      assert.equal(group.logprobs, 6);
      assert.ok(passes(group, precision), table([{ precision, groups: [group] }]));
    }
  });

  it('have the ids of a text with or without what the template puts around it, and no others', async () => {
    const file = join(FORMATS, 'tokenizers/template/tokenizer.json');
    const tokenizer = readTokenizer({ 'tokenizer.json': readFileSync(file, 'utf8') });
    const { size } = tokenizer;
    const model: TextModel = {
      vocabSize: size,
      contextLength: 64,
      tokenizer,
      forward: async (texts, { lastN = 1 } = {}) => texts.map(() => ({ logits: new Float32Array(lastN * size) })),
    };
    const text = 'Am Morgen';
    const ids = tokenizer.encode(text);
    for (const [given, isSame] of [
      [ids, true],
      [tokenizer.encode(text, { template: true }), true],
      [[...ids, 1], false],
    ] as const) {
      const numbers = [{ text, ids: given, logprobs: given.slice(1).map(() => -Math.log(size)) }];
      const [group] = await compare(model, parseNumbers('numbers.json', numbers), 'fp32');
      assert.equal(passes(group, 'fp32'), isSame);
    }
  });

  it('are not those of another model, of a model that is off by a hundredth of a nat, or NaN', async () => {
    assert.ok(!passes(await agreementOf('zip', NUMBERS), 'fp32'));
    const [first, second] = NUMBERS;
    const off = [{ ...first, logprobs: first.logprobs.map((value, i) => (i === 2 ? value - 0.01 : value)) }, second];
    const group = await agreementOf('inverse-layer-scaling', off);
    assert.ok(!passes(group, 'fp32'));
    assert.match(table([{ precision: 'fp32', groups: [group] }]), /0\.0100\d\d .*DIFFERS/);
  });

  it('are not those of a tokenizer that cuts their text otherwise', async () => {
    const source = join(folder(), 'with-tokenizer');
    await cp(join(FORMATS, 'checkpoints/inverse-layer-scaling'), source, { recursive: true });
    const letters = [...'abcdefghijklmnoprstuvNĠ.'];
    await writeFile(
      join(source, 'vocab.json'),
      JSON.stringify(Object.fromEntries(letters.map((text, id) => [text, id]))),
    );
    await writeFile(join(source, 'merges.txt'), '#version: 0.2\n');
    const numbers = [{ ...NUMBERS[0], text: 'Not those.' }];
    const group = await agreementOf('inverse-layer-scaling', numbers, 'fp32', source);
    assert.equal(group.worstLogprob < 0.002, true);
    assert.ok(!passes(group, 'fp32'));
    assert.match(table([{ precision: 'fp32', groups: [group] }]), /0\/1 +DIFFERS/);
  });

  it('are refused by entry where they are malformed', () => {
    const good = { ids: [1, 2], logprobs: [-1] };
    for (const [json, message] of [
      [{}, /holds no list of numbers.*docs\/verify\.md/],
      [[], /holds no list/],
      [[good, null], /entry 2 has no "ids"/],
      [[{ ...good, ids: [1] }], /entry 1 has no "ids"/],
      [[{ ...good, ids: [1, -2] }], /has no "ids"/],
      [[{ ...good, logprobs: [-1, -2] }], /has no "logprobs"/],
      [[{ ...good, logprobs: [0.5] }], /has no "logprobs".*none above 0/],
      [[{ ...good, logprobs: [null] }], /has no "logprobs"/],
      [[{ ...good, text: 3 }], /has a "text" that is no text/],
    ] as const) {
      assert.throws(
        () => parseNumbers('n.json', json),
        (error: Error) => error instanceof UnsupportedModelError && message.test(error.message),
      );
    }
  });
});
