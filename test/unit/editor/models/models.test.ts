import assert from 'node:assert/strict';
import { setLanguage } from '../../../../src/core/text/locale';
import { ProgressText } from '../../../../src/editor/models/progressText';
import { type Circumstances, modelRows } from '../../../../src/editor/models/rows';
import { measureSpeed } from '../../../../src/editor/models/speedEstimate';
import type { Generation } from '../../../../src/engine/api';
import type { InstalledModel } from '../../../../src/store/installedModels';
import { RateMeter } from '../../../../src/store/progress';
import { tinyConfig } from '../../../support/randomModel';

const defaultModel = { layers: 6, width: 256, vocabulary: 50_257, context: 256 };
const circumstances: Circumstances = {
  installed: [],
  unusable: [],
  path: '',
  precision: 'q8',
  defaultModel,
  hubEnabled: true,
};

function installed(id: string, folder: string): InstalledModel {
  const origin = { id, kind: 'hub', revision: 'c', sources: [], installedAt: '' } as const;
  const manifest = {
    name: 'GPT-2',
    precision: 'q4',
    builderVersion: 1,
    config: tinyConfig(),
    files: [],
    origin,
  } as const;
  return { folder, manifest, bytes: 100_000_000 };
}

const rowsOf = (change: Partial<Circumstances> = {}) =>
  modelRows({ ...circumstances, ...change }).flatMap(({ rows }) => rows);

describe('rows of Choose Model', () => {
  it('say of every model what it costs', () => {
    const speed = { ms: 2, of: { shape: defaultModel, precision: 'q8' } } as const;
    const rows = rowsOf({ speed });
    assert.deepEqual(
      rows.slice(0, 6).map(({ name }) => name),
      ['Inkling default', 'DistilGPT-2', 'GPT-2', 'GPT-2 medium', 'GPT-2 large', 'GPT-2 XL'],
    );
    const gpt2 = rows[2];
    assert.equal(gpt2.facts, '124 million parameters · English · MIT');
    assert.match(
      gpt2.costs,
      /^548 MB download · 131 MB on disk · up to 1\.0 GB of memory · about \d+ ms per token here$/,
    );
    assert.ok(rows[0].current);
    assert.match(rows[0].costs, /about 2\.0 ms/);
    for (const { costs } of rows.slice(1)) {
      assert.match(costs, /download · .* on disk · up to .* of memory · about \d+(\.\d)? ms per token here/);
    }
  });

  it('say what a model writes in the language of the editor, and in its own', () => {
    const languages = () => rowsOf().map(({ facts }) => facts.split(' · ')[1]);
    assert.ok(languages().includes('German (Deutsch)') && languages().includes('Finnish (suomi)'));
    setLanguage('de');
    try {
      const german = languages();
      assert.ok(german.includes('Deutsch') && german.includes('Finnisch (suomi)') && german.includes('Englisch'));
      assert.ok(!german.some((text) => /German|Finnish|English|Turkish|Czech/.test(text ?? '')), String(german));
    } finally {
      setLanguage('en');
    }
  });

  it('differ where models of one name were imported from several folders, or lie there unusable', () => {
    const imported = ['/runs/a/checkpoint-500', '/runs/b/checkpoint-500'].map((revision, i): InstalledModel => {
      const model = installed('checkpoint-500', `/models/${i}`);
      const origin = { ...model.manifest.origin, kind: 'local', revision } as const;
      return { ...model, manifest: { ...model.manifest, name: 'checkpoint-500', origin } };
    });
    const unusable = ['/models/x-1', '/models/x-2'].map((folder) => ({
      folder,
      name: 'x',
      reason: 'damaged' as const,
    }));
    const rows = rowsOf({ installed: imported, unusable });
    const read = rows.map(({ name, facts, costs }) => [name, facts, costs].join('\n'));
    assert.equal(new Set(read).size, read.length);
    assert.match(rows[1].costs, / · \/runs\/a\/checkpoint-500$/);
  });

  it('offer nothing to download where the hub is turned off', () => {
    const groups = modelRows({ ...circumstances, installed: [installed('a/b', '/a')], hubEnabled: false });
    assert.deepEqual(
      groups.map(({ title, rows }) => [title, rows.length]),
      [['On this machine', 2]],
    );
  });

  it('say nothing of speed before there is a measurement to be relied on', () => {
    for (const { costs } of rowsOf()) {
      assert.doesNotMatch(costs, /per token|measuring/);
    }
  });

  for (const [typed, id] of [
    ['german', 'benjamin/gerpt2'],
    ['deutsch', 'benjamin/gerpt2-large'],
    ['français', 'asi/gpt-fr-cased-small'],
    ['spanish', 'PlanTL-GOB-ES/gpt2-base-bne'],
    ['Português', 'pierreguillou/gpt2-small-portuguese'],
    ['nederlands', 'GroNLP/gpt2-small-dutch'],
    ['polski', 'sdadas/polish-gpt2-small'],
    ['czech', 'lchaloupsky/czech-gpt2-oscar'],
    ['suomi', 'Finnish-NLP/gpt2-finnish'],
    ['Türkçe', 'ytu-ce-cosmos/turkish-gpt2-large'],
    ['vietnamese', 'NlpHUST/gpt2-vietnamese'],
    ['conversations', 'microsoft/DialoGPT-small'],
  ]) {
    it(`are found by typing ${typed}`, () => {
      const found = rowsOf().filter(({ facts }) => facts.toLowerCase().includes(typed.toLowerCase()));
      assert.ok(found.some(({ action }) => action.kind === 'install' && action.id === id));
    });
  }

  it('are honest about what nobody has published, and about a licence that nobody states', () => {
    const rows = rowsOf();
    const noted = (name: string) => /no published output/.test(rows.find((row) => row.name === name)?.costs ?? '');
    assert.deepEqual(['GPT-2', 'DistilGPT-2', 'GPT-2 XL', 'GerPT2'].map(noted), [false, false, true, true]);
    assert.match(rows.find(({ name }) => name === 'GPT-2 small Dutch')?.facts ?? '', /no licence stated$/);
  });

  it('show an installed model once, with what it is, and mark the one in use', () => {
    const rows = rowsOf({ installed: [installed('openai-community/gpt2', '/g')], path: '/g' });
    const mine = rows.filter(({ name }) => name === 'GPT-2');
    assert.equal(mine.length, 1);
    assert.deepEqual([mine[0].current, rows[0].current], [true, false]);
    assert.match(mine[0].facts, /English · MIT · installed \(q4\)/);
    assert.match(mine[0].costs, /^100 MB on disk/);
  });

  it('show what is damaged or outdated, to be removed', () => {
    const unusable = [
      { folder: '/d', name: 'GerPT2', reason: 'damaged' },
      { folder: '/o', name: 'mine', reason: 'outdated' },
    ] as const;
    const rows = rowsOf({ unusable }).filter(({ action }) => action.kind === 'clear');
    assert.deepEqual(
      rows.map(({ name, facts }) => [name, facts]),
      [
        ['GerPT2', 'damaged · d'],
        ['mine', 'made by another version of Inkling · o'],
      ],
    );
  });
});

