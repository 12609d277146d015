import assert from 'node:assert/strict';
import { catalogue } from '../../../src/store/catalogue';
import { StoreError } from '../../../src/store/errors';
import { formatBytes, formatSeconds } from '../../../src/store/format';
import { parseLinkedTag } from '../../../src/store/hub/checksum';
import { Hub, hubFromEnvironment, parseHubName } from '../../../src/store/hub/hub';
import { pauseOf, Retrier, TransientError } from '../../../src/store/hub/retry';
import { expectedDiskBytes, expectedMemoryBytes } from '../../../src/store/modelCosts';
import { RateMeter } from '../../../src/store/progress';

describe('parts of the store', () => {
  it('expects the memory that was measured for GPT-2 (124M), within 15 %', () => {
    const gpt2 = catalogue[1].shape;
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
      const ratio = expectedDiskBytes(catalogue[index].shape, precision) / measured;
      assert.ok(ratio > 0.97 && ratio < 1.03, `${precision}: ${ratio}`);
    }
  });

  it('reads entity tags as the hub means them', () => {
    const blob = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';
    assert.deepEqual(parseLinkedTag(`W/"${blob}"`), { kind: 'git-blob', hex: blob });
    assert.deepEqual(parseLinkedTag(`"${'AB'.repeat(32)}"`), { kind: 'sha256', hex: 'ab'.repeat(32) });
    assert.equal(parseLinkedTag('"9bb58f26192e4ba00f01e2e7b136bbd8-12"'), undefined);
    assert.equal(parseLinkedTag(undefined), undefined);
  });

  it('reads owner/name and owner/name@revision, and nothing else', () => {
    assert.deepEqual(parseHubName(' owner/name '), { repo: 'owner/name' });
    assert.deepEqual(parseHubName('gpt2'), { repo: 'gpt2' });
    for (const revision of ['refs/pr/1', 'v1.0', 'main', 'c0ffee'.padEnd(40, '0')]) {
      assert.deepEqual(parseHubName(`owner/name@${revision}`), { repo: 'owner/name', revision });
    }
    for (const text of [
      'owner/name@',
      'owner/name@../x',
      'owner/name@a@b',
      'owner/name@a b',
      '@main',
      'o/n@/x',
      'o/n@x/',
    ]) {
      assert.throws(() => parseHubName(text), { code: 'not-found', message: /owner\/name@revision/ }, text);
    }
  });

  it('takes a token as it was copied, and refuses one that cannot be one by name', () => {
    assert.doesNotThrow(() => new Hub({ token: 'hf_abc\r\n' }));
    for (const [token, sign] of [
      ['hf_\u201cabc\u201d', '\u201c'],
      ['hf_a bc', ' '],
      ['hf_a\nbc', '\\\\n'],
      ['hf_\u0000', '\\\\u0000'],
    ]) {
      assert.throws(() => new Hub({ token }), {
        code: 'sign-in',
        message: new RegExp(`holds "${sign}".*Copy it again`),
      });
    }
  });

  it('reads what a server says about a pause: Retry-After in both forms, or the quota that is used up', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const pauses: [Record<string, string>, number | undefined][] = [
      [{ 'retry-after': '120' }, 120_000],
      [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
      [{ 'retry-after': 'Thu, 01 Jan 2025 00:00:30 GMT' }, 0],
      [{ 'retry-after': 'soon' }, undefined],
      [{ ratelimit: '"resolvers";r=0;t=20' }, 20_000],
      [{ ratelimit: '"api";r=12;t=280, "resolvers";r=0;t=20' }, 20_000],
      [{ ratelimit: '"pages"; r=0; t=7, "resolvers"; r=0; t=20' }, 20_000],
      [{ ratelimit: '"resolvers";r=3;t=20' }, undefined],
      [{ 'ratelimit-reset': '11', 'ratelimit-remaining': '0' }, 11_000],
      [{ 'retry-after': '5', ratelimit: '"resolvers";r=0;t=20' }, 5000],
      [{}, undefined],
    ];
    for (const [headers, expected] of pauses) {
      assert.equal(pauseOf(headers, now), expected, JSON.stringify(headers));
    }
  });

  it('pauses as often as it is told to without giving up, but for an hour at most', async () => {
    const waits: number[] = [];
    const retrier = new Retrier({ attempts: 2, onWait: (_, ms) => waits.push(ms) });
    for (let i = 0; i < 5; i++) {
      await retrier.failed(new TransientError('pause', 1));
    }
    assert.deepEqual(waits, [1, 1, 1, 1, 1]);
    const hour = 60 * 60_000;
    await assert.rejects(retrier.failed(new TransientError('pause', hour)), /pause/);
    const cancel = new AbortController();
    const patient = new Retrier({ signal: cancel.signal, onWait: () => cancel.abort() });
    await assert.rejects(patient.failed(new TransientError('pause', hour)), { name: 'AbortError' });
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
    for (const repo of ['../etc', 'a/b/c', 'owner/..', 'x?y', '', 'a b', 'a/']) {
      assert.throws(() => hub.resolveUrl({ repo, revision: 'main', path: 'x' }), { code: 'not-found' });
    }
    assert.throws(() => new Hub({ endpoint: 'file:///models' }), /not an http/);
    assert.equal(new Hub({ endpoint: ' https://mirror.example\n' }).host, 'mirror.example');
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
