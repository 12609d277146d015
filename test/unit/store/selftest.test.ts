import assert from 'node:assert/strict';
import type { LogitsRequest, Precision, ScoredToken } from '../../../src/engine/api';
import { type CatalogueModel, catalogue, findInCatalogue } from '../../../src/store/catalogue';
import { languageOf, paragraphs } from '../../../src/store/selftest/paragraphs';
import { references } from '../../../src/store/selftest/references';
import { requireSelfTest, selfTest, type TestedModel } from '../../../src/store/selftest/selftest';
import { encode } from '../../support/gpt2';

const vocabulary = 50_257;
const gpt2 = references['openai-community/gpt2'];

/** A model that says what has been published, plus `error` nats of its own, and is as surprised by prose as told. */
function published({ error = 0, perplexity = 30 } = {}): TestedModel {
  const tables = new Map(gpt2.tables.map((table) => [`${table.bos} ${table.text}`, table]));
  return {
    async logits({ text, bos = false }: LogitsRequest) {
      const logits = new Float32Array(vocabulary).fill(Math.log(1e-7));
      const known = tables.get(`${bos} ${text}`);
      const table =
        known?.expected ??
        gpt2.greedy.flatMap(({ tokens, ids, prompt }) => {
          const next = ids.findIndex((_, i) => i >= prompt && tokens.slice(0, i).join('') === text);
          return next < 0 ? [] : [[ids[next], tokens[next], 0.5] as const];
        });
      let rest = 1;
      table.forEach(([id, , p], i) => {
        logits[id] = Math.log(p) + (i % 2 === 0 ? error : -error);
        rest -= p;
      });
      // What is left of the probability lies on tokens nobody asks about, none of them large.
      const fill = Math.log(rest / 1000);
      for (let id = 30_000; id < 31_000; id++) {
        logits[id] = fill;
      }
      return logits;
    },
    async score({ text }) {
      return encode(text).map((id) => ({ id, logprob: -Math.log(perplexity) }) as ScoredToken);
    },
  };
}

const entry = (id: string) => findInCatalogue(id) as CatalogueModel;
const asGpt2 = (precision: Precision) => ({ name: 'GPT-2', precision, known: entry('gpt2') });

describe('the self-test', () => {
  it('knows the founding example, among real tables', () => {
    const founding = gpt2.tables.find(({ text }) => text === 'The weather today is');
    assert.deepEqual(founding?.expected, [
      [845, ' very', 0.043],
      [922, ' good', 0.032],
      [2495, ' pretty', 0.031],
    ]);
    assert.ok(gpt2.tables.length >= 5);
    for (const { greedy, tables } of Object.values(references)) {
      for (const { tokens, ids } of greedy) {
        assert.deepEqual(encode(tokens.join('')), ids);
      }
      for (const [id, token] of tables.flatMap(({ expected }) => expected)) {
        assert.deepEqual(encode(token), [id]);
      }
    }
  });

  it('accepts the published outputs in every precision', async () => {
    for (const precision of ['fp32', 'q8', 'q4'] as const) {
      const checks = await selfTest(published(), asGpt2(precision));
      assert.deepEqual(
        checks.filter(({ passed }) => !passed),
        [],
      );
      assert.equal(checks.length, 1 + gpt2.tables.length + gpt2.greedy.length);
    }
  });

  it('allows each precision its own deviation and no more', async () => {
    const passes = (error: number, precision: Precision) =>
      requireSelfTest(published({ error }), asGpt2(precision)).then(
        () => true,
        () => false,
      );
    assert.deepEqual(
      await Promise.all([
        passes(0.05, 'fp32'),
        passes(0.05, 'q8'),
        passes(0.4, 'q8'),
        passes(0.4, 'q4'),
        passes(1, 'q4'),
      ]),
      [false, true, false, true, false],
    );
  });

  it('sees a token that nobody has published in the first place', async () => {
    const model = published();
    const usurped: TestedModel = {
      ...model,
      async logits(request) {
        const logits = await model.logits(request);
        logits[42] = Math.log(0.3);
        return logits;
      },
    };
    await assert.rejects(requireSelfTest(usurped, asGpt2('q8')), {
      code: 'self-test',
      message: /The weather today is/,
    });
  });

  it('refuses NaN, and prose that surprises at every word, of any model', async () => {
    const model = published();
    const nan: TestedModel = { ...model, logits: async () => new Float32Array(vocabulary).fill(Number.NaN) };
    const unknown = { name: 'Mine', precision: 'q8' } as const;
    await assert.rejects(requireSelfTest(nan, unknown), { message: /logit of token 0 is NaN/ });
    await assert.rejects(requireSelfTest(published({ perplexity: 5000 }), unknown), { message: /perplexity/ });
    await requireSelfTest(published({ perplexity: 300 }), unknown);
    await assert.rejects(requireSelfTest(published({ perplexity: 300 }), { ...unknown, known: entry('gpt2-xl') }));
  });

  /** A model that knows one language. */
  const speaking = (language: keyof typeof paragraphs, perplexity: number): TestedModel => ({
    ...published(),
    score: async ({ text }) => {
      const surprise = text === paragraphs[language] ? perplexity : 40_000;
      return encode(text).map((id) => ({ id, logprob: -Math.log(surprise) }) as ScoredToken);
    },
  });

  it('tests a model of another language with prose of that language', async () => {
    for (const known of catalogue.filter(({ kind }) => kind === undefined)) {
      assert.ok(languageOf(known.language), known.id);
    }
    const german = { name: 'GerPT2', precision: 'fp32', known: entry('benjamin/gerpt2'), ownTokens: 50_257 } as const;
    await requireSelfTest(speaking('German', 40), german);
    await assert.rejects(requireSelfTest(speaking('English', 40), german), { message: /perplexity/ });
  });

  it('takes a model whose language nobody has told, if it does far better than chance in one that is known', async () => {
    const unknown = { name: 'Mine', precision: 'q8', ownTokens: 50_257 } as const;
    await requireSelfTest(speaking('Turkish', 60), unknown);
    await requireSelfTest(speaking('Spanish', 9000), unknown);
    await assert.rejects(requireSelfTest(speaking('Spanish', 30_000), unknown), { message: /perplexity/ });
  });

  it('takes a model of another language that was trained on GPT-2’s own tokens', async () => {
    const unknown = { name: 'Mine', precision: 'q8' } as const;
    await requireSelfTest(speaking('German', 300), unknown);
    await assert.rejects(requireSelfTest(speaking('German', 5000), unknown), { message: /perplexity/ });
    // Cyrillic is mostly single bytes to GPT-2's tokenizer, and those are easy with any tokenizer.
    await assert.rejects(requireSelfTest(speaking('Russian', 300), unknown), { message: /perplexity/ });
  });

  it('tests with paragraphs of ordinary length', () => {
    for (const [language, paragraph] of Object.entries(paragraphs)) {
      assert.ok(encode(paragraph).length > 60, language);
      assert.ok(paragraph.length > 200 && paragraph.length < 450, language);
    }
  });
});
