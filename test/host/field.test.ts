import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createRng } from '../../src/core/decoding/random';
import { CURSOR_SHAPES } from '../../src/core/ghostText/modalEditing';
import type { TestApi } from '../../src/editor/testApi';
import { editorOf, lastEditor, noteEditors } from '../../src/editor/writersEditor';
import type { Generation } from '../../src/engine/api';
import {
  answerAt,
  closeAll,
  configure,
  eventually,
  inkling,
  outcome,
  show,
  suggestionAt,
  type,
  typeUntilAsked,
  write,
} from './support';

const OPENING = 'The old house stood at the end of the road, and nobody in the village';

/** What people have met with other tools, tried on Inkling. */
describe('in the field', () => {
  let api: TestApi;
  before(async () => {
    api = await inkling();
    await configure({ 'ghostText.triggerRate': 1, 'ghostText.lookAhead': false });
  });
  afterEach(async () => {
    await closeAll();
    await configure({ exclude: undefined, 'ghostText.mode': undefined });
  });
  after(() => configure({ 'ghostText.triggerRate': undefined, 'ghostText.lookAhead': undefined }));

  const toggleFile = () => vscode.commands.executeCommand('inkling.toggleGhostTextForThisFile');

  async function suppressed(code: string): Promise<void> {
    const silent = () => {
      const last = outcome();
      return last?.kind === 'suppressed' && last.suppression.code === code;
    };
    await eventually(`no suggestion: ${code}`, silent, 10, outcome);
  }

  async function inFile(name: string, text: string): Promise<vscode.TextEditor> {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const uri = vscode.Uri.joinPath(folder.uri, name);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    return show(uri);
  }

  it('a file whose name is a pattern is turned off, and no other', async () => {
    await inFile('Chapter [1].md', OPENING);
    await toggleFile();
    await eventually('the status off', () => api.status()?.kind === 'off');
    await typeUntilAsked(' k');
    await suppressed('disabled');
    await inFile('Chapter 1.md', OPENING);
    await eventually('the status on', () => api.status()?.kind !== 'off');
    await inFile('Chapter [1].md', OPENING);
    await toggleFile();
    await eventually('the status on', () => api.status()?.kind !== 'off');
  });

  it('a file that an earlier version has turned off stays off, and can be turned on', async () => {
    await configure({ exclude: { 'old.md': true } });
    await inFile('old.md', OPENING);
    await eventually('the status off', () => api.status()?.kind === 'off');
    await toggleFile();
    await eventually('the status on', () => api.status()?.kind !== 'off');
  });

  it('a new document is turned off by itself: the next one is not', async () => {
    await write(OPENING);
    await toggleFile();
    await type(' k');
    await suppressed('disabled');
    await closeAll();
    await write(OPENING);
    await type(' k');
    await answerAt(' k');
    assert.deepEqual(vscode.workspace.getConfiguration('inkling').get('exclude'), {});
  });

  it('a document in two groups is judged by the one that is written in', async () => {
    const first = await write(OPENING);
    first.selection = new vscode.Selection(0, 0, 0, 3);
    const second = await vscode.window.showTextDocument(first.document, vscode.ViewColumn.Beside);
    const end = first.document.positionAt(OPENING.length);
    second.selection = new vscode.Selection(end, end);
    // The keyboard goes where the focus is, which may come later than the editor.
    await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
    await eventually('the second group', () => vscode.window.activeTextEditor === second);
    await type(' k');
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await answerAt(' k');
    assert.equal(first.document.getText(), `${OPENING} k`);
  });

  it('of a document in two groups the editor counts that the writer was in last, wherever the focus went', async () => {
    const noting = noteEditors();
    const { document } = await write(OPENING);
    const second = await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
    await eventually('the second group', () => vscode.window.activeTextEditor === second);
    assert.equal(editorOf(document), second);
    const other = await vscode.workspace.openTextDocument({ language: 'markdown', content: 'Another text.' });
    const third = await vscode.window.showTextDocument(other, vscode.ViewColumn.Three);
    await eventually('the third group', () => vscode.window.activeTextEditor === third);
    assert.deepEqual([editorOf(document), lastEditor()], [second, third]);
    noting.dispose();
  });

  it('a key that replaces a selected word is no deletion', async () => {
    const editor = await write(`${OPENING} knewww`);
    editor.selection = new vscode.Selection(0, OPENING.length + 1, 0, OPENING.length + 7);
    await type('s');
    await answerAt(' s');
  });

  it('spaces that a save takes away are no deletion', async () => {
    const files = vscode.workspace.getConfiguration('files');
    await files.update('trimTrailingWhitespace', true, vscode.ConfigurationTarget.Global);
    const { document } = await inFile('trimmed.md', OPENING);
    await type(' knew ');
    await answerAt(' knew ');
    await document.save();
    assert.equal(document.getText(), `${OPENING} knew`);
    assert.doesNotMatch(await vscode.commands.executeCommand<string>('inkling.whyNoSuggestion'), /deleted/);
    await files.update('trimTrailingWhitespace', undefined, vscode.ConfigurationTarget.Global);
  });

  it('a save does not stop what is being written', async () => {
    const files = vscode.workspace.getConfiguration('files');
    await files.update('insertFinalNewline', true, vscode.ConfigurationTarget.Global);
    await configure({ 'continueWriting.maxTokens': 60, 'continueWriting.temperature': 1 });
    const { document } = await inFile('saved.md', 'The future of AI is');
    const before = document.getText().length;
    const writing = vscode.commands.executeCommand<Generation>('inkling.continueWriting');
    await eventually('some text', () => document.getText().length > before);
    await document.save();
    const generation = await writing;
    assert.notEqual(generation.finish, 'cancelled');
    assert.ok(generation.ids.length === 60 || generation.finish !== 'length', generation.finish);
    await files.update('insertFinalNewline', undefined, vscode.ConfigurationTarget.Global);
    await configure({ 'continueWriting.maxTokens': undefined, 'continueWriting.temperature': undefined });
  });

  for (const [where, text] of [
    ['behind a word', 'The future of AI is'],
    ['behind an emoji', 'The future of AI 😀'],
    ['at the beginning of a line', 'The future of AI\n'],
  ]) {
    it(`a document that is read-only for the session is refused before anything is computed: ${where}`, async () => {
      // Nothing is read ahead where nothing is said before it is asked for.
      await configure({ 'ghostText.mode': 'manual' });
      const { document } = await inFile(`locked ${where}.md`, text);
      await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
      await eventually('an idle engine', async () => (await api.engine.stats()).active === 0);
      const { tokensFed } = await api.engine.stats();
      assert.equal(await vscode.commands.executeCommand('inkling.continueWriting'), undefined);
      assert.equal(document.getText(), text);
      assert.equal((await api.engine.stats()).tokensFed, tokensFed);
      await vscode.commands.executeCommand('workbench.action.files.resetActiveEditorReadonlyInSession');
      assert.ok(
        await vscode.commands.executeCommand('inkling.continueWriting'),
        'and can be written in once it is not',
      );
      assert.ok(document.getText().startsWith(text));
      assert.ok(document.getText().length > text.length);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), text, 'in one step of undo');
    });
  }

  it('accepting in a long line is a small edit', async () => {
    const line = `${'So it went on and on, '.repeat(4500)}${OPENING}`;
    const { document } = await write(line);
    await type(' knew');
    const suggestion = await suggestionAt(' knew');
    const sizes: number[] = [];
    const subscription = vscode.workspace.onDidChangeTextDocument(({ contentChanges }) => {
      for (const { text } of contentChanges) sizes.push(text.length);
    });
    await eventually('an accept', async () => {
      if (document.getText().length > line.length + 5) return true;
      await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
      return false;
    });
    subscription.dispose();
    assert.equal(document.getText(), `${line} knew${suggestion}`);
    assert.ok(Math.max(...sizes) < 1000, `${sizes}`);
  });

  it('a cell of a notebook is written in', async () => {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, OPENING, 'markdown');
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData([cell]));
    await vscode.window.showNotebookDocument(notebook);
    const { document } = notebook.cellAt(0);
    await vscode.commands.executeCommand('notebook.focusTop');
    await vscode.commands.executeCommand('notebook.cell.edit');
    const editor = await eventually('the editor of the cell', () => {
      const active = vscode.window.activeTextEditor;
      return active?.document === document && active;
    });
    const end = document.positionAt(OPENING.length);
    editor.selection = new vscode.Selection(end, end);
    await eventually(
      'the status on',
      () => api.status()?.kind === 'ready',
      20,
      () => api.status(),
    );
    await type(' k');
    await eventually(
      'the key in the cell',
      () => document.getText() === `${OPENING} k`,
      10,
      () => document.getText(),
    );
  });

  it('a cursor is known by the shapes that VS Code has', () => {
    const names = ['Line', 'Block', 'Underline', 'LineThin', 'BlockOutline', 'UnderlineThin'];
    const shapes = CURSOR_SHAPES.map((shape) => shape.replace(/(?:^|-)./g, (at) => at.slice(-1).toUpperCase()));
    assert.deepEqual(shapes, names);
    assert.deepEqual(
      names.map((_, i) => vscode.TextEditorCursorStyle[i + 1]),
      names,
    );
  });

  it('what is on screen stays first when it is asked for again', async () => {
    for (const typed of [' k', ' lo', ' ever', ' wa']) {
      await write(OPENING);
      await type(typed);
      const shown = await suggestionAt(typed);
      await vscode.commands.executeCommand('inkling.suggestNow');
      await eventually('alternatives', () => {
        const last = outcome();
        return last?.kind === 'answered' && last.request.alternatives !== 1;
      });
      const last = outcome();
      assert.equal(last?.kind === 'answered' && last.completion.suggestions[0].text, shown);
      await closeAll();
    }
  });

  it('the first item never changes unless the text does, whatever the writer does', async () => {
    const editor = await write(OPENING);
    const firsts = new Map<string, string>();
    const rng = createRng(7);
    const acts: Record<string, () => unknown> = {
      trigger: () => vscode.commands.executeCommand('inkling.suggestNow'),
      hover: () => vscode.commands.executeCommand('editor.action.showHover'),
      cycle: () => vscode.commands.executeCommand('editor.action.inlineSuggest.showNext'),
      word: () => vscode.commands.executeCommand('editor.action.inlineSuggest.acceptNextWord'),
      undo: () => vscode.commands.executeCommand('undo'),
      focus: async () => {
        await vscode.commands.executeCommand('workbench.action.focusSideBar');
        await vscode.window.showTextDocument(editor.document);
      },
      letter: () => type(' rstlne'[Math.floor(7 * rng())]),
    };
    const names = Object.keys(acts);
    await type(' k');
    await answerAt(' k');
    let seen = 0;
    for (let step = 0; step < 25; step++) {
      const name = names[Math.floor(names.length * rng())];
      await acts[name]();
      await eventually('a calm engine', async () => (await api.engine.stats()).active === 0);
      const last = outcome();
      if (last?.kind !== 'answered' || last.completion.suggestions.length === 0) continue;
      const [{ text }] = last.completion.suggestions;
      const known = firsts.get(last.before);
      // Undo goes back to a text; what was on screen there may come again, or another alternative that was typed into.
      if (name !== 'undo' && known !== undefined) assert.equal(text, known, `after ${name} at step ${step}`);
      firsts.set(last.before, text);
      seen++;
    }
    assert.ok(seen > 3, 'there was hardly anything on screen');
  });
});
