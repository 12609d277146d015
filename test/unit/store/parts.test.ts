import assert from 'node:assert/strict';
import { StoreError } from '../../../src/store/errors';
import { formatBytes, formatSeconds } from '../../../src/store/format';
import { parseLinkedTag } from '../../../src/store/hub/checksum';
import { Hub, hubFromEnvironment, parseHubName } from '../../../src/store/hub/hub';
import { pauseOf, Retrier, TransientError } from '../../../src/store/hub/retry';
import { expectedDiskBytes, expectedMemoryBytes, predictSpeed } from '../../../src/store/modelCosts';
import { RateMeter } from '../../../src/store/progress';

describe('parts of the store', () => {
  const tokens = { vocabulary: 50_257, context: 1024 };
  const shapes = {
    default: { layers: 10, width: 384, vocabulary: 50_257, context: 512 },
    distil: { layers: 6, width: 768, ...tokens },
    small: { layers: 12, width: 768, ...tokens },
  };

  it('expects the memory that was measured after ghost text, panel and heat map, within 15 %', () => {
    for (const [shape, precision, measured] of [
      ['default', 'q8', 449e6],
      ['default', 'q4', 441e6],
      ['default', 'fp32', 702e6],
      ['distil', 'q8', 736e6],
      ['small', 'q8', 889e6],
      ['small', 'q8', 1089e6],
    ] as const) {
      const ratio = expectedMemoryBytes(shapes[shape], precision) / measured;
      assert.ok(ratio > 0.85 && ratio < 1.15, `${shape} ${precision}: ${ratio}`);
    }
  });

  it('expects the file sizes that were measured, within 3 %', () => {
    for (const [shape, precision, measured] of [
      ['default', 'fp32', 149_177_856],
      ['default', 'q8', 39_457_740],
      ['default', 'q4', 31_101_900],
      ['distil', 'q8', 87_074_712],
      ['small', 'fp32', 497_918_601],
      ['small', 'q8', 131_188_632],
      ['small', 'q4', 91_400_000],
    ] as const) {
      const ratio = expectedDiskBytes(shapes[shape], precision) / measured;
      assert.ok(ratio > 0.97 && ratio < 1.03, `${shape} ${precision}: ${ratio}`);
    }
  });

  it('expects the time for a token that was measured, within 30 %, from any one of the measurements', () => {
    // Two series, each of its own machine: least times on one thread, and docs/performance.md.
    for (const series of [
      [
        ['default', 'q8', 4.12],
        ['default', 'q4', 3.09],
        ['default', 'fp32', 13.83],
        ['distil', 'q8', 8.93],
      ],
      [
        ['small', 'q8', 11.7],
        ['small', 'q4', 9.52],
        ['small', 'fp32', 37.2],
      ],
    ] as const) {
      const known = series.map(([shape, precision, ms]) => ({ ms, of: { shape: shapes[shape], precision } }));
      for (const [from, to] of known.flatMap((from) => known.map((to) => [from, to]))) {
        const ratio = predictSpeed(from.ms, from.of, to.of) / to.ms;
        assert.ok(ratio > 0.7 && ratio < 1.3, JSON.stringify([from, to, ratio]));
      }
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
      '../x',
      'owner/..',
      '\\\\?\\C:\\x',
      'owner\\name',
      '/etc/passwd',
      'C:/x',
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
      [{ ratelimit: 'limit=100, remaining=0, reset=9' }, 9000],
      [{ 'retry-after': 'Thu, 01 Jan 2026 01:00:30 GMT', date: 'Thu, 01 Jan 2026 01:00:00 GMT' }, 30_000],
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
    // A pause that is over already is none.
    await retrier.failed(new TransientError('cut', 0));
    assert.deepEqual(waits, [1, 2, 4, 1, 2]);
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
