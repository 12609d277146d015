import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTokenizer, TokenizerError } from '../../../../../src/core/tokenizer';
import * as gpt2 from '../../../../support/gpt2';
import { merges } from '../../../../support/gpt2';

type Tree = Record<string, unknown> & { model: Record<string, unknown>; added_tokens: object[] };

const FIXTURES = join(__dirname, '../../../../data/formats/tokenizers');
const german = () => JSON.parse(readFileSync(join(FIXTURES, 'german/tokenizer.json'), 'utf8')) as Tree;
const read = (tree: unknown, options = {}, files = {}) =>
  readTokenizer({ 'tokenizer.json': JSON.stringify(tree), ...files }, options);
const changed = (change: (tree: Tree) => void): Tree => {
  const tree = german();
  change(tree);
  return tree;
};

describe("a model's own tokenizer", () => {
  it('is GPT-2, read from vocab.json and merges.txt', () => {
    const vocab = Object.fromEntries(Array.from({ length: gpt2.END_OF_TEXT }, (_, id) => [gpt2.display(id), id]));
    const own = readTokenizer({ 'vocab.json': JSON.stringify(vocab), 'merges.txt': merges().join('\n') });
    const text = 'Tokenization of “prose”, don’t you think?\n\n  漢字 👩‍👩‍👧 1234';
    assert.deepEqual(own.tokenize(text), gpt2.tokenize(text));
    assert.deepEqual(own.tokensWithPrefix(Buffer.from(' wor')), gpt2.tokensWithPrefix(Buffer.from(' wor')));
    assert.deepEqual(
      own.tokensThatArePrefixOf(Buffer.from(' world')),
      gpt2.tokensThatArePrefixOf(Buffer.from(' world')),
    );
  });

  it('knows the tokens that text is made of by their beginnings, and no marks among them', () => {
    const tokenizer = read(german());
    const found = tokenizer.tokensWithPrefix(new Uint8Array()).map((id) => tokenizer.display(id));
    assert.ok(found.includes('Ġ'));
    assert.ok(!found.some((token) => ['<s>', '</s>', '<unk>', '<|endoftext|>'].includes(token)));
    assert.equal(new Set(found).size, found.length);
  });

  it('is cut to the tokens that the model has: added ones beyond are text, ordinary ones beyond are refused', () => {
    const padded = changed(({ added_tokens }) => {
      added_tokens.push({ id: 380, content: '[PAD]', special: true, normalized: false });
    });
    assert.deepEqual(read(padded).encode('[PAD]'), [380]);
    assert.ok(!read(padded, { rows: 380 }).encode('[PAD]').includes(380));
    assert.equal(read(padded, { rows: 380 }).size, 380);
    assert.throws(() => read(german(), { rows: 300 }), /only 300 tokens/);
  });

  it('puts nothing before a prompt that the model does not know, and refuses what is no token', () => {
    const opened = (id: number) =>
      changed((tree) => {
        tree.added_tokens.push({ id: 380, content: '[BOS]', special: true, normalized: false });
        tree.post_processor = {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: '[BOS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
          special_tokens: { '[BOS]': { id: '[BOS]', ids: [id], tokens: ['[BOS]'] } },
        };
      });
    assert.deepEqual(read(opened(380)).opening, [380]);
    assert.deepEqual(read(opened(380), { rows: 380 }).opening, []);
    assert.throws(() => read(opened(381)), /"#381" has the id 381, which is no id of a token/);
  });

  it('ends a text with the token that its files name, or the config, if that marks something', () => {
    const files = { 'special_tokens_map.json': '{"eos_token":{"content":"</s>"}}' };
    assert.equal(read(german(), { endOfText: 2 }, files).endOfText, 1);
    assert.equal(read(german(), { endOfText: 2 }).endOfText, 2);
    // An ordinary token, as 50256 is in vocabularies of another language.
    assert.equal(read(german(), { endOfText: 370 }).endOfText, 3);
    const none = changed((tree) => {
      tree.added_tokens = [];
      const vocab = tree.model.vocab as Record<string, number>;
      delete vocab['<|endoftext|>'];
    });
    const tokenizer = read(none);
    assert.equal(tokenizer.endOfText, undefined);
    assert.equal(tokenizer.start.length, 1);
    assert.deepEqual(tokenizer.gaps, [3]);
    assert.throws(() => tokenizer.decode([3]), RangeError);
  });

  it('puts nothing after a prompt, and before it only what the template puts first', () => {
    const tokenizer = readTokenizer({
      'tokenizer.json': readFileSync(join(FIXTURES, 'template/tokenizer.json'), 'utf8'),
    });
    assert.deepEqual(tokenizer.opening, [0]);
    assert.deepEqual(tokenizer.start, [0]);
    assert.ok(!tokenizer.encode('Am Morgen').includes(1));
    assert.deepEqual(tokenizer.encode('Am Morgen', { template: true }), [0, ...tokenizer.encode('Am Morgen'), 1]);
  });

  // The ids of the next three are those of tokenizers 0.20.3.
  it('puts around a text what several post-processors put, each around the rows of the one before', () => {
    const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
    const row = (id: string) => ({ Sequence: { id, type_id: 0 } });
    const specialTokens = { '<s>': { id: '<s>', ids: [0] }, '</s>': { id: '</s>', ids: [1] } };
    const template = (single: object[], pair: object[]) => ({
      type: 'TemplateProcessing',
      single,
      pair,
      special_tokens: specialTokens,
    });
    const first = template([token('<s>'), row('A')], [row('A'), row('B')]);
    const split = template([token('<s>'), row('A')], [row('A'), token('</s>'), row('B')]);
    const [bert, roberta] = ['Bert', 'Roberta'].map((name) => {
      return { type: `${name}Processing`, cls: ['</s>', 1], sep: ['<s>', 0] };
    });
    for (const [processors, ids] of [
      [
        [first, split],
        [0, 1, 91],
      ],
      [
        [first, bert],
        [1, 0, 0, 91, 0],
      ],
      [
        [first, roberta],
        [1, 0, 0, 0, 91, 0],
      ],
      [
        [bert, first],
        [0, 1, 91, 0],
      ],
    ] as const) {
      const tree = changed((tree) => Object.assign(tree, { post_processor: { type: 'Sequence', processors } }));
      assert.deepEqual(read(tree).encode('x', { template: true }), ids);
    }
  });

  it('drops an added token whose white space the one before it has taken along', () => {
    const tree = changed(({ added_tokens }) => {
      added_tokens.push({ id: 380, content: '<r>', rstrip: true, normalized: false });
      added_tokens.push({ id: 381, content: '  ', lstrip: true, normalized: false });
      added_tokens.push({ id: 382, content: '\n', normalized: false });
    });
    const ids = ['<r>  ', '<r> x', '<r>\n', '  <r>'].map((text) => read(tree).encode(text));
    assert.deepEqual(ids, [[380], [380, 91], [380, 382], [381, 380]]);
  });

  it('takes of added tokens that normalizing makes one the first special one, and refuses one that it leaves nothing of', () => {
    const tree = (special: boolean) =>
      changed((tree) => {
        tree.normalizer = { type: 'Lowercase' };
        for (const [i, content] of ['abc', 'ABC', 'aBC'].entries()) {
          tree.added_tokens.push({ id: 380 + i, content, normalized: true, special: special && i === 2 });
        }
      });
    assert.deepEqual([read(tree(true)).encode('Abc'), read(tree(false)).encode('Abc')], [[382], [380]]);
    const stripped = changed((tree) => {
      tree.normalizer = { type: 'Strip', strip_left: true, strip_right: true };
      tree.added_tokens.push({ id: 380, content: '  ', normalized: true });
    });
    assert.throws(() => read(stripped), /Nothing is left of the added token " {2}"/);
  });

  it('reads add_prefix_space of tokenizer_config.json, as transformers does', () => {
    const spaced = read(german(), {}, { 'tokenizer_config.json': '{"add_prefix_space":true}' });
    assert.deepEqual(spaced.encode('Morgen'), read(german()).encode(' Morgen'));
    assert.deepEqual(
      spaced.tokenize('"Morgen').map(({ utf16 }) => utf16)[0],
      spaced.tokenize('"Morgen')[0].display === 'Ġ' ? [0, 0] : [0, 1],
    );
  });

  it('puts no space first where tokenizer_config.json names the class of GPT-2 or none, and says nothing of a space', () => {
    const tree = changed((json) => Object.assign(json.pre_tokenizer as object, { add_prefix_space: true }));
    const beside = (config: object) => read(tree, {}, { 'tokenizer_config.json': JSON.stringify(config) });
    const ofClass = (name: string) => beside({ tokenizer_class: name });
    assert.deepEqual(ofClass('GPT2Tokenizer').encode('Morgen'), read(german()).encode('Morgen'));
    assert.deepEqual(beside({ model_max_length: 1024 }).encode('Morgen'), read(german()).encode('Morgen'));
    assert.deepEqual(ofClass('PreTrainedTokenizerFast').encode('Morgen'), read(german()).encode(' Morgen'));
    assert.deepEqual(read(tree).encode('Morgen'), read(german()).encode(' Morgen'));
  });

  describe('with added tokens', () => {
    const mask = { id: 380, content: '<mask>', lstrip: false, special: false, normalized: false };
    const tree = (...more: object[]) => changed(({ added_tokens }) => added_tokens.push(mask, ...more));
    const config = (value: object) => ({ 'tokenizer_config.json': JSON.stringify(value) });
    const withoutMask = (text: string) => read(german()).encode(text);

    it('takes of one that is there twice what is said last, as tokenizers does', () => {
      const own = read(tree({ ...mask, id: 1000, lstrip: true }));
      assert.deepEqual(own.encode('Tor <mask>'), [...withoutMask('Tor'), 380]);
    });

    it('takes what tokenizer_config.json says of one, and leaves a special one special', () => {
      const own = read(
        tree(),
        {},
        config({ added_tokens_decoder: { 380: { ...mask, lstrip: true }, 1: { content: '</s>', rstrip: true } } }),
      );
      assert.deepEqual(own.encode('Tor <mask>'), [...withoutMask('Tor'), 380]);
      assert.deepEqual(own.encode('</s> Tor'), [1, ...withoutMask('Tor')]);
      assert.ok(own.isSpecial(1));
    });

    it('adds those that added_tokens.json and the named ones have besides, unless the config has a list', () => {
      const files = { 'added_tokens.json': '{"<new>":381}', 'special_tokens_map.json': '{"pad_token":"<pad>"}' };
      const own = read(tree(), {}, files);
      assert.deepEqual(own.encode('<new><pad>'), [381, 382]);
      assert.ok(own.isSpecial(382) && !own.isSpecial(381));
      const whole = read(tree(), {}, { ...files, ...config({ added_tokens_decoder: {}, eos_token: '<eos>' }) });
      assert.deepEqual(whole.encode('<new><pad>'), withoutMask('<new><pad>'));
      assert.deepEqual(whole.encode('<eos>'), [381]);
    });

    it('marks <|endoftext|> where nothing else is named, as the class of GPT-2 does', () => {
      const { model } = german();
      const [vocab, lines] = [model.vocab, (model.merges as string[][]).map((pair) => pair.join(' '))];
      const pair = (value: object) =>
        readTokenizer({ 'vocab.json': JSON.stringify(vocab), 'merges.txt': lines.join('\n'), ...config(value) });
      const end = pair({}).encode('<|endoftext|>');
      assert.equal(end.length, 1);
      assert.ok(pair({}).isSpecial(end[0]));
      assert.deepEqual(pair({ add_bos_token: true }).opening, end);
      const named = { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' };
      assert.notEqual(pair(named).encode('<|endoftext|>').length, 1);
      assert.notEqual(pair({ tokenizer_class: 'PreTrainedTokenizerFast' }).encode('<|endoftext|>').length, 1);
    });
  });

  const refused: Record<string, [unknown, RegExp]> = {
    'a list': [[], /not an object/],
    'another version': [changed((tree) => Object.assign(tree, { version: '2.0' })), /version/],
    'no model': [changed((tree) => Object.assign(tree, { model: null })), /no model/],
    'SentencePiece’s Unigram': [changed(({ model }) => Object.assign(model, { type: 'Unigram' })), /Unigram/],
    'an id that is none': [
      changed(({ model }) => Object.assign(model.vocab as object, { Zz: 1.5 })),
      /"Zz" has the id 1\.5/,
    ],
    'an id beyond all models': [
      changed(({ model }) => Object.assign(model.vocab as object, { Zz: 2 ** 32 - 1 })),
      /"Zz"/,
    ],
    'an id twice': [changed(({ model }) => Object.assign(model.vocab as object, { Zz: 300 })), /same id, 300/],
    'a merge of three': [changed(({ model }) => (model.merges as unknown[]).push('a b c')), /merge "a b c"/],
    'a normalizer that nobody knows': [changed((tree) => Object.assign(tree, { normalizer: { type: 'Nmt' } })), /Nmt/],
    'no pre-tokenizer': [changed((tree) => Object.assign(tree, { pre_tokenizer: null })), /no pre-tokenizer/],
    'no decoder': [changed((tree) => Object.assign(tree, { decoder: null })), /decoder/],
    'a post-processor that nobody knows': [
      changed((tree) => Object.assign(tree, { post_processor: { type: 'X' } })),
      /"X"/,
    ],
    'a template without the text': [
      changed((tree) =>
        Object.assign(tree, { post_processor: { type: 'TemplateProcessing', single: [], special_tokens: {} } }),
      ),
      /does not hold the text once/,
    ],
  };
  for (const [what, [tree, message]] of Object.entries(refused)) {
    it(`is refused by name for ${what}`, () => {
      assert.throws(
        () => read(tree),
        (error) => error instanceof TokenizerError && message.test(error.message),
      );
    });
  }

  it('is refused, quickly, when it is nested without end', () => {
    const deep = (inner: string, depth: number) =>
      `${`{"type":"Sequence","${inner}":[`.repeat(depth)}${']}'.repeat(depth)}`;
    const text = JSON.stringify(german());
    for (const [key, inner] of [
      ['normalizer', 'normalizers'],
      ['pre_tokenizer', 'pretokenizers'],
      ['post_processor', 'processors'],
    ]) {
      const nested = text.replace(new RegExp(`"${key}":(\\{[^}]*\\}|null)`), `"${key}":${deep(inner, 50_000)}`);
      assert.notEqual(nested, text);
      assert.throws(() => readTokenizer({ 'tokenizer.json': nested }), TokenizerError, key);
    }
    assert.throws(() => readTokenizer({ 'tokenizer.json': '['.repeat(1_000_000) }), TokenizerError);
  });

  it('takes names that objects have of their own for tokens like any other', () => {
    const tree = JSON.stringify(german()).replace('"vocab":{', '"vocab":{"__proto__":380,"constructor":381,');
    assert.equal(readTokenizer({ 'tokenizer.json': tree }).tokenText(380), '__proto__');
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it('says what is missing', () => {
    assert.throws(() => readTokenizer({}), /no tokenizer\.json/);
    assert.throws(() => readTokenizer({ 'vocab.json': '{}' }), /no merges\.txt/);
    assert.throws(() => readTokenizer({ 'vocab.json': '{"a":', 'merges.txt': '' }), /vocab\.json is not JSON/);
    assert.throws(
      () => readTokenizer({ 'vocab.json': '{}', 'merges.txt': '#version: 0.2\na b c' }),
      /merges\.txt, line 2/,
    );
  });
});
