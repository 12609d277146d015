import assert from 'node:assert/strict';
import type { CursorPlace, Explained, Explainer } from '../../../src/panel/explainer';
import type { Question, ToPanel } from '../../../src/panel/protocol';
import { PanelSession } from '../../../src/panel/session';

/** One call of the engine that the test ends when it likes. */
interface Call {
  readonly what: string;
  readonly signal: AbortSignal | undefined;
  answer(): Promise<void>;
  fail(message: string): Promise<void>;
}

/** An explainer whose answers come when the test lets them come: no real engine can be made to order its answers. */
class OrderedExplainer {
  readonly calls: Call[] = [];
  modelName = 'gpt2';
  tokens = 3;
  isGone = false;
  #serial = 0;

  /** The last call of this kind. */
  last(what: string): Call {
    const call = this.calls.findLast((each) => each.what === what);
    assert.ok(call, `${what} was not asked`);
    return call;
  }

  count(what: string): number {
    return this.calls.filter((each) => each.what === what).length;
  }

  async modelId() {
    return this.modelName;
  }
  async model() {
    return { type: 'model', name: this.modelName, vocabulary: Array.from({ length: this.tokens }, () => 'a') };
  }
  async vocabularySize() {
    if (this.isGone) throw new Error('The engine is gone.');
    return this.tokens;
  }
  async work() {
    return { type: 'work', runs: 0, tokensFed: 0 };
  }
  position(place: CursorPlace, signal: AbortSignal) {
    return this.#call('position', signal, () => ({
      message: { type: 'position', id: ++this.#serial, text: place.before },
      window: { start: 0, text: place.before, tokens: [], fromTheStart: true },
      work: { type: 'work', runs: 1, tokensFed: 1 },
    }));
  }
  branch = (place: Explained, ids: readonly number[], signal: AbortSignal) =>
    this.#question('branch', place, ids, signal);
  words = (place: Explained, ids: readonly number[], signal: AbortSignal) =>
    this.#question('words', place, ids, signal);
  beams = (place: Explained, ids: readonly number[], _: unknown, signal: AbortSignal) =>
    this.#question('beams', place, ids, signal);
  why = (place: Explained, ids: readonly number[], _: unknown, signal: AbortSignal) =>
    this.#question('why', place, ids, signal);

  #question(type: string, place: Explained, ids: readonly number[], signal: AbortSignal) {
    return this.#call(type, signal, () => ({ type, position: place.message.id, ids }));
  }

  #call<T>(what: string, signal: AbortSignal | undefined, result: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      this.calls.push({
        what,
        signal,
        answer: () => settled(() => resolve(result())),
        fail: (message) => settled(() => reject(new Error(message))),
      });
    });
  }
}

async function settled(act: () => unknown = () => {}): Promise<void> {
  act();
  await new Promise((resolve) => setImmediate(resolve));
}

const place = (before: string): CursorPlace => ({ uri: 'file:///a.md', name: 'a.md', before, after: '' });

