import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/editor/testApi';
import { answerAt, closeAll, configure, eventually, inkling, type, write } from './support';

const PEOPLE = `# People

At the mill we met a woman who sold brass instruments and spoke of the weather at sea. Her name was Fendrake Vane.
`;
const OPENING = 'In the evening the captain came back to the harbour and asked everybody for';

describe('the memory', () => {
  let api: TestApi;
  let folder: vscode.Uri;
  const fileOf = (name: string) => vscode.Uri.joinPath(folder, name);
  const put = (name: string, text: string) =>
    vscode.workspace.fs.writeFile(fileOf(name), new TextEncoder().encode(text));
  /** Settles when the memory has read as many files. */
  const filesRead = (count: number) =>
    eventually(
      `${count} files in the memory`,
      async () => {
        const { files, waiting } = await api.engine.remember({ kind: 'status' });
        return waiting === 0 && files === count;
      },
      30,
    );
  /** How many files there are to read, with those that other suites have left. */
  let all = 0;
  /** The first suggestion after these letters, typed at the end of a new document. */
  const suggested = async (opening: string, letters: string): Promise<string> => {
    await write(opening);
    await type(letters);
    const { suggestions } = await answerAt(letters);
    await closeAll();
    return suggestions[0]?.text ?? '';
  };

  before(async () => {
    api = await inkling();
    await configure({ 'ghostText.triggerRate': 1, 'ghostText.lookAhead': false });
    folder = (vscode.workspace.workspaceFolders as readonly vscode.WorkspaceFolder[])[0].uri;
    // What is left out is said first: the memory begins afresh with each such change.
    await configure({ 'memory.exclude': { 'private.md': true } });
    await put('.gitignore', 'ignored.md\n');
    await put('private.md', PEOPLE.replace('Fendrake', 'Marbolette'));
    await put('ignored.md', PEOPLE.replace('Fendrake', 'Zorvath'));
    await put('notes.js', PEOPLE.replace('Fendrake', 'Brendawick'));
    await put('people.md', PEOPLE);
    const isKnown = async () => (await suggested(OPENING, ' Fend')).startsWith('rake');
    await eventually('the memory to know people.md', isKnown, 60);
    all = (await api.engine.remember({ kind: 'status' })).files;
  });
  afterEach(closeAll);
  after(async () => {
    for (const name of ['people.md', 'private.md', 'ignored.md', '.gitignore', 'notes.js']) {
      await vscode.workspace.fs.delete(fileOf(name));
    }
    await configure({
      'ghostText.triggerRate': undefined,
      'ghostText.lookAhead': undefined,
      'memory.exclude': undefined,
      'memory.sources': undefined,
      'ghostText.blockedWords': undefined,
    });
  });

  it('offers a name that another file of the folder holds once, after its first letters, and says from where', async () => {
    await write(OPENING);
    await type(' Fend');
    const { suggestions } = await answerAt(' Fend');
    assert.match(suggestions[0].text, /^rake/);
    const origin = suggestions[0].tokens.find(({ origin }) => origin?.passage)?.origin;
    assert.equal(origin?.passage?.uri, fileOf('people.md').toString());
    assert.ok((origin?.near ?? 0) + (origin?.far ?? 0) > 0.5);
  });

  it('reads neither excluded nor ignored files nor code', async () => {
    assert.doesNotMatch(await suggested(OPENING, ' Marb'), /^olette/);
    assert.doesNotMatch(await suggested(OPENING, ' Zorv'), /^ath/);
    assert.doesNotMatch(await suggested(OPENING, ' Brend'), /^awick/);
  });

  it('says for the menu how much it knows', async () => {
    assert.match(await api.memorySummary(), /^It knows [\d,.]+ words\. Files read beside this document: \d+\.$/);
    await configure({ 'memory.sources': 'off' });
    assert.equal(await api.memorySummary(), 'The memory is off.');
    await configure({ 'memory.sources': undefined });
    await filesRead(all);
  });

  it('forgets the files of a folder that goes away, and reads no file by a link to it', async () => {
    await filesRead(all);
    await put('letters/one.md', PEOPLE.replace('Fendrake', 'Tarquandel'));
    await put('letters/two.md', PEOPLE.replace('Fendrake', 'Oxenwyrd'));
    await filesRead(all + 2);
    await symlink(fileOf('private.md').fsPath, fileOf('link.md').fsPath);
    assert.match(await suggested(OPENING, ' Tarq'), /^uandel/);
    await vscode.workspace.fs.delete(fileOf('letters'), { recursive: true });
    await filesRead(all);
    assert.doesNotMatch(await suggested(OPENING, ' Tarq'), /^uandel/);
    assert.doesNotMatch(await suggested(OPENING, ' Marb'), /^olette/);
    await vscode.workspace.fs.delete(fileOf('link.md'));
  });

  it('reads the files of a folder that comes, whatever its name, and forgets what a new rule leaves out', async () => {
    await filesRead(all);
    await put('letters/one.md', PEOPLE.replace('Fendrake', 'Tarquandel'));
    await filesRead(all + 1);
    await vscode.workspace.fs.rename(fileOf('letters'), fileOf('letters-v1.2'));
    const passage = async () => {
      await write(OPENING);
      await type(' Tarq');
      const { suggestions } = await answerAt(' Tarq');
      await closeAll();
      return suggestions[0]?.tokens.find(({ origin }) => origin?.passage)?.origin?.passage?.uri;
    };
    const moved = fileOf('letters-v1.2/one.md').toString();
    await eventually('the file known where it is now', async () => (await passage()) === moved, 30);
    await put('.gitignore', 'ignored.md\nletters*/\n');
    await filesRead(all);
    await put('.gitignore', 'ignored.md\n');
    await filesRead(all + 1);
    await vscode.workspace.fs.delete(fileOf('letters-v1.2'), { recursive: true });
    await filesRead(all);
  });

  it('never waits for a pipe that lies where rules are looked for', async () => {
    await filesRead(all);
    await vscode.workspace.fs.createDirectory(fileOf('pipes'));
    execFileSync('mkfifo', [fileOf('pipes/.gitignore').fsPath]);
    await put('pipes/one.md', PEOPLE.replace('Fendrake', 'Ostervane'));
    await filesRead(all + 1);
    await vscode.workspace.fs.delete(fileOf('pipes'), { recursive: true });
    await filesRead(all);
  });

  it('reads no file that the editor or its search leaves out', async () => {
    for (const section of ['files', 'search']) {
      await vscode.workspace.getConfiguration(section).update('exclude', { 'people.md': true });
      await filesRead(all - 1);
      await vscode.workspace.getConfiguration(section).update('exclude', undefined);
      await filesRead(all);
    }
  });

  it('offers a name that was typed in this document, and not after it was corrected', async () => {
    const editor = await write(OPENING);
    const { document } = editor;
    await type(' Yarrowby Oldwhistle, the keeper. Later we climbed the hill to speak with');
    await type(' Yarr');
    assert.match((await answerAt('with Yarr')).suggestions[0].text, /^owby/);
    const edit = new vscode.WorkspaceEdit();
    const at = document.getText().indexOf('Yarrowby Old');
    edit.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + 8)), 'Matilda');
    await vscode.workspace.applyEdit(edit);
    const end = document.positionAt(document.getText().length);
    editor.selection = new vscode.Selection(end, end);
    await type('o');
    const { suggestions } = await answerAt('with Yarro');
    assert.doesNotMatch(suggestions[0]?.text ?? '', /^wby/);
  });

  it('finds the passage in a document with Windows line ends', async () => {
    const said = `${OPENING} Yarrowby Oldwhistle, the keeper.`;
    const { document } = await write(`${said}\r\n\r\nLater we climbed the hill to speak with`);
    assert.equal(document.eol, vscode.EndOfLine.CRLF);
    await type(' Yarr');
    const { suggestions } = await answerAt('with Yarr');
    assert.match(suggestions[0].text, /^owby/);
    const last = suggestions[0].tokens.find(({ text }) => text === 'by');
    assert.deepEqual(last?.origin?.passage, { uri: document.uri.toString(), offset: said.indexOf('by Old') });
  });

  it('knows a document once, though its line ends become others', async () => {
    const editor = await write(`${OPENING} Yarrowby Oldwhistle.\n\nThe end of it came late in the\n`);
    const words = async () => (await api.engine.remember({ kind: 'settle' })).words;
    const before = await words();
    for (const eol of [vscode.EndOfLine.CRLF, vscode.EndOfLine.LF]) {
      await editor.edit((edit) => edit.setEndOfLine(eol));
      assert.equal(editor.document.eol, eol);
      assert.equal(await words(), before);
    }
  });

  it('knows nothing of the folder with inkling.memory.sources at document, and nothing at all at off', async () => {
    await configure({ 'memory.sources': 'document' });
    await filesRead(0);
    assert.doesNotMatch(await suggested(OPENING, ' Fend'), /^rake/);
    await configure({ 'memory.sources': 'off' });
    assert.doesNotMatch(await suggested(OPENING, ' Fend'), /^rake/);
    // A name in the text before the cursor is known to the model itself.
    await write(`We met Fendrake Vane. ${OPENING}`);
    await type(' Fend');
    const { suggestions } = await answerAt(' Fend');
    assert.deepEqual(
      suggestions.flatMap(({ tokens }) => tokens.flatMap(({ origin }) => origin ?? [])),
      [],
    );
    await closeAll();
    await configure({ 'memory.sources': undefined });
    await eventually('the folder read again', async () => (await api.engine.remember({ kind: 'status' })).files > 0);
    assert.match(await suggested(OPENING, ' Fend'), /^rake/);
  });

  it('never suggests a word again that the writer sent away for good', async () => {
    await write(OPENING);
    await type(' Fend');
    const { suggestions } = await answerAt(' Fend');
    const rest = /^\p{L}+/u.exec(suggestions[0].text)?.[0] ?? '';
    await vscode.commands.executeCommand('inkling.neverSuggestThisWord');
    const blocked = vscode.workspace.getConfiguration('inkling').get<string[]>('ghostText.blockedWords');
    assert.deepEqual(blocked, [`Fend${rest}`]);
    await closeAll();
    assert.ok(!(await suggested(OPENING, ' Fend')).startsWith(rest));
    await configure({ 'ghostText.blockedWords': undefined });
  });

  it('puts such a word into the list that holds for the document, whatever stands there', async () => {
    const config = () => vscode.workspace.getConfiguration('inkling', { languageId: 'markdown' });
    const list = (value: unknown) =>
      config().update('ghostText.blockedWords', value, vscode.ConfigurationTarget.Workspace, true);
    await list(['elsewhere', 1]);
    await write(OPENING);
    await type(' Fend');
    const { suggestions } = await answerAt(' Fend');
    const rest = /^\p{L}+/u.exec(suggestions[0].text)?.[0] ?? '';
    await vscode.commands.executeCommand('inkling.neverSuggestThisWord');
    assert.deepEqual(config().get('ghostText.blockedWords'), ['elsewhere', `Fend${rest}`]);
    await list(undefined);
  });

  it('forgets when it is told, what is saved afterwards included; what is typed afterwards counts', async () => {
    await write(OPENING);
    await vscode.commands.executeCommand('inkling.forget');
    await filesRead(0);
    await closeAll();
    assert.doesNotMatch(await suggested(OPENING, ' Fend'), /^rake/);
    await put('people.md', PEOPLE);
    await write(OPENING);
    await type(' Yarrowby Oldwhistle, the keeper. Later we climbed the hill to speak with');
    await type(' Yarr');
    assert.match((await answerAt('with Yarr')).suggestions[0].text, /^owby/);
    assert.equal((await api.engine.remember({ kind: 'status' })).files, 0);
  });
});
