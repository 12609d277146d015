import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import * as vscode from 'vscode';
import type { Outcome } from '../../src/editor/ghostText/inlineCompletions';
import type { TestApi } from '../../src/editor/testApi';
import type { Completion } from '../../src/engine/api';

/** The activated extension, once VS Code has begun to ask it for suggestions. */
export async function inkling(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<{ readonly tests: TestApi }>('inkling.inkling');
  assert.ok(extension, 'the extension is not installed');
  const { tests: activated } = await extension.activate();
  api = activated;
  // How much is done must not hang on how busy the machine of the tests is.
  await configure({ 'engine.saveEnergy': 'never', 'ghostText.deadline': 10_000 });
  if (activated.outcome() === undefined) await untilAsked();
  return activated;
}

/** Types into a document of its own until VS Code asks: for the keys before it has the focus it does not. */
async function untilAsked(): Promise<void> {
  await write('');
  await typeUntilAsked('a');
  await closeAll();
}

/** Types a letter again and again until VS Code asks: a key that comes before the document is drawn it does not ask for. */
export async function typeUntilAsked(letter: string): Promise<void> {
  await eventually('a request', async () => {
    await type(letter);
    for (let wait = 0; wait < 20 && !outcome(); wait++) await sleep(50);
    return outcome();
  });
}

let api: TestApi | undefined;
/** What came of the last request before the present document was opened. */
let stale: Outcome | undefined;

/** What came of the last request for a suggestion in the present document. */
export function outcome(): Outcome | undefined {
  const last = api?.outcome();
  return last === stale ? undefined : last;
}

/** What came of requests up to now counts no more. */
export function expectAnother(): void {
  stale = api?.outcome();
}

/** Opens an unsaved document with the cursor at its end. */
export async function write(text: string, language = 'markdown'): Promise<vscode.TextEditor> {
  // A busy VS Code may give the name of a document that is just being closed, and with it that document's text.
  const document = await eventually('a new document', async () => {
    const opened = await vscode.workspace.openTextDocument({ language, content: text });
    return opened.version === 1 && opened;
  });
  return showEnd(document);
}

/** Opens a file with the cursor at its end, and gives it the keys. */
export async function show(uri: vscode.Uri): Promise<vscode.TextEditor> {
  return showEnd(await vscode.workspace.openTextDocument(uri));
}

async function showEnd(document: vscode.TextDocument): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(document);
  expectAnother();
  const end = document.positionAt(document.getText().length);
  editor.selection = new vscode.Selection(end, end);
  // A page that was closed before takes the focus with it.
  await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  return editor;
}

/** Types as the keyboard does. Keys that come before the editor has the focus VS Code drops: those are typed again. */
export async function type(text: string): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const version = document?.version;
  for (let tries = 0; tries < 40; tries++) {
    await vscode.commands.executeCommand('type', { text });
    if (document?.version !== version) return;
    await sleep(50);
    await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  }
  assert.fail(`no editor took ${JSON.stringify(text)}`);
}

export async function closeAll(): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const hadPage = tabs.some(({ input }) => input instanceof vscode.TabInputWebview);
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await eventually('all to be closed', () => vscode.window.tabGroups.all.every((group) => group.tabs.length === 0));
  // A page takes the focus with it when it goes.
  if (hadPage) await untilAsked();
}

/** Polls until `probe` returns something, for at most `seconds`. */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  seconds = 30,
  state: () => unknown = () => '',
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await probe();
    if (found) return found as Exclude<T, false | null | undefined>;
    assert.ok(Date.now() < deadline, `waited ${seconds} s for ${what} ${inspect(state(), { depth: 4 })}`);
    await sleep(25);
  }
}

/** The answer to a request for the text that ends so, once there is one. */
export async function answerAt(prefix: string): Promise<Completion> {
  const probe = () => {
    const last = outcome();
    return last?.kind === 'answered' && last.request.prefix.endsWith(prefix) && last.completion;
  };
  return eventually(`an answer after ${JSON.stringify(prefix.slice(-40))}`, probe, 20, outcome);
}

/** The suggestion after the text that ends so. */
export async function suggestionAt(prefix: string): Promise<string> {
  const { suggestions, reason } = await answerAt(prefix);
  assert.ok(suggestions.length > 0, `nothing is suggested: ${reason}`);
  return suggestions[0].text;
}

export async function configure(values: Record<string, unknown>): Promise<void> {
  const config = vscode.workspace.getConfiguration('inkling');
  for (const [key, value] of Object.entries(values)) await config.update(key, value, vscode.ConfigurationTarget.Global);
}
