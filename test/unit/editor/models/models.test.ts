import assert from 'node:assert/strict';
import { ProgressText } from '../../../../src/editor/models/progressText';
import { modelRows, type Situation } from '../../../../src/editor/models/rows';
import type { InstalledModel } from '../../../../src/store/installedModels';
import { RateMeter } from '../../../../src/store/progress';
import { tinyConfig } from '../../../support/randomModel';

const situation: Situation = {
  installed: [],
  path: '',
  precision: 'q8',
  defaultModel: { parameters: 17_700_000, layers: 6, width: 256 },
};

function installed(id: string, folder: string): InstalledModel {
  const origin = { id, kind: 'hub', revision: 'c', sources: [], files: [], installedAt: '' } as const;
  const manifest = { name: 'GPT-2', precision: 'q4', builderVersion: 1, config: tinyConfig(), origin } as const;
  return { folder, manifest, bytes: 100_000_000 };
}

describe('rows of Choose Model', () => {
  it('say of every model what it costs', () => {
    const rows = modelRows({ ...situation, speed: { ms: 2, of: { parameters: 17_700_000, precision: 'q8' } } });
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['Inkling default', 'DistilGPT-2', 'GPT-2', 'GPT-2 medium', 'GPT-2 large', 'GPT-2 XL'],
    );
    const gpt2 = rows[2];
    assert.equal(gpt2.facts, '124 million parameters · MIT');
    assert.match(gpt2.costs, /^548 MB download · 143 MB on disk · 34\d MB of memory · about 14 ms per token here$/);
    assert.ok(rows[0].current);
    assert.match(rows[0].costs, /about 2\.0 ms/);
  });

  it('do not guess a speed before there is a measurement', () => {
    for (const { costs } of modelRows(situation)) {
      assert.match(costs, /measuring this machine/);
    }
  });

  it('show an installed model once, with what it is, and mark the one in use', () => {
    const rows = modelRows({ ...situation, installed: [installed('openai-community/gpt2', '/g')], path: '/g' });
    const mine = rows.filter(({ name }) => name === 'GPT-2');
    assert.equal(mine.length, 1);
    assert.deepEqual([mine[0].current, rows[0].current], [true, false]);
    assert.match(mine[0].facts, /MIT · installed \(q4\)/);
    assert.match(mine[0].costs, /^100 MB on disk/);
  });
});

describe('the progress of an installation', () => {
  it('says bytes, rate and time left, and fills the bar once', () => {
    let now = 0;
    const text = new ProgressText(new RateMeter(() => now));
    assert.equal(text.update({ phase: 'download', done: 0, total: 548e6 }).message, '0 B of 548 MB');
    now = 2000;
    assert.deepEqual(text.update({ phase: 'download', done: 274e6, total: 548e6 }), {
      message: '274 MB of 548 MB, 137 MB/s, 2 s left',
      increment: 37.5,
    });
    assert.deepEqual(text.update({ phase: 'compile', done: 25, total: 100 }), {
      message: 'Compiling: 25 %.',
      increment: 42.5,
    });
    assert.equal(text.update({ phase: 'self-test', done: 0, total: 0 }).increment, 0);
  });

  it('says what it waits for, and never runs backwards', () => {
    const text = new ProgressText();
    assert.match(text.update({ phase: 'waiting', done: 0, total: 0, detail: 'GPT-2' }).message, /busy \(GPT-2\)/);
    text.update({ phase: 'download', done: 50, total: 100 });
    assert.equal(text.update({ phase: 'download', done: 0, total: 100 }).increment, 0);
    const retry = text.update({ phase: 'download', done: 0, total: 0, detail: 'the hub asks for a pause (429)' });
    assert.match(retry.message, /asks for a pause/);
    assert.equal(retry.increment, 0);
  });
});
