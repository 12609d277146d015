import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onnx } from 'onnx-proto';
import { measurePerplexity } from '../../../src/cli/commands/perplexity';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { CachedModel } from '../../../src/engine/cachedModel';
import { KvCache } from '../../../src/engine/kvCache';
import { loadRuntime } from '../../../src/engine/runtime';
import { Session } from '../../../src/engine/session';
import {
  type Manifest,
  READING_GRAPH,
  readManifest,
  removeReadingGraph,
  requireUndamaged,
  STEP_GRAPH,
} from '../../../src/gpt2/compiledModel';
import { compileModel } from '../../../src/gpt2/compileModel';
import { attentionScale, type Gpt2Config } from '../../../src/gpt2/config';
import { readOwnGraph } from '../../../src/gpt2/graphFile';
import { columnsSize, loadColumns } from '../../../src/gpt2/loadColumns';
import { COLUMNS } from '../../../src/gpt2/readingGraph';
import { random, randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../support/randomModel';
import { maxDifference, referenceForward } from '../../support/reference';

describe('reading many tokens at once', () => {
  let folder: string;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const compiled = async (change: Partial<Gpt2Config>, seed: number) => {
    const config = tinyConfig({ n_positions: 128, vocab_size: 500, ...change });
    const weights = randomWeights(config, seed);
    const source = join(folder, `source-${seed}`);
    const to = join(folder, `compiled-${seed}`);
    await writeModel(source, config, weights);
    await compileModel(source, to, 'q8');
    return { config, weights, to };
  };

  const text = ({ vocab_size }: Gpt2Config, length: number) => {
    const next = random(9);
    return Array.from({ length }, () => Math.floor(next() * vocab_size));
  };

  const shapes: Record<string, Partial<Gpt2Config>> = {
    'two layers, two heads': {},
    'one layer, of which keys and values are all': { n_layer: 1 },
    'scores scaled by layer, another epsilon': { scale_attn_by_inverse_layer_idx: true, layer_norm_epsilon: 1e-3 },
    'exact gelu, odd MLP': { n_embd: 48, n_inner: 100, n_layer: 3, activation_function: 'gelu' },
    prelu: { n_embd: 64, n_head: 8, activation_function: 'prelu' },
  };
  for (const [index, [name, change]] of Object.entries(shapes).entries()) {
    it(`is GPT-2, to 1e-4, where its products are exact: ${name}`, async () => {
      const { config, weights, to } = await compiled(change, index + 1);
      const exact = await openExact(to, config, weights);
      const ids = text(config, 100);
      const expected = keysAndValues(weights, config, ids);
      const found = await exact([ids.slice(0, 37), ids.slice(37, 38), ids.slice(38)]);
      for (const [i, tensor] of found.entries()) assert.ok(maxDifference(tensor, expected[i]) < 1e-4);
    });
  }

  it('has no part in a figure that is to be the same each time', async () => {
    const { config, to } = await compiled({ vocab_size: 50257 }, 22);
    const ids = text(config, 300);
    const session = await Session.open(to, config, { threads: 1 });
    const model = new CachedModel(session, gpt2Tokenizer());
    const first = await measurePerplexity(model, ids);
    // What was read at the pace of the machine is not gone by.
    await model.forward([ids.slice(0, 100)]);
    assert.deepEqual(await measurePerplexity(model, ids), first);
    assert.ok(session.canRead);
    session.read = () => assert.fail('this was read at the pace of the machine');
    assert.deepEqual(
      await measurePerplexity(model, ids.toReversed()),
      await measurePerplexity(model, ids.toReversed()),
    );
    await session.close();
  });

  it('changes nothing for who promises the same answer to the same text, alone or in a batch', async () => {
    const { config, to } = await compiled({ n_layer: 3 }, 21);
    const ids = text(config, 110);
    const rows = [ids, [...ids.slice(0, -1), ids[0]]];
    const answers = async (readBefore: boolean) => {
      const model = new CachedModel(await Session.open(to, config, { threads: 1 }), gpt2Tokenizer());
      if (readBefore) {
        for (let length = 1; length < 20; length++) await model.forward([ids.slice(0, length)]);
        await model.forward([ids.slice(0, 90)]);
        await model.forward(rows);
      }
      const found = [...(await model.repeatable().forward([ids])), ...(await model.repeatable().forward(rows))];
      await model.exclusively(0, undefined, (session) => session.close());
      return found.map(({ logits }) => logits);
    };
    const [fresh, afterReading] = [await answers(false), await answers(true)];
    assert.deepEqual(afterReading, fresh);
  });

  it('leaves the model ready for the next token, near the reference at 8 bits', async () => {
    const { config, weights, to } = await compiled({ n_layer: 3 }, 20);
    const session = await Session.open(to, config, { threads: 1 });
    const model = new CachedModel(session, gpt2Tokenizer());
    const ids = text(config, 110);
    for (const length of [60, 61, 110]) {
      const [{ logits }] = await model.forward([ids.slice(0, length)]);
      const expected = Array.from(referenceForward(weights, config, ids.slice(0, length)).logits.at(-1) ?? []);
      const spread = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0) / expected.length);
      const error = Math.sqrt(expected.reduce((sum, x, i) => sum + (x - logits[i]) ** 2, 0) / 500);
      assert.ok(error / spread < 0.06, `errs by ${error / spread}`);
    }
    assert.deepEqual(
      { runs: session.work.runs, fed: session.work.tokensFed },
      { runs: 5, fed: 110 },
      'read 59, step 1; step 1; read 48, step 1',
    );
    await session.close();
  });

  it('keeps no hidden states, so whoever asks for them has the text read by steps', async () => {
    const { config, weights, to } = await compiled({ n_layer: 3 }, 21);
    const session = await Session.open(to, config, { threads: 1 });
    const model = new CachedModel(session, gpt2Tokenizer());
    const ids = text(config, 60);
    await model.forward([ids]);
    const fed = session.work.tokensFed;
    const [{ hidden }] = await model.forward([ids], { hidden: true });
    assert.equal(session.work.tokensFed - fed, 60);
    assert.equal(hidden?.values.length, 60 * config.n_embd);
    const { residual } = referenceForward(weights, config, ids);
    assert.equal(residual.at(-1)?.length, hidden?.count);
    await model.forward([ids, ids.map((id) => (id + 1) % 500)], { hidden: true });
    await model.forward([[...ids, 3]], { hidden: true });
    assert.equal(session.work.tokensFed - fed, 60 + 2 * 60 + 1, 'states that are known are kept');
    await session.close();
  });

  it('is done the slower way where memory is short, which is noted before any is taken', async () => {
    const { config, to } = await compiled({}, 23);
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    const session = await Session.open(to, config, { threads: 1, spareMemory: () => 1_000, onNote });
    assert.equal(session.canRead, false);
    await session.close();
    const graphs = await graphsOf(to);
    assert.equal(columnsSize(graphs.read), (await loadColumns(to, graphs)).length);
    assert.equal(notes.length, 1);
    assert.match(notes[0], /read more slowly.* and 0 MB are free/);
  });

  for (const [i, shape] of [{ n_embd: 36, n_head: 3 }, { n_inner: 50 }].entries()) {
    it(`is done the slower way where the shape is none for it: ${JSON.stringify(shape)}`, async () => {
      const { config, to } = await compiled(shape, 24 + i);
      assert.equal(existsSync(join(to, READING_GRAPH)), false);
      const session = await Session.open(to, config, { threads: 1 });
      assert.equal(session.canRead, false);
      await session.close();
    });
  }

  it('is done the slower way where a model has no graph for it', async () => {
    const { config, to } = await compiled({}, 22);
    const manifest = (await readManifest(to)) as Manifest;
    const slower = await removeReadingGraph(to, manifest, 'It reads slowly.');
    assert.deepEqual(await readManifest(to), slower);
    assert.deepEqual(slower?.notes, ['It reads slowly.']);
    await requireUndamaged(to, slower);
    assert.equal(await removeReadingGraph(to, slower, ''), undefined);
    const session = await Session.open(to, config, { threads: 1 });
    assert.equal(session.canRead, false);
    const [{ logits }] = await new CachedModel(session, gpt2Tokenizer()).forward([text(config, 60)]);
    assert.ok(logits.every(Number.isFinite));
    assert.equal(session.work.runs, 1);
    await session.close();
  });
});

