import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/editor/testApi';
import { synthesise } from '../../src/eval/trace';
import { answerAt, closeAll, configure, eventually, inkling, type, write } from './support';
import { dictation, manuscript } from './typing/manuscript';
import { type Recording, replay } from './typing/replay';

/** Faster than anybody types, so that requests overtake each other. */
const SPEED = 3;
const MAX_TOKENS = 8;

describe('typing in a long document', () => {
  let api: TestApi;
  let recording: Recording;
  before(async () => {
    api = await inkling();
    await configure({ 'ghostText.triggerRate': 1, 'ghostText.maxTokens': MAX_TOKENS });
    const root = vscode.extensions.getExtension('inkling.inkling')?.extensionPath ?? '';
    await write(`${manuscript(root)}The`);
    await type(' day');
    await answerAt(' day');
    const trace = synthesise(dictation(root), { keystrokes: 60, wordsPerMinute: 80, seed: 3 });
    assert.ok(trace.some(({ kind }) => kind === 'delete'));
    recording = await replay(
      api,
      trace.filter(({ kind }) => kind !== 'jump'),
      SPEED,
    );
  });
  after(async () => {
    await closeAll();
    await configure({ 'ghostText.triggerRate': undefined, 'ghostText.maxTokens': undefined });
  });

  it('feeds the model a few tokens a keystroke', () => {
    const { work, keystrokes } = recording;
    const fed = (work.at(-1)?.tokensFed ?? 0) - work[0].tokensFed;
    assert.ok(fed > 0, 'the model did nothing');
    // Each keystroke: the tokens of the partial word, and one for each token suggested.
    assert.ok(fed <= keystrokes * (MAX_TOKENS + 4), `${fed} tokens for ${keystrokes} keystrokes`);
  });

  it('has at most one generation running', () => {
    assert.ok(recording.work.every(({ active }) => active <= 1));
  });

  it('hands over suggestions, and none that was asked for at an earlier text', () => {
    const handedOver = recording.answers.filter(({ items }) => items > 0);
    assert.ok(handedOver.length > 0, 'nothing was suggested');
    assert.ok(handedOver.every(({ outdated }) => !outdated));
  });

  it('has another document read before its first key, however soon it is opened', async () => {
    await write('It was a quiet');
    await type(' a');
    const root = vscode.extensions.getExtension('inkling.inkling')?.extensionPath ?? '';
    const { tokensFed } = await api.engine.stats();
    await write(`Another morning. ${dictation(root)}`);
    await eventually('the text to be read', async () => (await api.engine.stats()).tokensFed - tokensFed > 200);
  });
});
