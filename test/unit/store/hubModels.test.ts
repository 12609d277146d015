import assert from 'node:assert/strict';
import { join } from 'node:path';
import { LocalEngine } from '../../../src/engine/localEngine';
import { compileModel } from '../../../src/gpt2/compileModel';
import { type Gpt2Config, parseConfig } from '../../../src/gpt2/config';
import { writeSafetensors } from '../../../src/gpt2/files/safetensors';
import { expectedShapes } from '../../../src/gpt2/weights';
import type { InstalledModel } from '../../../src/store/installedModels';
import { ModelStore } from '../../../src/store/store';
import { useTemporaryFolder } from '../../support/content';
import { HubServer } from '../../support/hubServer';
import { randomWeights } from '../../support/randomModel';
import { maxDifference, referenceForward } from '../../support/reference';
import { tinyTokenizer } from '../../support/tinyTokenizer';

const repo = 'autorin/gpt2-klein';
const TEXT = 'Der Mähdrescher und ich';
const own = tinyTokenizer();

type Json = Readonly<Record<string, unknown>>;

/** What a repository's `config.json` says, before what the test is about. */
const BASE = { model_type: 'gpt2', vocab_size: own.size, n_positions: 64, n_embd: 32, n_layer: 2, n_head: 2 };

/** Traps of real repositories on the hub: where a reader that trusts too much gets other numbers, without a word. */
describe('models as they lie on the hub', () => {
  const folder = useTemporaryFolder();
  let server: HubServer;
  beforeEach(async () => {
    server = await HubServer.start();
  });
  afterEach(() => server.stop());

  const install = () =>
    new ModelStore({
      root: join(folder(), 'store'),
      hub: { endpoint: server.endpoint },
      retry: { backoffMs: 1 },
      calibrate: async () => undefined,
      compile: compileModel,
      openEngine: (path) => LocalEngine.open(path),
    }).install(repo, { precision: 'fp32' });

  /** Puts a model into the repository. Tensors of the weights may be renamed, changed and joined by others. */
  function offer(
    json: Json,
    files: Readonly<Record<string, Buffer>> = own.pair,
    change: (tensors: Map<string, Float32Array>) => Iterable<readonly [string, Float32Array]> = (tensors) => tensors,
  ): { readonly config: Gpt2Config; readonly weights: Map<string, Float32Array> } {
    const raw = { ...BASE, ...json };
    const config = parseConfig(raw);
    const weights = randomWeights(config, 7);
    const shapes = expectedShapes(config);
    const tensors = [...change(weights)].map(([name, data]) => {
      const named = name.replace(/^transformer\./, '').replace('lm_head.', 'wte.');
      const shape = shapes.get(named) ?? [data.length];
      return { name, shape, data };
    });
    server.add(repo, 'config.json', Buffer.from(JSON.stringify(raw)));
    server.add(repo, 'model.safetensors', Buffer.from(writeSafetensors(tensors)));
    for (const [name, content] of Object.entries(files)) {
      server.add(repo, name, content);
    }
    return { config, weights };
  }

  /** The engine over an installed model. */
  async function using<T>({ folder }: InstalledModel, work: (engine: LocalEngine) => Promise<T>): Promise<T> {
    const engine = await LocalEngine.open(folder);
    try {
      return await work(engine);
    } finally {
      await engine.dispose();
    }
  }

  /** Installs what was offered; its logits have to be those of a forward pass in float64. */
  async function assertRight({ config, weights }: ReturnType<typeof offer>): Promise<InstalledModel> {
    const installed = await install();
    await using(installed, async (engine) => {
      const ids = (await engine.tokenizer()).encode(TEXT);
      const logits = await engine.logits({ text: TEXT });
      const expected = referenceForward(weights, config, ids).logits.at(-1) ?? [];
      assert.ok(maxDifference(logits, expected) < 1e-4);
    });
    return installed;
  }

  it('says of a network that answers with its own page that it wants a sign-in', async () => {
    offer({});
    server.add(repo, 'config.json', Buffer.from('\n<!DOCTYPE html><html><body>Please sign in</body></html>'));
    await assert.rejects(install(), { code: 'network', message: /a web page instead of a file.*in a browser/ });
  });

  it('1: the head is the embedding, or a matrix of its own, as the config says (GerPT2)', async () => {
    const untied = offer({ tie_word_embeddings: false });
    assert.ok(untied.weights.has('lm_head.weight'));
    await assertRight(untied);
    // A copy of the embedding that is stored beside it (DialoGPT, the first safetensors of gpt2).
    await assertRight(
      offer({}, own.pair, (tensors) => [
        ...tensors,
        ['lm_head.weight', tensors.get('wte.weight') ?? new Float32Array()] as const,
      ]),
    );
    offer({ tie_word_embeddings: false }, own.pair, (tensors) =>
      [...tensors].filter(([name]) => name !== 'lm_head.weight'),
    );
    await assert.rejects(install(), { code: 'unsupported', message: /lm_head\.weight/ });
  });

  it('2: each activation by its own formula, unknown ones refused (gelu_fast: sdadas; gelu: goldfish)', async () => {
    for (const name of ['gelu_fast', 'gelu', 'relu', 'gelu_new']) {
      await assertRight(offer({ activation_function: name }));
    }
    server.add(repo, 'config.json', Buffer.from(JSON.stringify({ ...BASE, activation_function: 'my_gelu' })));
    await assert.rejects(install(), { code: 'unsupported', message: /my_gelu/ });
  });

  it('3: epsilon, context and inner width are the config’s (GPT-2 BNE: 1e-6 and 512; Polish: 2048 without n_ctx)', async () => {
    await assertRight(offer({ layer_norm_epsilon: 1e-6, n_positions: 32, n_ctx: 32, n_inner: 40 }));
    await assertRight(offer({ layer_norm_epsilon: 1e-2, n_inner: null }));
    const { manifest } = await assertRight(offer({ n_positions: 96 }));
    assert.equal(manifest.config.n_positions, 96);
  });

  it('4: a special token beyond the embedding is never fed nor written (german-gpt2)', async () => {
    const { single, size } = tinyTokenizer({ added: ['<|endoftext|>'] });
    await assertRight(offer({ eos_token_id: size, bos_token_id: size }, single));
    await using(await install(), async (engine) => {
      assert.ok((await engine.tokenizer()).start.every((id) => id < size));
      const config = { maxNewTokens: 20 };
      assert.ok((await engine.generate({ text: `${TEXT}<|endoftext|>`, config })).ids.every((id) => id < size));
    });
  });

  it('4: the end of a text is what the tokenizer calls so, not token 50,256', async () => {
    const { single } = tinyTokenizer({ first: ['<s>', '<pad>', '</s>'], added: [] });
    const config = { vocab_size: own.size + 3, bos_token_id: 0, eos_token_id: 2 };
    const files = { ...single, 'special_tokens_map.json': Buffer.from('{"eos_token":"</s>","bos_token":"<s>"}') };
    await assertRight(offer(config, files));
    await using(await install(), async (engine) => {
      assert.equal((await engine.tokenizer()).endOfText, 2);
    });
  });

  it('4: each of several tokens ends a text, as in transformers', async () => {
    const { single } = tinyTokenizer({ first: ['<s>', '<pad>', '</s>'] });
    const written = async (json: Json) => {
      offer({ vocab_size: own.size + 3, ...json }, single);
      return using(await install(), async (engine) => {
        const { ids } = await engine.generate({ text: TEXT, config: { maxNewTokens: 5 } });
        return ids;
      });
    };
    const [first, ...more] = await written({ eos_token_id: 2 });
    assert.equal(more.length, 4);
    assert.deepEqual(await written({ eos_token_id: [2, first] }), [first]);
  });

  it('5: more rows than the tokenizer has tokens (50,258 to 50,304): they are never written', async () => {
    const rows = own.size + 13;
    const offered = offer({ vocab_size: rows });
    // Padding that a training left at random is the likeliest of all.
    offered.weights.get('wte.weight')?.fill(3, own.size * 32);
    server.add(
      repo,
      'model.safetensors',
      Buffer.from(
        writeSafetensors(
          [...offered.weights].map(([name, data]) => ({
            name,
            shape: expectedShapes(offered.config).get(name) ?? [],
            data,
          })),
        ),
      ),
    );
    await using(await install(), async (engine) => {
      const { ids } = await engine.generate({ text: TEXT, config: { maxNewTokens: 30, doSample: true, seed: 1 } });
      assert.ok(ids.every((id) => id < own.size));
    });
  });

  it('6 and 7: attention masks are left aside, and names may begin with transformer.', async () => {
    await assertRight(
      offer({}, own.pair, (tensors) => [
        ...[...tensors].map(([name, data]) => [`transformer.${name}`, data] as const),
        ['transformer.h.0.attn.bias', new Float32Array(64 * 64)] as const,
        ['transformer.h.0.attn.masked_bias', new Float32Array(1).fill(-1e4)] as const,
      ]),
    );
  });

  it('8: a space is put before a text where the tokenizer says so, and not elsewhere', async () => {
    const first = async (files: Readonly<Record<string, Buffer>>) => {
      await assertRight(offer({}, files));
      return using(await install(), async (engine) => (await engine.tokenizer()).tokenize('und')[0]);
    };
    const says = (value: boolean) => ({
      'tokenizer_config.json': Buffer.from(JSON.stringify({ add_prefix_space: value })),
    });
    const plain = await first({ ...own.pair, ...says(false) });
    const spaced = await first({ ...own.pair, ...says(true) });
    assert.notEqual(plain.id, spaced.id);
  });

  it('reads tokenizer.json as it reads vocab.json with merges.txt', async () => {
    await assertRight(offer({}, own.single));
  });

  it('refuses a model that writes backwards, without asking for anything', async () => {
    const store = new ModelStore({
      root: join(folder(), 'store'),
      hub: { endpoint: server.endpoint },
      calibrate: async () => undefined,
      compile: compileModel,
      openEngine: (path) => LocalEngine.open(path),
    });
    await assert.rejects(store.install('okazaki-lab/japanese-reversed-gpt2-medium-unidic'), {
      code: 'unsupported',
      message: /trained on reversed text/,
    });
    assert.equal(server.requests.length, 0);
  });

  for (const [file, what] of [
    ['spiece.model', /cut by SentencePiece \(spiece\.model\).*byte-level BPE only/],
    ['vocab.txt', /cut by WordPiece \(vocab\.txt\)/],
  ] as const) {
    it(`refuses a text that is cut in another way, before the weights travel (${file})`, async () => {
      offer({}, { [file]: Buffer.from('x') });
      await assert.rejects(install(), { code: 'unsupported', message: what });
      assert.equal(server.transfers().length, 0);
    });

    it(`refuses it with the settings and special tokens of a tokenizer beside it, too (${file})`, async () => {
      const beside = { 'tokenizer_config.json': Buffer.from('{}'), 'special_tokens_map.json': Buffer.from('{}') };
      offer({}, { [file]: Buffer.from('x'), ...beside });
      await assert.rejects(install(), { code: 'unsupported', message: what });
      assert.equal(server.transfers().length, 0);
    });
  }
});