async function graphsOf(folder: string) {
  const [step, read] = [STEP_GRAPH, READING_GRAPH].map((name) => readOwnGraph(join(folder, name)));
  return { step: await step, read: await read };
}

/** A reading graph with the weights it was compiled from in the place of those it has in 8 bits. */
async function openExact(folder: string, config: Gpt2Config, weights: ReadonlyMap<string, Float32Array>) {
  const { InferenceSession, Tensor } = loadRuntime();
  const memory = await loadColumns(folder, await graphsOf(folder));
  const model = onnx.ModelProto.decode(await readFile(join(folder, 'read.onnx')));
  for (const initializer of model.graph?.initializer ?? []) {
    const [, layer, name] = /^h\.(\d+)\.(.+)\.columns$/.exec(initializer.name ?? '') ?? [];
    const own = /^h\.\d+\.ln_[12]\.(weight|bias)$/.test(initializer.name ?? '') ? initializer.name : undefined;
    const values = own ? weights.get(own) : name ? scaled(config, Number(layer), name, weights) : undefined;
    if (!values) continue;
    Object.assign(initializer, {
      dataType: onnx.TensorProto.DataType.FLOAT,
      dataLocation: onnx.TensorProto.DataLocation.DEFAULT,
      externalData: [],
      rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    });
  }
  for (const node of model.graph?.node ?? []) {
    if (node.opType === 'DynamicQuantizeMatMul') {
      Object.assign(node, { opType: 'MatMul', domain: '', input: node.input?.slice(0, 2) });
    }
  }
  const file = join(folder, 'exact.onnx');
  await writeFile(file, onnx.ModelProto.encode(model).finish());
  const session = await InferenceSession.create(file, {
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
    externalData: [{ path: COLUMNS, data: memory }],
  });
  const { n_layer, n_head, n_embd, n_positions } = config;
  const [wte, wpe] = ['wte.weight', 'wpe.weight'].map((name) => weights.get(name) as Float32Array);
  const size = n_embd / n_head;
  const cache = new KvCache({ layers: n_layer, heads: n_head, headSize: size, width: n_embd });
  cache.reserve(n_positions);

  /** Keys and values of each layer, `[heads, positions, d_head]`, after reading the parts of a text one after another. */
  return async (parts: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    for (const ids of parts) {
      const embedded = Float32Array.from({ length: ids.length * n_embd }, (_, i) => {
        const [place, channel] = [Math.floor(i / n_embd), i % n_embd];
        return wte[ids[place] * n_embd + channel] + wpe[(cache.length + place) * n_embd + channel];
      });
      const length = cache.length + ids.length;
      const feeds: Record<string, InstanceType<typeof Tensor>> = {
        embedded: new Tensor('float32', embedded, [1, ids.length, n_embd]),
        last_position: new Tensor('int32', Int32Array.of(length - 1), [1]),
        total_length: new Tensor('int32', Int32Array.of(length), [1]),
      };
      for (let layer = 0; layer < n_layer; layer++) {
        const dims = [1, n_head, cache.capacity, size];
        feeds[`past_key_${layer}`] = new Tensor('float32', cache.keys[layer], dims);
        feeds[`past_value_${layer}`] = new Tensor('float32', cache.values[layer], dims);
      }
      const results = await session.run(feeds);
      const made = (name: string) =>
        Array.from({ length: n_layer }, (_, layer) => results[`${name}_${layer}`].data as Float32Array);
      cache.append([ids], made('new_key'), made('new_value'));
    }
    await session.release();
    const valid = (values: Float32Array) =>
      Float32Array.from({ length: n_head * cache.length * size }, (_, i) => {
        const head = Math.floor(i / (cache.length * size));
        return values[head * cache.capacity * size + (i % (cache.length * size))];
      });
    return cache.keys.flatMap((keys, layer) => [valid(keys), valid(cache.values[layer])]);
  };
}

