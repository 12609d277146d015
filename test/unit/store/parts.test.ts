import assert from 'node:assert/strict';
import { catalogue, findInCatalogue } from '../../../src/store/catalogue';
import { StoreError } from '../../../src/store/errors';
import { formatBytes, formatSeconds } from '../../../src/store/format';
import { parseEntityTag } from '../../../src/store/hub/checksum';
import { Hub, hubFromEnvironment } from '../../../src/store/hub/hub';
import { parseRetryAfter, Retrier, TransientError } from '../../../src/store/hub/retry';
import { expectedDiskBytes, expectedMemoryBytes } from '../../../src/store/modelSize';
import { RateMeter } from '../../../src/store/progress';

describe('parts of the store', () => {
  it('the catalogue pins each model to a commit and to the content of its files', () => {
    assert.deepEqual(
      catalogue.map(({ id }) => id.split('/')[1]),
      ['distilgpt2', 'gpt2', 'gpt2-medium', 'gpt2-large', 'gpt2-xl'],
    );
    for (const { revision, configSha256, weights, parameters } of catalogue) {
      assert.match(revision, /^[0-9a-f]{40}$/);
      assert.match(configSha256, /^[0-9a-f]{64}$/);
      assert.match(weights.sha256, /^[0-9a-f]{64}$/);
      assert.ok(weights.bytes > 4 * parameters && weights.bytes < 4.42 * parameters, 'float32, and the mask buffers');
    }
    assert.equal(findInCatalogue('gpt2')?.id, 'openai-community/gpt2');
    assert.equal(findInCatalogue('distilbert/distilgpt2')?.name, 'DistilGPT-2');
    assert.equal(findInCatalogue('2'), undefined);
  });

  it('expects the memory that was measured for GPT-2 (124M), within 15 %', () => {
    const gpt2 = catalogue[1];
    for (const [precision, measured] of [
      ['fp32', 911e6],
      ['q8', 344e6],
    ] as const) {
      const ratio = expectedMemoryBytes(gpt2, precision) / measured;
      assert.ok(ratio > 0.85 && ratio < 1.15, `${precision}: ${ratio}`);
    }
  });

  it('expects the file sizes that were measured, within 3 %', () => {
    for (const [index, precision, measured] of [
      [1, 'fp32', 497_918_601],
      [1, 'q8', 142_778_570],
      [1, 'q4', 100_311_214],
      [2, 'q8', 403_228_224],
    ] as const) {
      const ratio = expectedDiskBytes(catalogue[index], precision) / measured;
      assert.ok(ratio > 0.97 && ratio < 1.03, `${precision}: ${ratio}`);
    }
  });

  it('reads entity tags as the hub means them', () => {
    const blob = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';
    assert.deepEqual(parseEntityTag(`W/"${blob}"`), { kind: 'git-blob', hex: blob });
    assert.deepEqual(parseEntityTag(`"${'AB'.repeat(32)}"`), { kind: 'sha256', hex: 'ab'.repeat(32) });
    assert.equal(parseEntityTag('"9bb58f26192e4ba00f01e2e7b136bbd8-12"'), undefined);
    assert.equal(parseEntityTag(undefined), undefined);
  });

  it('reads Retry-After in both forms', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    assert.equal(parseRetryAfter('120', now), 120_000);
    assert.equal(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000);
    assert.equal(parseRetryAfter('Thu, 01 Jan 2025 00:00:30 GMT', now), 0);
    assert.equal(parseRetryAfter('soon', now), undefined);
    assert.equal(parseRetryAfter(undefined, now), undefined);
  });

  it('waits twice as long after each failure, and as before after progress', async () => {
    const waits: number[] = [];
    const retrier = new Retrier({ attempts: 4, backoffMs: 1, onWait: (_, ms) => waits.push(ms) });
    const cut = new TransientError('cut');
    await retrier.failed(cut);
    await retrier.failed(cut);
    await retrier.failed(cut);
    retrier.progressed();
    await retrier.failed(cut);
    assert.deepEqual(waits, [1, 2, 4, 1]);
    await retrier.failed(cut);
    await retrier.failed(cut);
    await assert.rejects(retrier.failed(cut), cut);
    await assert.rejects(new Retrier().failed(new StoreError('corrupt', 'no')), { code: 'corrupt' });
  });

  it('builds addresses from names, and from nothing else', () => {
    const hub = new Hub({ endpoint: 'https://mirror.example/hf/' });
    assert.equal(
      hub.resolveUrl({ repo: 'owner/name', revision: 'refs/pr/1', path: 'a b/model.safetensors' }),
      'https://mirror.example/hf/owner/name/resolve/refs%2Fpr%2F1/a%20b/model.safetensors',
    );
    for (const repo of ['../etc', 'a/b/c', 'owner/..', 'x?y', '']) {
      assert.throws(() => hub.resolveUrl({ repo, revision: 'main', path: 'x' }), { code: 'not-found' });
    }
    assert.throws(() => new Hub({ endpoint: 'file:///models' }), /not an http/);
    assert.deepEqual(hubFromEnvironment({ HF_ENDPOINT: 'https://m', HF_TOKEN: '' }), {
      endpoint: 'https://m',
      token: undefined,
    });
  });

  it('measures the rate of what travels, not of what was there', () => {
    let now = 0;
    const meter = new RateMeter(() => now);
    assert.equal(meter.update(900, 2000), undefined);
    now = 1000;
    assert.deepEqual(meter.update(1000, 2000), { bytesPerSecond: 100, secondsLeft: 10 });
    now = 2000;
    assert.equal(meter.update(0, 2000), undefined, 'a restart begins a new measurement');
    now = 3000;
    assert.deepEqual(meter.update(500, 2000), { bytesPerSecond: 500, secondsLeft: 3 });
  });

  it('writes sizes and times as people do', () => {
    assert.deepEqual([548_105_171, 6_431_829_964, 665, 0].map(formatBytes), ['548 MB', '6.4 GB', '665 B', '0 B']);
    assert.deepEqual([40.2, 125, 3780].map(formatSeconds), ['41 s', '2 min 5 s', '1 h 3 min']);
  });
});
