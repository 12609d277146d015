import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/editor/testApi';
import type { Generation } from '../../src/engine/api';
import { closeAll, configure, eventually, inkling, type, write } from './support';

const PROMPT = 'The future of AI is';
const seeded = { 'continueWriting.seed': 7, 'continueWriting.temperature': 0.5, 'continueWriting.maxTokens': 20 };
/** GPT-2's likeliest continuation goes round in circles and never comes to an end of text. */
const endless = { 'continueWriting.temperature': 0, 'continueWriting.maxTokens': 1000 };
const unset = Object.fromEntries(Object.keys(seeded).map((key) => [key, undefined]));

const continueWriting = () => vscode.commands.executeCommand<Generation | undefined>('inkling.continueWriting');

describe('continue writing', () => {
  let api: TestApi;
  before(async () => {
    api = await inkling();
    await configure(seeded);
  });
  afterEach(closeAll);
  after(() => configure(unset));

  it('writes what the engine generated, and undo takes it back in one step', async () => {
    const { document } = await write(PROMPT);
    const generation = await continueWriting();
    assert.ok(generation);
    assert.ok(generation.ids.length > 0 && generation.ids.length <= 20);
    assert.equal(document.getText(), PROMPT + generation.text);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), PROMPT);
  });

  it('writes the same again with the same seed', async () => {
    const { document } = await write(PROMPT);
    await continueWriting();
    const first = document.getText();
    await closeAll();
    const again = await write(PROMPT);
    await continueWriting();
    assert.equal(again.document.getText(), first);
  });

  it('writes in the middle of a document without touching the rest', async () => {
    const editor = await write(`${PROMPT}\n\nThe end.`);
    const cursor = editor.document.positionAt(PROMPT.length);
    editor.selection = new vscode.Selection(cursor, cursor);
    const generation = await continueWriting();
    assert.equal(editor.document.getText(), `${PROMPT}${generation?.text}\n\nThe end.`);
  });

  it('stops when the writer types, and keeps what both wrote', async () => {
    await configure(endless);
    const editor = await write(PROMPT);
    const writing = continueWriting();
    await eventually('some text', () => editor.document.getText().length > PROMPT.length);
    await type('#');
    await writing;
    const text = editor.document.getText();
    assert.ok(text.includes('#') && text.startsWith(PROMPT), text);
    await eventually('the end of the generation', async () => (await api.engine.stats()).active === 0);
    assert.equal(editor.document.getText(), text, 'nothing is written after the stop');
    await configure(seeded);
  });

  it('begins anew where it is asked for while it writes, after what is there', async () => {
    await configure(endless);
    const { document } = await write(PROMPT);
    const first = continueWriting();
    await eventually('some text', () => document.getText().length > PROMPT.length + 20);
    const others = [continueWriting(), continueWriting()];
    const begun = await first;
    await eventually('more text', () => document.getText().length > PROMPT.length + (begun?.text.length ?? 0) + 20);
    await vscode.commands.executeCommand('inkling.stopWriting');
    const [between, last] = await Promise.all(others);
    assert.equal(between, undefined, 'it was asked for again before it began');
    assert.ok(last && last.text.length > 0);
    await configure(seeded);
  });

  it('stops when another tab comes before its own, and keeps what is written', async () => {
    await configure(endless);
    const { document } = await write(PROMPT);
    const writing = continueWriting();
    await eventually('some text', () => document.getText().length > PROMPT.length);
    await write('Another page.');
    assert.equal((await writing)?.finish, 'cancelled');
    assert.ok(document.getText().startsWith(PROMPT) && document.getText().length > PROMPT.length);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await configure(seeded);
  });

  it('stops on command', async () => {
    await configure(endless);
    const { document } = await write(PROMPT);
    const writing = continueWriting();
    await eventually('some text', () => document.getText().length > PROMPT.length);
    await vscode.commands.executeCommand('inkling.stopWriting');
    assert.equal((await writing)?.finish, 'cancelled');
    assert.ok(document.getText().startsWith(PROMPT));
    await configure(seeded);
  });
});

describe('comparing strategies', () => {
  before(async () => {
    await inkling();
    await configure({ ...seeded, 'continueWriting.maxTokens': 8 });
  });
  afterEach(closeAll);
  after(() => configure(unset));

  it('shows every strategy with its figures, and inserts the chosen one', async () => {
    const editor = await write(PROMPT);
    await vscode.commands.executeCommand('inkling.compareStrategies');
    const api = await inkling();
    const report = () => api.report('Compare Strategies') ?? '';
    const figures = () => report().match(/Mean log-probability/g)?.length;
    await eventually('all figures', () => figures() === 8, 10, report);
    const greedy = /<h2>Greedy<\/h2>[\s\S]*?<blockquote>([\s\S]*?)<\/blockquote>/.exec(report())?.[1];
    const [, args] = /command:inkling\.insertContinuation\?([^"]+)/.exec(report()) ?? [];
    await vscode.commands.executeCommand('inkling.insertContinuation', ...JSON.parse(decodeURIComponent(args)));
    assert.equal(editor.document.getText(), PROMPT + greedy);
  });
});
