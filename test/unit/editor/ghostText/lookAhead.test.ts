import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Style } from '../../../../src/core/completion/style';
import type { Completion, CompletionReason } from '../../../../src/core/completion/types';
import { LookAhead } from '../../../../src/editor/ghostText/lookAhead';
import type { Query } from '../../../../src/editor/ghostText/suggester';

class Asked {
  readonly queries: Query[] = [];
  busy = false;
  async suggest(query: Query): Promise<Completion> {
    this.queries.push(query);
    return { suggestions: [], reason: 'empty' };
  }
}

const rest = { logprob: -1, tokens: [], healed: '', masked: 0, confidence: -1, begins: [1], next: null, words: [] };
const shown = (ended: CompletionReason = 'sentence'): Completion => ({
  suggestions: [{ text: ' sat down.', ended, ...rest }],
  reason: ended,
});
const query = (style?: Style): Query => ({
  before: '**The** cat',
  request: { prefix: 'The cat', suffix: '', alternatives: 5, style },
});

const here = () => true;

describe('looking ahead', () => {
  let asked: Asked;
  let lookAhead: LookAhead;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    asked = new Asked();
    lookAhead = new LookAhead(asked);
  });
  afterEach(() => mock.timers.reset());

  it('asks for what follows the suggestion once the writer pauses', () => {
    lookAhead.after(query(), shown(), here);
    mock.timers.tick(100);
    assert.equal(asked.queries.length, 0);
    assert.equal(lookAhead.waiting, true);
    mock.timers.tick(60_000);
    const [{ before, request }] = asked.queries;
    assert.equal(before, '**The** cat sat down.');
    assert.equal(request.prefix, 'The cat sat down.');
    assert.equal(request.alternatives, 1);
  });

  it('asks nothing when the writer goes on, or the engine is at work', () => {
    lookAhead.after(query(), shown(), here);
    lookAhead.cancel();
    mock.timers.tick(60_000);
    lookAhead.after(query(), shown(), here);
    asked.busy = true;
    mock.timers.tick(60_000);
    assert.deepEqual(asked.queries, []);
  });

  it('asks nothing once the cursor is elsewhere', () => {
    lookAhead.after(query(), shown(), () => false);
    mock.timers.tick(60_000);
    assert.deepEqual(asked.queries, []);
  });

  it('does not guess past the end of a line, closed emphasis, or a broken line', () => {
    for (const [style, ended] of [
      [{}, 'newline'],
      [{ closer: '*' }, 'sentence'],
      [{ room: 3 }, 'sentence'],
    ] as const) {
      lookAhead.after(query(style), shown(ended), here);
      mock.timers.tick(60_000);
    }
    assert.deepEqual(asked.queries, []);
  });
});
