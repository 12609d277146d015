import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SuppressionCode } from '../../src/core/ghostText/suppression';
import type { TestApi } from '../../src/editor/testApi';
import {
  answerAt,
  closeAll,
  configure,
  eventually,
  expectAnother,
  inkling,
  outcome,
  show,
  suggestionAt,
  type,
  typeUntilAsked,
  write,
} from './support';

const OPENING = 'The old house stood at the end of the road, and nobody in the village';

describe('ghost text keeps its place', () => {
  let api: TestApi;
  before(async () => {
    api = await inkling();
    await configure({ 'ghostText.triggerRate': 1, 'ghostText.lookAhead': false });
  });
  afterEach(async () => {
    await closeAll();
    await configure({ 'ghostText.mode': undefined, exclude: undefined });
  });
  after(() => configure({ 'ghostText.triggerRate': undefined, 'ghostText.lookAhead': undefined }));

  async function suppressed(code: SuppressionCode): Promise<void> {
    const silent = () => {
      const last = outcome();
      return last?.kind === 'suppressed' && last.suppression.code === code;
    };
    await eventually(`suppressed: ${code}`, silent, 10, outcome);
  }

  /** A document with the cursor where `|` stands. */
  async function at(marked: string, language?: string): Promise<vscode.TextEditor> {
    const editor = await write(marked.replace('|', ''), language);
    const cursor = editor.document.positionAt(marked.indexOf('|'));
    editor.selection = new vscode.Selection(cursor, cursor);
    return editor;
  }

  it('is silent before text, and speak before closing punctuation', async () => {
    await at(`${OPENING}| and more`);
    await type(' k');
    await suppressed('text-after');
    await closeAll();
    await at(`(${OPENING}|).`);
    await type(' k');
    await answerAt(' k');
  });

  it('is silent inside a word', async () => {
    await at(`${OPENING.slice(0, -5)}|lage`);
    await type('l');
    await suppressed('mid-word');
  });

  it('is silent with several cursors', async () => {
    const editor = await write('One\nTwo');
    editor.selections = [new vscode.Selection(0, 3, 0, 3), new vscode.Selection(1, 3, 1, 3)];
    await type(' k');
    await suppressed('multiple-cursors');
  });

  it('is quiet after a deletion, until the writer types again', async () => {
    await write(`${OPENING} knew`);
    await vscode.commands.executeCommand('deleteLeft');
    await suppressed('just-deleted');
    await type('e');
    await answerAt('knee');
  });

  it('is quiet in undo', async () => {
    await write(OPENING);
    await type(' kn');
    await answerAt(' kn');
    await vscode.commands.executeCommand('undo');
    await vscode.commands.executeCommand('redo');
    assert.match(await vscode.commands.executeCommand<string>('inkling.whyNoSuggestion'), /undo or redo/);
  });

  it('is quiet in a code block, and in front matter', async () => {
    await at(`${OPENING}.\n\n\`\`\`js\nlet old|\n\`\`\`\n`);
    await typeUntilAsked('n');
    await suppressed('construct');
    await closeAll();
    await at('---\ntitle: Old|\n---\n');
    await typeUntilAsked('n');
    await suppressed('construct');
  });

  it('leaves a word alone whose suggestion was sent away, and speaks again at the next, and where all is written anew', async () => {
    const { document } = await write(OPENING);
    await type(' k');
    await answerAt(' k');
    await vscode.commands.executeCommand('inkling.dismiss');
    await type('n');
    await suppressed('dismissed');
    await type('ew ');
    await answerAt(' knew ');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, 0, OPENING.length + ' knew '.length), '');
    await vscode.workspace.applyEdit(edit);
    expectAnother();
    for (const part of [OPENING, ' ', 'k']) await type(part);
    await answerAt(' k');
  });

  it('goes on where Escape was pressed several times and nothing of its own was shown', async () => {
    await write(OPENING);
    for (let times = 0; times < 5; times++) await vscode.commands.executeCommand('inkling.dismiss');
    assert.notEqual(api.status()?.kind, 'off');
    await type(' k');
    await answerAt(' k');
  });

  it('waits to be asked in manual mode', async () => {
    await configure({ 'ghostText.mode': 'manual' });
    await write(OPENING);
    await type(' k');
    await suppressed('manual-only');
    await vscode.commands.executeCommand('inkling.suggestNow');
    await answerAt(' k');
  });

  it('shows the best there is to who asks, however unsure', async () => {
    await configure({ 'ghostText.triggerRate': 0 });
    await write(OPENING);
    await type(' qu');
    assert.deepEqual((await answerAt(' qu')).suggestions, []);
    await vscode.commands.executeCommand('inkling.suggestNow');
    await eventually('suggestions', () => {
      const last = outcome();
      return last?.kind === 'answered' && last.completion.suggestions.length > 0;
    });
    await configure({ 'ghostText.triggerRate': 1 });
  });

  it('is silent in a file that is excluded', async () => {
    await configure({ exclude: { '**/Untitled-*': true } });
    await write(OPENING);
    await type(' k');
    await suppressed('disabled');
    assert.equal(api.status()?.kind, 'off');
  });

  it('is silent in the files of a folder that is excluded by its name', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const drafts = vscode.Uri.joinPath(folder.uri, 'drafts');
    const uri = vscode.Uri.joinPath(drafts, 'one.md');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(OPENING));
    await show(uri);
    await eventually('the status on', () => api.status()?.kind !== 'off');
    await configure({ exclude: { '**/drafts': true } });
    await eventually('the file excluded', () => api.status()?.kind === 'off');
    await closeAll();
    await vscode.workspace.fs.delete(drafts, { recursive: true });
  });

  it('is not held up by a pattern of many stars', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const uri = vscode.Uri.joinPath(folder.uri, `${'a'.repeat(110)}.md`);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(OPENING));
    await configure({ exclude: { [`**/${'*a'.repeat(60)}b`]: true } });
    await show(uri);
    await eventually('the status on', () => api.status()?.kind !== 'off');
    await typeUntilAsked('k');
    await answerAt('k');
    await configure({ exclude: { [`**/${'a'.repeat(110)}.*`]: true } });
    await eventually('the file excluded', () => api.status()?.kind === 'off');
    await closeAll();
    await vscode.workspace.fs.delete(uri);
  });

  it('extends the item that is selected in an open list of completions', async () => {
    const provider = vscode.languages.registerCompletionItemProvider('plaintext', {
      provideCompletionItems: () => [new vscode.CompletionItem('villagers')],
    });
    await write('The old house stood at the end of the road, and none of the vill', 'plaintext');
    await type('a');
    await vscode.commands.executeCommand('editor.action.triggerSuggest');
    const { suggestions } = await answerAt('none of the villagers');
    assert.equal(suggestions[0].healed.endsWith('villagers'), true, suggestions[0].healed);
    provider.dispose();
    await vscode.commands.executeCommand('hideSuggestWidget');
  });

  it('looks for alternatives only when asked, in one generation', async () => {
    await write(OPENING);
    await type(' k');
    assert.equal((await answerAt(' k')).suggestions.length, 1);
    const { started } = api.counts();
    await vscode.commands.executeCommand('inkling.suggestNow');
    await eventually('alternatives', () => {
      const last = outcome();
      return last?.kind === 'answered' && last.completion.suggestions.length > 1;
    });
    const last = outcome();
    assert.ok(last?.kind === 'answered');
    const texts = last.completion.suggestions.map(({ text }) => text);
    assert.ok(texts.length <= 5);
    assert.equal(new Set(texts).size, texts.length);
    assert.equal(api.counts().started, started + 1);
  });
});

