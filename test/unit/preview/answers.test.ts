import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import type { FigureEngine } from '../../../src/pictures/ask';
import { readRequest } from '../../../src/pictures/request';
import { Answers } from '../../../src/preview/answers';

/** An engine that knows the distribution of nothing but its vocabulary, and counts what it is asked. */
class UniformEngine {
  asked: string[] = [];
  failing = false;
  /** Resolves when a question may be answered. */
  gate: Promise<void> = Promise.resolve();

  readonly engine = {
    info: async () => ({ name: 'uniform', precision: 'fp32' }),
    tokenizer: async () => gpt2Tokenizer(),
    logits: async ({ text }: { text: string }, signal?: AbortSignal) => {
      this.asked.push(text);
      await this.gate;
      signal?.throwIfAborted();
      if (this.failing) throw new Error('The engine is gone.');
      return new Float32Array(50257);
    },
  } as unknown as FigureEngine;
}

describe('answers for Markdown previews', () => {
  const block = (text: string, document = 'note.md') => [readRequest('next', [], text), text, document] as const;
  const make = () => {
    const uniform = new UniformEngine();
    let redraws = 0;
    let onRedraw = () => {};
    const answers = new Answers({
      engine: uniform.engine,
      model: () => ({}),
      redraw: () => {
        redraws++;
        onRedraw();
      },
    });
    /** Draws a preview of these blocks. */
    const draw = (...texts: string[]) => texts.map((text) => answers.of(...block(text)).state);
    /** Draws, and draws again with each answer until all is known, as VS Code does when it is asked to refresh. */
    const settle = (...texts: string[]) =>
      new Promise<string[]>((resolve) => {
        const look = () => {
          const states = draw(...texts);
          if (!states.includes('asked')) resolve(states);
        };
        onRedraw = () => queueMicrotask(look);
        look();
      });
    return {
      uniform,
      answers,
      draw,
      settle,
      whenAsked: (redraw: () => void) => (onRedraw = redraw),
      redraws: () => redraws,
    };
  };

  it('draw at once with what is known, and anew with each answer', async () => {
    const { uniform, answers, draw, settle, redraws } = make();
    assert.deepEqual(draw('one', 'two'), ['asked', 'asked']);
    assert.deepEqual(await settle('one', 'two'), ['known', 'known']);
    assert.deepEqual(uniform.asked, ['one', 'two']);
    assert.equal(redraws(), 2);
    assert.deepEqual(draw('two', 'one'), ['known', 'known'], 'and nobody is asked again');
    await setImmediate();
    assert.deepEqual(uniform.asked, ['one', 'two']);
    answers.dispose();
  });

  it('come for each of two previews, whichever was drawn last', async () => {
    const { uniform, answers, whenAsked } = make();
    const drawBoth = async () => {
      const { state: one } = answers.of(...block('one', 'note.md'));
      await setImmediate();
      const { state: two } = answers.of(...block('two', 'other.md'));
      return [one, two];
    };
    let states: string[] = [];
    await new Promise<void>((resolve) => {
      const look = async () => {
        states = await drawBoth();
        if (states.every((state) => state === 'known')) resolve();
      };
      whenAsked(() => void look());
      void look();
    });
    assert.deepEqual(
      [states, uniform.asked],
      [
        ['known', 'known'],
        ['one', 'two'],
      ],
    );
    answers.dispose();
  });

  it('ask nothing about a block that was typed over meanwhile', async () => {
    const { uniform, answers, draw, settle } = make();
    draw('a');
    await setImmediate();
    draw('ab');
    await setImmediate();
    assert.deepEqual(await settle('abc'), ['known']);
    assert.deepEqual(uniform.asked, ['abc']);
    answers.dispose();
  });

  it('stop asking when the block is gone, and go on with what took its place', async () => {
    const { uniform, answers, draw, settle } = make();
    let open = () => {};
    uniform.gate = new Promise((resolve) => {
      open = resolve;
    });
    draw('slow');
    while (uniform.asked.length === 0) await setImmediate();
    draw('new');
    open();
    assert.deepEqual(await settle('new'), ['known']);
    assert.deepEqual(uniform.asked, ['slow', 'new']);
    answers.dispose();
  });

  it('say why there is none, and ask again once the engine is back', async () => {
    const { uniform, answers, settle, draw } = make();
    uniform.failing = true;
    assert.deepEqual(await settle('x'), ['failed']);
    assert.deepEqual(answers.of(...block('x')), { state: 'failed', message: 'The engine is gone.' });
    uniform.failing = false;
    answers.retry();
    assert.deepEqual(await settle('x'), ['known']);
    answers.forget();
    assert.deepEqual(draw('x'), ['asked'], 'another model is asked anew');
    answers.dispose();
  });

  it('leave texts that are no figure to the report', () => {
    const { answers, uniform } = make();
    const known = answers.of(...block('word '.repeat(5000)));
    assert.equal(known.state, 'failed');
    assert.deepEqual(uniform.asked, []);
    answers.dispose();
  });
});
