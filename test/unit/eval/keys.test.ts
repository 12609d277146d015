import assert from 'node:assert/strict';
import type { CompleteRequest, Completion } from '../../../src/core/completion/types';
import { type KeyRecording, recordKeys, typeKeys } from '../../../src/eval/keys';
import { screenFigures } from '../../../src/eval/screen';
import { synthesise } from '../../../src/eval/trace';
import { suggestion } from '../core/ghostText/support';

const TEXT = 'The garden lay quiet under the morning sun, and nobody came along the narrow road that day.';
const PLAIN = {
  probability: [
    [0, 0],
    [1, 1],
  ],
  rates: [[0.3, 1]],
};

/** A model that always knows the next two words of the text, or says another with the same certainty. */
function knowing(asked: string[], says = (rest: string) => rest) {
  return async ({ prefix }: CompleteRequest): Promise<Completion> => {
    asked.push(prefix);
    const isSlip = !TEXT.startsWith(prefix);
    const rest = isSlip ? 'zzz' : says(TEXT.slice(prefix.length));
    const words = /^\s*\S+(\s+\S+)?/.exec(rest)?.[0];
    if (words === undefined) return { suggestions: [], reason: 'empty' };
    const logprob = isSlip ? -5 : 0;
    const found = {
      ...suggestion([words]),
      begins: [Math.exp(logprob)],
      words: [{ length: words.length, confidence: 0, logprob }],
    };
    return { suggestions: [found], reason: 'sentence' };
  };
}

const record = (asked: string[] = [], says?: (rest: string) => string): Promise<KeyRecording> =>
  recordKeys(knowing(asked, says), TEXT, { from: 4, count: 60, markdown: false });

describe('typing a recording', () => {
  it('asks once for each text that a key led to, and for none that a deletion led to', async () => {
    const asked: string[] = [];
    const { keys, suggestions } = await record(asked);
    assert.equal(keys.length, 60);
    assert.equal(suggestions.length, 60);
    assert.ok(keys.some(({ kind }) => kind === 'delete'));
    assert.equal(new Set(asked).size, asked.length);
    assert.ok(asked.every((prefix) => prefix.startsWith('The ')));
  });

  it('types the trace that the replay types, without jumps', async () => {
    const { keys } = await record();
    const trace = synthesise(TEXT.slice(4), { keystrokes: 60, wordsPerMinute: 80, seed: 1, jumps: false });
    assert.deepEqual(
      keys.map(({ kind }) => kind),
      trace.map(({ kind }) => kind),
    );
    const elapsed = trace.reduce((sum, { pauseMs }) => sum + pauseMs, 0);
    assert.ok(Math.abs((keys.at(-1)?.at ?? 0) - elapsed) < 1e-6);
  });

  it('shows what the gate lets pass: all at a rate of 1, nothing at 0, and the same each time', async () => {
    const recording = await record();
    const at = (rate: number) => screenFigures([typeKeys(recording, rate, PLAIN)]);
    assert.equal(at(0).grey, 0);
    assert.ok(at(1).grey > 0.6, `${at(1).grey}`);
    assert.deepEqual(at(0.3), at(0.3));
    assert.ok(at(0.3).saved > 0.4, `${at(0.3).saved}`);
    assert.ok(at(0.3).firstRight > 0.9);
  });

  it('saves nothing where nothing that is suggested comes to be written', async () => {
    const recording = await record([], () => 'zzz zzz');
    const figures = screenFigures([typeKeys(recording, 1, PLAIN)]);
    assert.ok(figures.suggestions > 0.5);
    assert.deepEqual([figures.saved, figures.firstRight], [0, 0]);
  });
});