describe('accepting', () => {
  const settings = {
    'ghostText.triggerRate': 1,
    'ghostText.minWordConfidence': 0,
    'ghostText.lookAhead': false,
  };
  let api: TestApi;
  before(async () => {
    api = await inkling();
    await configure(settings);
  });
  afterEach(closeAll);
  after(() => configure(Object.fromEntries(Object.keys(settings).map((key) => [key, undefined]))));

  /** Runs a command that accepts until the document changes. */
  async function accept(document: vscode.TextDocument, command: string): Promise<void> {
    const { version } = document;
    await eventually('an accept', async () => {
      if (document.version !== version) return true;
      await vscode.commands.executeCommand(command);
      return false;
    });
  }

  it('a word leaves the rest on screen without a model run', async () => {
    const { document } = await write(OPENING);
    await type(' k');
    const suggestion = await suggestionAt(' k');
    const { runs } = await api.engine.stats();
    await accept(document, 'editor.action.inlineSuggest.acceptNextWord');
    const word = document.getText().slice(`${OPENING} k`.length);
    assert.ok(word !== '' && word.length < suggestion.length && suggestion.startsWith(word), word);
    assert.equal(await suggestionAt(` k${word}`), suggestion.slice(word.length));
    assert.equal((await api.engine.stats()).runs, runs);
  });

  it('all of it shows the next suggestion without a model run, if there was a pause to compute it', async () => {
    await configure({ 'ghostText.lookAhead': true });
    const { document } = await write(`At noon. ${OPENING} `);
    const { started } = api.counts();
    await type('k');
    await suggestionAt(' k');
    await eventually('the look ahead', () => api.counts().started === started + 2);
    await eventually('its end', async () => (await api.engine.stats()).active === 0);
    const { runs } = await api.engine.stats();
    await accept(document, 'editor.action.inlineSuggest.commit');
    await answerAt(document.getText().slice(-20));
    assert.equal((await api.engine.stats()).runs, runs);
    await configure({ 'ghostText.lookAhead': false });
  });

  it('all of it at once has the next suggestion computed, and only once', async () => {
    const { document } = await write(`At night. ${OPENING}`);
    await type(' k');
    await suggestionAt(' k');
    const { started } = api.counts();
    await accept(document, 'editor.action.inlineSuggest.commit');
    await answerAt(document.getText().slice(-20));
    assert.equal(api.counts().started, started + 1);
  });

  it('a sentence takes the first one, and undo takes it back in one step', async () => {
    const { document } = await write(OPENING);
    await type(' k');
    const suggestion = await suggestionAt(' k');
    await accept(document, 'inkling.acceptSentence');
    const taken = document.getText().slice(`${OPENING} k`.length);
    assert.ok(taken !== '' && suggestion.startsWith(taken), taken);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), `${OPENING} k`);
  });
});
