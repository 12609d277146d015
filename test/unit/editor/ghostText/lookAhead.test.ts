import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Completion, CompletionReason, Manner } from '../../../../src/core/completion/types';
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

const rest = { logprob: -1, tokens: [], healed: '', masked: 0, confidence: -1, next: null, words: [] };
const shown = (ended: CompletionReason = 'sentence'): Completion => ({
  suggestions: [{ text: ' sat down.', ended, ...rest }],
  reason: ended,
});
const query = (manner?: Manner): Query => ({
  before: '**The** cat',
  request: { prefix: 'The cat', suffix: '', alternatives: 5, manner },
});

describe('looking ahead', () => {
  let asked: Asked;
  let lookAhead: LookAhead;
  beforeEach(() => {
    asked = new Asked();
    lookAhead = new LookAhead(asked);
  });

  it('asks for what follows the suggestion once the writer pauses', async () => {
    lookAhead.after(query(), shown());
    assert.equal(asked.queries.length, 0);
    await sleep(600);
    const [{ before, request }] = asked.queries;
    assert.equal(before, '**The** cat sat down.');
    assert.equal(request.prefix, 'The cat sat down.');
    assert.equal(request.alternatives, 1);
  });

  it('asks nothing when the writer goes on, or the engine is at work', async () => {
    lookAhead.after(query(), shown());
    lookAhead.cancel();
    await sleep(600);
    lookAhead.after(query(), shown());
    asked.busy = true;
    await sleep(600);
    assert.deepEqual(asked.queries, []);
  });

  it('does not guess past the end of a line, closed emphasis, or a broken line', async () => {
    for (const [manner, ended] of [
      [{}, 'newline'],
      [{ closer: '*' }, 'sentence'],
      [{ room: 3 }, 'sentence'],
    ] as const) {
      lookAhead.after(query(manner), shown(ended));
      await sleep(500);
    }
    assert.deepEqual(asked.queries, []);
  });
});
