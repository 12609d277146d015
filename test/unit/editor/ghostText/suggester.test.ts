import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Completion, PartialCompletion } from '../../../../src/core/completion/types';
import { Suggester, SuggesterReset } from '../../../../src/editor/ghostText/suggester';
import type { CompleteRequest } from '../../../../src/engine/api';

interface Call {
  readonly request: CompleteRequest;
  readonly signal: AbortSignal;
  readonly progress: (text: string, ...shown: string[]) => void;
  readonly answer: (...texts: string[]) => void;
  readonly fail: (error: Error) => void;
}

/** An engine whose generations end when the test says so. */
class HeldEngine {
  readonly calls: Call[] = [];

  complete(
    request: CompleteRequest,
    signal?: AbortSignal,
    onProgress: (partial: PartialCompletion) => void = () => {},
  ): Promise<Completion> {
    return new Promise((resolve, reject) => {
      assert.ok(signal, 'every generation can be aborted');
      signal.addEventListener('abort', () => reject(signal.reason));
      const progress = (text: string, ...shown: string[]) =>
        onProgress(shown.length > 0 ? { text, completion: completionOf(shown) } : { text });
      this.calls.push({ request, signal, progress, answer: (...found) => resolve(completionOf(found)), fail: reject });
    });
  }

  get active(): number {
    return this.calls.filter((call) => !call.signal.aborted).length;
  }
}

function completionOf(found: readonly string[]): Completion {
  const scores = { logprob: -1, tokens: [], healed: '', masked: 0, confidence: -1, begins: [1], words: [], next: null };
  return { suggestions: found.map((text) => ({ text, ...scores, ended: 'sentence' })), reason: 'sentence' };
}