/** A layer's matrix with the attention scale in its queries, as compiling folds it in. */
function scaled(config: Gpt2Config, layer: number, name: string, weights: ReadonlyMap<string, Float32Array>) {
  const values = (weights.get(`h.${layer}.${name}.weight`) as Float32Array).slice();
  if (name !== 'attn.c_attn') return values;
  const { n_embd } = config;
  return values.map((value, i) => (i % (3 * n_embd) < n_embd ? value * attentionScale(config, layer) : value));
}

/** What the reference holds of each layer's keys and values, `[heads, ids, d_head]`, keys and values in turn. */
function keysAndValues(weights: ReadonlyMap<string, Float32Array>, config: Gpt2Config, ids: readonly number[]) {
  const { n_embd, n_head, n_layer } = config;
  const size = n_embd / n_head;
  const get = (name: string) => weights.get(name) as Float32Array;
  const { residual } = referenceForward(weights, config, ids);
  const embedded = ids.map((id, t) =>
    Float64Array.from(
      { length: n_embd },
      (_, i) => get('wte.weight')[id * n_embd + i] + get('wpe.weight')[t * n_embd + i],
    ),
  );
  return Array.from({ length: 2 * n_layer }, (_, index) => {
    const layer = index >> 1;
    const x = layer === 0 ? embedded : residual[layer - 1];
    const weight = get(`h.${layer}.attn.c_attn.weight`);
    const bias = get(`h.${layer}.attn.c_attn.bias`);
    const rows = x.map((row) => {
      const mean = row.reduce((a, b) => a + b, 0) / n_embd;
      const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / n_embd;
      const normed = row.map(
        (value, i) =>
          ((value - mean) / Math.sqrt(variance + config.layer_norm_epsilon)) * get(`h.${layer}.ln_1.weight`)[i] +
          get(`h.${layer}.ln_1.bias`)[i],
      );
      const from = (1 + (index % 2)) * n_embd;
      return Float64Array.from({ length: n_embd }, (_, j) =>
        normed.reduce((sum, value, i) => sum + value * weight[i * 3 * n_embd + from + j], bias[from + j]),
      );
    });
    return Float64Array.from({ length: ids.length * n_embd }, (_, i) => {
      const head = Math.floor(i / (ids.length * size));
      return rows[Math.floor(i / size) % ids.length][head * size + (i % size)];
    });
  });
}
