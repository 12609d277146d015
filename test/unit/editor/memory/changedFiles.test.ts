import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { ChangedFiles, liesIn, lookAtFew, MOST_CHANGED } from '../../../../src/editor/memory/changedFiles';
import { MOST_FOUND } from '../../../../src/editor/memory/fileChoice';

const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('files that change', () => {
  let looked: (readonly string[])[];
  let done: () => void;
  let changed: ChangedFiles<string>;
  const add = (...names: string[]) => {
    for (const name of names) changed.add(name, name);
  };

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    looked = [];
    changed = new ChangedFiles(async (names) => {
      looked.push(names);
      await new Promise<void>((resolve) => {
        done = resolve;
      });
    });
  });
  afterEach(() => {
    changed.dispose();
    mock.timers.reset();
  });

  it('are looked at together, each once, and at last though others change all the time', () => {
    add('a', 'b', 'a');
    mock.timers.tick(400);
    add('c', 'a');
    mock.timers.tick(100);
    assert.deepEqual(looked, [['a', 'b', 'c']]);
  });

  it('are not looked at while others are, but afterwards', async () => {
    add('a');
    mock.timers.tick(500);
    add('b', 'c');
    mock.timers.tick(10_000);
    assert.deepEqual(looked, [['a']]);
    done();
    await soon();
    mock.timers.tick(500);
    assert.deepEqual(looked, [['a'], ['b', 'c']]);
  });

  it('wait for a task that has begun, and are looked at though it fails', async () => {
    let fail = () => {};
    const task = new Promise<void>((_, reject) => {
      fail = () => reject(new Error('no'));
    });
    add('a');
    const ended = changed.during(() => task);
    mock.timers.tick(10_000);
    assert.deepEqual(looked, []);
    fail();
    await assert.rejects(ended);
    mock.timers.tick(500);
    assert.deepEqual(looked, [['a']]);
  });

  it('are not kept without end', () => {
    for (let i = 0; i < 100_000; i++) add(`${i}`);
    mock.timers.tick(500);
    assert.ok(looked[0].length > MOST_FOUND && looked[0].length < MOST_FOUND + 2);
  });
});

describe('what has become of files and folders that changed', () => {
  const look = async (changed: readonly string[]) => {
    const asked: string[] = [];
    const note = (what: string, place: string) => asked.push(`${what} ${place}`);
    const files = await lookAtFew(
      changed,
      {
        isProse: (place) => place.endsWith('.md'),
        isLeftOut: async (place) => place.startsWith('out/'),
        isFolder: async (place) => note('stat', place) > 0 && /^(?:v1\.2|chapter)$/.test(place),
        lookAt: async (place) => {
          note('look', place);
          return place === 'gone.md' ? undefined : place;
        },
      },
      () => false,
    );
    return { files, asked };
  };
  const many = (count: number, name: (i: number) => string) => Array.from({ length: count }, (_, i) => name(i));

  it('is seen of a few files, and nothing is asked about what is left out', async () => {
    const { files, asked } = await look(['a.md', 'out/b.md', 'out/c', 'gone.md', 'x.js']);
    assert.deepEqual(files, ['a.md']);
    assert.deepEqual(asked, ['stat x.js', 'look a.md', 'look gone.md']);
  });

  it('is searched where they are many, of which none is looked at', async () => {
    assert.deepEqual(await look(many(2_000, (i) => `${i}.md`)), { files: undefined, asked: [] });
    assert.deepEqual(await look(many(MOST_FOUND + 1, (i) => `out/${i}`)), { files: undefined, asked: [] });
    assert.equal((await look(many(MOST_CHANGED, (i) => `${i}.md`))).files?.length, MOST_CHANGED);
    assert.deepEqual((await look(many(2_000, (i) => `out/${i}.md`))).files, []);
  });

  it('is searched where a folder is among them, whatever its name', async () => {
    assert.equal((await look(['a.md', 'chapter'])).files, undefined);
    assert.equal((await look(['v1.2'])).files, undefined);
  });
});

describe('what has gone', () => {
  it('is a file itself, or a folder that it lies in', () => {
    const lies = (...places: string[]) => liesIn('file:///w/a/b.md', new Set(places));
    assert.ok(lies('file:///w/a/b.md'));
    assert.ok(lies('file:///x', 'file:///w/a'));
    assert.ok(!lies('file:///w/a/b', 'file:///w/a/b.m', 'file:///w/a/c.md'));
  });
});