describe('the session of the view', () => {
  let explainer: OrderedExplainer;
  let posted: ToPanel[];
  let session: PanelSession;
  let again: number;
  let canStart: boolean;

  beforeEach(() => {
    explainer = new OrderedExplainer();
    posted = [];
    again = 0;
    canStart = false;
    session = new PanelSession(explainer as unknown as Explainer, {
      post: (message) => posted.push(message),
      askAgain: () => again++,
      canStart: () => canStart,
    });
    session.reset();
  });

  const status = () => posted.findLast((message) => message.type === 'status');
  const of = (type: ToPanel['type']) => posted.filter((message) => message.type === type);
  const shownId = () => session.current?.explained.message.id ?? -1;

  /** Explains a place as the follower has it done: each call ends the one before. */
  let running = new AbortController();
  async function rest(before: string): Promise<void> {
    running.abort();
    running = new AbortController();
    void session.explain(place(before), running.signal);
    await settled();
  }
  async function explained(before: string): Promise<void> {
    await rest(before);
    await explainer.last('position').answer();
  }
  async function ask(type: 'words' | 'try', ids: readonly number[] = []): Promise<void> {
    void session.ask({ type, position: shownId(), ids } as Question);
    await settled();
  }

  it('names the model, though the engine fails right after it has named it', async () => {
    explainer.isGone = true;
    await rest('one');
    explainer.isGone = false;
    await explained('one');
    assert.equal(of('model').length, 1);
  });

  it('shows the last place, whatever order the answers come in', async () => {
    await rest('one');
    const first = explainer.last('position');
    await rest('one two');
    await explainer.last('position').answer();
    await first.answer();
    assert.equal(session.current?.place.before, 'one two');
    assert.equal(of('position').length, 1);
    assert.equal(status()?.state, 'ready');
  });

  it('tells the model before the first place, once, and again to a page that was loaded anew', async () => {
    await explained('one');
    await explained('two');
    assert.deepEqual(
      posted.map(({ type }) => type).filter((type) => type === 'model' || type === 'position'),
      ['model', 'position', 'position'],
    );
    session.reset();
    await explained('two');
    assert.equal(of('model').length, 2);
    assert.equal(of('position').length, 3);
  });

  it('tells the page of tokens that a server has named for the first time, before what holds them', async () => {
    await explained('one');
    await rest('two');
    explainer.tokens = 5;
    await explainer.last('position').answer();
    await settled();
    assert.deepEqual(
      posted.map(({ type }) => type).filter((type) => type === 'model' || type === 'position'),
      ['model', 'position', 'model', 'position'],
    );
  });

  it('tells a page that was loaded under an explanation what it shows and of which model', async () => {
    await rest('one');
    session.reset();
    await explained('one');
    const types = posted.map(({ type }) => type).filter((type) => type !== 'status' && type !== 'work');
    assert.deepEqual(types.slice(-2), ['model', 'position']);
  });

  it('leaves what is on show as it is when the cursor comes back to it', async () => {
    await explained('one');
    const id = shownId();
    session.moved();
    await rest('one');
    assert.equal(shownId(), id);
    assert.equal(explainer.count('position'), 1);
    assert.equal(status()?.state, 'ready');
  });

  it('answers a question that was asked before the cursor went away and came back', async () => {
    await explained('one');
    await ask('words');
    session.moved();
    await rest('one two');
    assert.ok(explainer.last('words').signal?.aborted, 'the engine is free for the other place');
    await rest('one');
    assert.equal(explainer.count('words'), 2);
    await explainer.last('words').answer();
    assert.equal(of('words').length, 1);
  });

  it('answers a question while there is no cursor to follow', async () => {
    await explained('one');
    session.nothingToFollow();
    await ask('words');
    await explainer.last('words').answer();
    assert.equal(of('words').length, 1);
  });

  it('answers a question that is asked while the cursor moves', async () => {
    await explained('one');
    session.moved();
    await ask('try', [7]);
    await explainer.last('branch').answer();
    assert.equal(of('branch').length, 1);
  });

  it('drops a question about an older place: the page has the newer one', async () => {
    await explained('one');
    const old = shownId();
    await explained('two');
    void session.ask({ type: 'words', position: old, ids: [] });
    await settled();
    assert.equal(explainer.count('words'), 0);
  });

  it('answers the newest question of a kind, and each kind by itself', async () => {
    await explained('one');
    await ask('try', [1]);
    const older = explainer.last('branch');
    await ask('words');
    await ask('try', [2]);
    await older.answer();
    await explainer.last('branch').answer();
    await explainer.last('words').answer();
    assert.deepEqual(
      of('branch').map((message) => 'ids' in message && message.ids),
      [[2]],
    );
    assert.equal(of('words').length, 1);
  });

  it('says that a question failed, and puts it again when the engine is back', async () => {
    await explained('one');
    await ask('words');
    await explainer.last('words').fail('The engine stopped.');
    assert.deepEqual(of('unanswered'), [
      { type: 'unanswered', position: shownId(), question: 'words', message: 'The engine stopped.' },
    ]);
    await settled(() => session.engineReady());
    await explainer.last('words').answer();
    assert.equal(of('words').length, 1);
  });

  it('puts a question that failed twice no third time', async () => {
    await explained('one');
    await ask('words');
    await explainer.last('words').fail('The engine stopped.');
    await settled(() => session.engineReady());
    await explainer.last('words').fail('The engine stopped.');
    await settled(() => session.engineReady());
    assert.equal(explainer.count('words'), 2);
  });

  it('asks again when the engine was started anew under an explanation', async () => {
    canStart = true;
    await rest('one');
    await explainer.last('position').fail('The engine was restarted.');
    assert.equal(again, 1);
    await explained('one');
    assert.equal(status()?.state, 'ready');
  });

  it('asks again at most once by itself, so that an engine that cannot start is not started for ever', async () => {
    canStart = true;
    for (let tries = 0; tries < 3; tries++) {
      await rest('one');
      await explainer.last('position').fail('The engine was restarted.');
    }
    assert.equal(again, 1);
    assert.deepEqual(status(), { type: 'status', state: 'waiting', message: 'The engine was restarted.' });
  });

  it('asks again when an engine that had crashed is back', async () => {
    await rest('one');
    await explainer.last('position').fail('The engine stopped unexpectedly.');
    assert.equal(again, 0);
    await settled(() => session.engineReady());
    assert.equal(again, 1);
  });

  it('asks again when another model is ready, and shows nothing of the old one any more', async () => {
    await explained('one');
    const old = shownId();
    explainer.modelName = 'gpt2-medium';
    await settled(() => session.engineReady());
    assert.equal(again, 1);
    await explained('one');
    assert.notEqual(shownId(), old);
    assert.equal(of('model').length, 2);
  });

  it('asks nothing when the same model is ready again and all was answered', async () => {
    await explained('one');
    await settled(() => session.engineReady());
    assert.equal(again, 0);
    assert.equal(explainer.count('position'), 1);
  });
});