describe('the speed of this machine', () => {
  /** An engine whose generations do as many runs, and take as long, as a script says; its last line goes on for ever. */
  function scripted(script: readonly { readonly runs: number; readonly ms: number }[], active = 0) {
    let generated = 0;
    let runs = 0;
    let time = 0;
    const engine = {
      stats: async () => ({ runs, tokensFed: runs, busyMs: 0, active }),
      generate: async () => {
        const line = script[Math.min(generated++, script.length - 1)];
        runs += line.runs;
        time += line.ms;
        return {} as Generation;
      },
    };
    const options = { now: () => time, wait: async () => {} };
    return { measure: (signal?: AbortSignal) => measureSpeed(engine, { ...options, signal }), count: () => generated };
  }

  it('is measured until two measurements agree, in what was done and in the time it took', async () => {
    const { measure, count } = scripted([
      { runs: 30, ms: 480 }, // reads the prompt
      { runs: 24, ms: 260 }, // beside another program
      { runs: 25, ms: 250 }, // beside a request
      { runs: 24, ms: 250 },
      { runs: 24, ms: 240 },
    ]);
    assert.equal(await measure(), 10);
    assert.equal(count(), 5);
  });

  it('is not known where other work never ends', async () => {
    const { measure, count } = scripted([{ runs: 24, ms: 240 }], 1);
    assert.equal(await measure(), undefined);
    assert.equal(count(), 0);
  });

  it('is not known where no two measurements agree', async () => {
    const { measure } = scripted(Array.from({ length: 30 }, (_, i) => ({ runs: 24, ms: 240 * 1.2 ** i })));
    assert.equal(await measure(), undefined);
  });

  it('is not measured any more when nobody waits for it', async () => {
    const { measure, count } = scripted([{ runs: 24, ms: 240 }]);
    assert.equal(await measure(AbortSignal.abort()), undefined);
    assert.equal(count(), 0);
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
    const detail = 'The hub asks for a pause (429).';
    const retry = text.update({ phase: 'download', done: 0, total: 0, detail, waitMs: 20_000 });
    assert.deepEqual(retry, { message: 'The hub asks for a pause (429). Trying again in 20 s.', increment: 0 });
    const long = text.update({ phase: 'download', done: 0, total: 0, detail, waitMs: 600_000 });
    assert.match(long.message, /^The hub asks for a pause \(429\)\. Trying again at \d+[:.]\d\d.*\.$/);
  });
});