const at = (before: string) => ({ before, request: { prefix: before, suffix: '' } });
const texts = ({ suggestions }: Completion) => suggestions.map((suggestion) => suggestion.text);
const live = () => new AbortController().signal;
const isAbort = (error: Error) => error.name === 'AbortError';
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the suggester', () => {
  let engine: HeldEngine;
  let suggester: Suggester;
  beforeEach(() => {
    engine = new HeldEngine();
    suggester = new Suggester(engine);
  });

  async function shown(prefix: string, text: string): Promise<void> {
    const answer = suggester.suggest(at(prefix), live());
    engine.calls.at(-1)?.answer(text);
    assert.deepEqual(texts(await answer), [text]);
  }

  it('answers typing through, and going back, without the engine', async () => {
    await shown('The cat', ' sat on the mat.');
    for (const typed of [' ', ' s', ' sat on', '']) {
      const answer = await suggester.suggest(at(`The cat${typed}`), live());
      assert.deepEqual(texts(answer), [' sat on the mat.'.slice(typed.length)]);
    }
    assert.equal(engine.calls.length, 1);
    assert.equal(suggester.counts.cached, 4);
  });

  it('aborts the running generation for a newer request that disagrees', async () => {
    const first = suggester.suggest(at('One'), live());
    const refused = assert.rejects(first, isAbort);
    const second = suggester.suggest(at('Two'), live());
    assert.equal(engine.active, 1);
    engine.calls[1].answer(' three');
    assert.deepEqual(texts(await second), [' three']);
    await refused;
  });

  it('leaves at most one generation after a burst of keystrokes', async () => {
    const text = 'A burst of thirty keystrokes..';
    let controller = new AbortController();
    let last: Promise<Completion> | undefined;
    for (let length = 1; length <= text.length; length++) {
      controller.abort();
      controller = new AbortController();
      last = suggester.suggest(at(text.slice(0, length)), controller.signal);
      last.catch(isAbort);
      await settle();
      engine.calls.at(-1)?.progress('?');
      await settle();
      assert.ok(engine.active <= 1);
    }
    engine.calls.at(-1)?.answer('!');
    assert.deepEqual(texts((await last) as Completion), ['!']);
  });

  it('waits for the running generation when it still agrees with what was typed', async () => {
    const moved = new AbortController();
    const first = suggester.suggest(at('The'), moved.signal);
    const refused = assert.rejects(first, isAbort);
    moved.abort();
    const second = suggester.suggest(at('The c'), live());
    engine.calls[0].answer(' cat sat');
    assert.deepEqual(texts(await second), ['at sat']);
    await refused;
    assert.equal(engine.calls.length, 1);
    assert.equal(suggester.counts.joined, 1);
  });

  it('starts over when the generation it waited for turned out otherwise', async () => {
    const moved = new AbortController();
    const first = assert.rejects(suggester.suggest(at('The'), moved.signal), isAbort);
    moved.abort();
    const second = suggester.suggest(at('The d'), live());
    engine.calls[0].answer(' cat sat');
    await settle();
    engine.calls[1].answer('og ran');
    assert.deepEqual(texts(await second), ['og ran']);
    await first;
  });

  it('begins one generation for all who waited in vain for another', async () => {
    suggester.headStart(at('The'));
    const both = [suggester.suggest(at('The c'), live()), suggester.suggest(at('The c'), live())];
    engine.calls[0].progress(' dog');
    await settle();
    assert.equal(engine.calls.length, 2);
    engine.calls[1].answer('at');
    for (const answer of both) assert.deepEqual(texts(await answer), ['at']);
  });

  it('gives up waiting as soon as the generation says something else', async () => {
    const first = suggester.suggest(at('The'), live());
    const refused = assert.rejects(first, isAbort);
    const second = suggester.suggest(at('The c'), live());
    engine.calls[0].progress(' ');
    await settle();
    assert.equal(engine.calls.length, 1, 'it may still say " c"');
    engine.calls[0].progress(' dog');
    await settle();
    assert.equal(engine.calls[0].signal.aborted, true);
    engine.calls[1].answer('at');
    assert.deepEqual(texts(await second), ['at']);
    await refused;
  });

  it('aborts a generation that nobody waits for any more', async () => {
    const moved = new AbortController();
    const first = suggester.suggest(at('The'), moved.signal);
    moved.abort();
    await assert.rejects(first, isAbort);
    await new Promise((resolve) => engine.calls[0].signal.addEventListener('abort', resolve));
    await settle();
    assert.equal(suggester.busy, false);
  });

  it('ends a generation as soon as a key refutes it, but lets it read, look ahead and agree', async () => {
    const ended = assert.rejects(suggester.suggest(at('The'), live()), isAbort);
    const [{ progress, signal }] = engine.calls;
    suggester.typed('The c');
    suggester.typed('Th');
    suggester.typed('Another document');
    assert.equal(signal.aborted, false, 'nothing is refuted yet');
    suggester.typed('The c');
    progress(' cat');
    suggester.typed('The ca');
    assert.equal(signal.aborted, false);
    suggester.typed('The co');
    assert.equal(signal.aborted, true);
    await ended;
    const refuted = assert.rejects(suggester.suggest(at('The co'), live()), isAbort);
    suggester.typed('The cow');
    engine.calls[1].progress('d');
    assert.equal(engine.calls[1].signal.aborted, true, 'what it says later is held against the last key too');
    await refuted;
  });

  it('looks for alternatives when asked, though one suggestion is known, and then knows them all', async () => {
    await shown('The cat', ' sat');
    const asked = { before: 'The cat', request: { prefix: 'The cat', suffix: '', alternatives: 5 } };
    const answer = suggester.suggest(asked, live());
    assert.equal(engine.calls.length, 2);
    engine.calls[1].answer(' sat', ' slept', ' sang');
    assert.deepEqual(texts(await answer), [' sat', ' slept', ' sang']);
    assert.deepEqual(texts(await suggester.suggest(asked, live())), [' sat', ' slept', ' sang']);
    const typed = await suggester.suggest(at('The cat s'), live());
    assert.deepEqual(texts(typed), ['at', 'lept', 'ang']);
    assert.equal(engine.calls.length, 2);
  });

  it('passes on the trouble of the engine, and tries anew the next time', async () => {
    const first = suggester.suggest(at('The'), live());
    engine.calls[0].fail(new Error('The engine stopped.'));
    await assert.rejects(first, /The engine stopped/);
    await settle();
    await shown('The', ' cat');
  });

  it('forgets everything on reset, and tells who waits to ask anew', async () => {
    await shown('The', ' cat');
    const waiting = assert.rejects(suggester.suggest(at('A'), live()), SuggesterReset);
    suggester.reset();
    assert.equal(suggester.recall(at('The')), undefined);
    await waiting;
  });

  it('begins with the key, so that the request finds it running', async () => {
    suggester.headStart(at('The'));
    assert.equal(engine.calls.length, 1);
    const answer = suggester.suggest(at('The'), live());
    engine.calls[0].answer(' cat');
    assert.deepEqual(texts(await answer), [' cat']);
    suggester.headStart(at('The'));
    suggester.headStart(at('The c'));
    assert.equal(engine.calls.length, 1, 'nothing begins where the answer is known');
    assert.deepEqual([suggester.counts.started, suggester.counts.joined], [1, 1]);
  });

  it('answers by the deadline with whole words, and has the rest for the next key', async () => {
    const answer = suggester.suggest(at('The'), live(), 0);
    engine.calls[0].progress(' cat sa', ' cat');
    assert.deepEqual(texts(await answer), [' cat']);
    const ended: string[] = [];
    suggester.onDidEnd(({ before }) => ended.push(before));
    await settle();
    assert.equal(engine.calls[0].signal.aborted, false, 'what missed its deadline goes on');
    engine.calls[0].answer(' cat sat');
    await settle();
    assert.deepEqual(ended, ['The']);
    assert.deepEqual(texts(await suggester.suggest(at('The c'), live())), ['at sat']);
    assert.deepEqual([engine.calls.length, suggester.counts.early], [1, 1]);
  });

  it('stops waiting early enough for the answer to be there at the deadline', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const answer = suggester.suggest(at('The'), live(), performance.now() + 60);
      engine.calls[0].progress(' cat sa', ' cat');
      mock.timers.tick(57);
      assert.deepEqual(texts(await answer), [' cat']);
    } finally {
      mock.timers.reset();
    }
  });

  it('begins anew for what missed its deadline, where the generation came to say something else', async () => {
    suggester.headStart(at('The'));
    suggester.typed('The d');
    await suggester.suggest(at('The d'), live(), 0);
    engine.calls[0].progress(' cat');
    assert.equal(engine.calls[0].signal.aborted, true);
    await settle();
    assert.deepEqual([engine.calls.length, engine.calls[1]?.request], [2, at('The d').request]);
    const ended: string[] = [];
    suggester.onDidEnd(({ before }) => ended.push(before));
    engine.calls[1].answer('og sat');
    await settle();
    assert.deepEqual(ended, ['The d']);
  });

  it('begins nothing anew once the writer has typed on', async () => {
    suggester.headStart(at('The'));
    suggester.typed('The d');
    await suggester.suggest(at('The d'), live(), 0);
    suggester.typed('The do');
    engine.calls[0].progress(' cat');
    assert.equal(engine.calls[0].signal.aborted, true);
    await settle();
    assert.equal(engine.calls.length, 1);
  });

  it('says by the deadline what fits what was typed since the generation began', async () => {
    suggester.headStart(at('The'));
    engine.calls[0].progress(' cat sa', ' cat');
    assert.deepEqual(texts(await suggester.suggest(at('The ca'), live(), 0)), ['t']);
    const nothing = new Suggester(engine);
    const late = await nothing.suggest(at('A'), live(), 0);
    assert.deepEqual([late.suggestions, late.reason], [[], 'unfinished']);
  });

  it('has a text read ahead only while nothing else is to be done', () => {
    suggester.readAhead(at('The'));
    const { maxTokens, ahead } = engine.calls[0].request;
    assert.deepEqual([maxTokens, ahead], [1, true]);
    suggester.headStart(at('The'));
    assert.equal(engine.calls[1].request.ahead, undefined);
    suggester.readAhead(at('Another'));
    assert.equal(engine.calls.length, 2);
  });
});
