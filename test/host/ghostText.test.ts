import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/editor/testApi';
import { answerAt, closeAll, configure, eventually, inkling, outcome, suggestionAt, type, write } from './support';

const OPENING = 'The old house stood at the end of the road, and nobody in the village';

describe('ghost text', () => {
  let api: TestApi;
  before(async () => {
    api = await inkling();
    await configure({ 'ghostText.triggerRate': 1, 'ghostText.lookAhead': false });
  });
  afterEach(closeAll);
  after(() => configure({ 'ghostText.triggerRate': undefined, 'ghostText.lookAhead': undefined }));

  it('inserts exactly what was suggested, and undo takes it back in one step', async () => {
    const { document } = await write(OPENING);
    await type(' knew');
    const suggestion = await suggestionAt(' knew');
    await eventually('the suggestion to be accepted', async () => {
      if (document.getText() !== `${OPENING} knew`) return true;
      await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
      return false;
    });
    assert.equal(document.getText(), `${OPENING} knew${suggestion}`);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), `${OPENING} knew`);
  });

  it('runs the model zero times while the writer types what it says, and on going back', async () => {
    await write(OPENING);
    await type(' knew');
    const suggestion = await suggestionAt(' knew');
    const { runs } = await api.engine.stats();
    let typed = ' knew';
    for (const letter of suggestion.slice(0, 6)) {
      await type(letter);
      typed += letter;
      if (typed.length < ' knew'.length + suggestion.length) await suggestionAt(typed);
    }
    for (let i = 0; i < 3; i++) {
      await vscode.commands.executeCommand('deleteLeft');
      typed = typed.slice(0, -1);
      await suggestionAt(typed);
    }
    assert.equal((await api.engine.stats()).runs, runs);
  });

  it('feeds a few tokens for one more character, however long the document', async () => {
    await configure({ 'ghostText.maxTokens': 1 });
    await write(`${`${OPENING} spoke of it. `.repeat(60)}${OPENING}`);
    await type(' qu');
    await answerAt(' qu');
    const before = await api.engine.stats();
    await type('x');
    await answerAt(' qux');
    const fed = (await api.engine.stats()).tokensFed - before.tokensFed;
    assert.ok(fed > 0 && fed <= 12, `fed ${fed} tokens`);
    await configure({ 'ghostText.maxTokens': undefined });
  });

  it('has at most one generation running after a burst of 30 keystrokes', async () => {
    await write(OPENING);
    for (const letter of ' and zebras quickly vexed the j') {
      await type(letter);
      assert.ok((await api.engine.stats()).active <= 1);
    }
    await eventually('a calm engine', async () => (await api.engine.stats()).active === 0);
  });

  it('comes when the model was late, whatever changes in another document meanwhile', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const uri = vscode.Uri.joinPath(folder.uri, 'background.log');
    await vscode.workspace.fs.writeFile(uri, new Uint8Array());
    const other = await vscode.workspace.openTextDocument(uri);
    await configure({ 'ghostText.deadline': 1 });
    let late = false;
    const listening = api.onDidAnswer(({ again }) => {
      late ||= again === 'late';
    });
    // The model reads so long a text for longer than VS Code waits.
    await write(`${OPENING} spoke of it. `.repeat(60) + OPENING);
    await type(' qu');
    await eventually('the suggestion', async () => {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(uri, new vscode.Position(0, 0), 'A line.\n');
      await vscode.workspace.applyEdit(edit);
      await other.save();
      return late;
    });
    listening.dispose();
    await vscode.workspace.fs.delete(uri);
    await configure({ 'ghostText.deadline': 10_000 });
  });

  it('is silent in a language where it is off', async () => {
    const code = await write('The old house', 'javascript');
    await type(' stood');
    const silence = await eventually('silence', () => {
      const last = outcome();
      return last?.kind === 'suppressed' && last.suppression.code === 'language' && last.suppression;
    });
    assert.match(silence.message, /javascript/);
    assert.equal(api.status()?.kind, 'off');
    assert.equal(code.document.getText(), 'The old house stood');
  });

  it('is toggled for the language of the writer’s document while an output channel has the focus', async () => {
    await write(OPENING);
    const channel = vscode.window.createOutputChannel('A log');
    channel.appendLine('A line.');
    channel.show();
    await eventually('the focus there', () => vscode.window.activeTextEditor?.document.uri.scheme === 'output');
    await vscode.commands.executeCommand('inkling.toggleGhostText');
    const enabled = vscode.workspace.getConfiguration('inkling').inspect('enable')?.globalValue;
    assert.deepEqual(enabled, { markdown: false });
    channel.dispose();
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await configure({ enable: undefined });
  });

  it('is toggled for the language of the document by the status item', async () => {
    await write(OPENING);
    await vscode.commands.executeCommand('inkling.toggleGhostText');
    await eventually('the status off', () => api.status()?.kind === 'off');
    await vscode.commands.executeCommand('inkling.toggleGhostText');
    await eventually('the status on', () => api.status()?.kind !== 'off');
  });
});
