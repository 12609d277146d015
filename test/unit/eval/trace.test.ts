import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Keystroke, synthesise, written } from '../../../src/eval/trace';
import { countWords, dictation, manuscript } from '../../host/typing/manuscript';

const root = join(__dirname, '../../..');
const options = { keystrokes: 520, wordsPerMinute: 80, seed: 1 };

describe('the typing trace', () => {
  const trace = synthesise(dictation(root), options);
  const count = (kind: Keystroke['kind']) => trace.filter((keystroke) => keystroke.kind === kind).length;

  it('is as long as asked for, at the rate asked for, with corrections and jumps', () => {
    assert.equal(trace.length, 520);
    const minutes = trace.reduce((sum, { pauseMs }) => sum + pauseMs, 0) / 60_000;
    assert.ok(Math.abs(written(trace) / 5 / minutes - 80) < 1e-6);
    assert.ok(count('delete') >= 15 && count('delete') <= 60, `${count('delete')} deletions`);
    assert.ok(count('jump') >= 1, 'no jump');
  });

  it('takes back every slip: what is left is the text', () => {
    const text: string[] = [];
    for (const keystroke of trace) {
      if (keystroke.kind === 'type') text.push(keystroke.text);
      else if (keystroke.kind === 'delete') text.pop();
    }
    const typed = text.join('');
    const wanted = dictation(root).replaceAll(/\s+/g, ' ');
    // The trace may end in the middle of a slip.
    assert.equal(typed.slice(0, -4), wanted.slice(0, typed.length - 4));
  });

  it('types and takes back a whole emoji at once', () => {
    const text = 'no😀we😀go😀in😀at😀so '.repeat(40).trim();
    for (let seed = 1; seed <= 5; seed++) {
      const typed: string[] = [];
      for (const key of synthesise(text, { keystrokes: 500, wordsPerMinute: 80, seed, jumps: false })) {
        if (key.kind === 'type') typed.push(key.text);
        else typed.pop();
      }
      assert.ok(typed.join('').slice(0, -9).length > 400);
      assert.ok(text.startsWith(typed.slice(0, -4).join('')), `${seed}`);
    }
  });

  it('pauses longest between sentences, and differently with another seed', () => {
    const pauses = (after: RegExp) =>
      trace
        .filter((_, i) => {
          const [one, two] = [trace[i - 2], trace[i - 1]];
          return one?.kind === 'type' && two?.kind === 'type' && after.test(one.text + two.text);
        })
        .map(({ pauseMs }) => pauseMs);
    const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
    assert.ok(median(pauses(/[a-z][a-z]/)) < median(pauses(/[a-z] /)));
    assert.notDeepEqual(synthesise(dictation(root), { ...options, seed: 2 }), trace);
    assert.deepEqual(synthesise(dictation(root), options), trace);
  });
});

describe('the manuscript', () => {
  it('has 3,000 words of Markdown and an empty paragraph at its end', () => {
    const text = manuscript(root);
    assert.ok(Math.abs(countWords(text) - 3000) < 30, `${countWords(text)} words`);
    assert.match(text, /## Today\n\n$/);
    assert.match(text, /^- \*/m);
  });
});
