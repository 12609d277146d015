import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Answer } from '../../../src/editor/ghostText/inlineCompletions';
import type { SuggesterCounts } from '../../../src/editor/ghostText/suggester';
import type { TestApi } from '../../../src/editor/testApi';
import type { EngineStats } from '../../../src/engine/api';
import type { Answered, Pressed } from '../../../src/eval/screen';
import type { Keystroke } from '../../../src/eval/trace';

/** A key, and when it was pressed. */
type TimedKey = Pressed & { readonly pressedAt: number };

/** What happened while a trace was typed. */
export interface Recording {
  readonly keystrokes: number;
  readonly elapsedMs: number;
  readonly answers: readonly Answer[];
  /** The keys as they were pressed, and what VS Code was told to show. */
  readonly keys: readonly TimedKey[];
  readonly shown: readonly (Answered & Pick<Answer, 'again'>)[];
  /** The engine's work before each keystroke, and after the last one. */
  readonly work: readonly EngineStats[];
  /** How requests were answered. */
  readonly counts: SuggesterCounts;
}

/** Long enough after the last key for the answer to it. */
const REST_MS = 1000;

/** Types a trace into the active editor, in its own time or `speed` times as fast. */
export async function replay(api: TestApi, trace: readonly Keystroke[], speed = 1): Promise<Recording> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) throw new Error('There is no editor to type in.');
  const answers: Answer[] = [];
  const keys: TimedKey[] = [];
  const shown: (Answered & Pick<Answer, 'again'>)[] = [];
  const subscription = api.onDidAnswer((answer) => {
    answers.push(answer);
    if (answer.outdated || answer.outcome === undefined) return;
    const first = answer.outcome.kind === 'answered' ? answer.outcome.completion.suggestions[0] : undefined;
    shown.push({ at: performance.now(), text: first?.text, firstWord: first?.words[0]?.length, again: answer.again });
  });
  const before = api.counts();
  const work: Promise<EngineStats>[] = [];
  const startedAt = performance.now();
  let due = startedAt;
  for (const keystroke of trace) {
    due += keystroke.pauseMs / speed;
    await sleep(Math.max(0, due - performance.now()));
    work.push(api.engine.stats());
    keys.push(await pressed(editor, keystroke));
  }
  await sleep(REST_MS);
  work.push(api.engine.stats());
  const elapsedMs = performance.now() - startedAt;
  subscription.dispose();
  const after = api.counts();
  const counts = {
    started: after.started - before.started,
    cached: after.cached - before.cached,
    joined: after.joined - before.joined,
    early: after.early - before.early,
  };
  return { keystrokes: trace.length, elapsedMs, answers, keys, shown, work: await Promise.all(work), counts };
}

/** When the first suggestion came after a key, in ms: after it was pressed, and after the text had changed by it. */
export interface First {
  readonly afterKey: number;
  readonly afterChange: number;
}

/** Presses a key in the active editor and waits for the first suggestion; undefined where none comes. */
export async function firstSuggestion(api: TestApi, text: string): Promise<First | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) throw new Error('There is no editor to type in.');
  let answeredAt: number | undefined;
  const subscription = api.onDidAnswer(({ items }) => {
    if (items > 0) answeredAt ??= performance.now();
  });
  const { at, pressedAt } = await pressed(editor, { kind: 'type', text, pauseMs: 0 });
  for (let waited = 0; answeredAt === undefined && waited < LONGEST_MS; waited += POLL_MS) await sleep(POLL_MS);
  subscription.dispose();
  if (answeredAt === undefined) return undefined;
  return { afterKey: answeredAt - pressedAt, afterChange: answeredAt - at };
}

const LONGEST_MS = 10_000;
const POLL_MS = 20;

/** Presses a key. Its time is that at which the text had changed: an answer that came before was to the text before. */
async function pressed(editor: vscode.TextEditor, keystroke: Keystroke): Promise<TimedKey> {
  const pressedAt = performance.now();
  let changedAt: number | undefined;
  const subscription = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (document === editor.document && contentChanges.length > 0) changedAt ??= performance.now();
  });
  await press(editor, keystroke);
  subscription.dispose();
  const at = changedAt ?? performance.now();
  return keystroke.kind === 'type'
    ? { at, pressedAt, kind: 'type', text: keystroke.text }
    : { at, pressedAt, kind: keystroke.kind };
}

async function press(editor: vscode.TextEditor, keystroke: Keystroke): Promise<void> {
  if (keystroke.kind === 'type') await vscode.commands.executeCommand('type', { text: keystroke.text });
  else if (keystroke.kind === 'delete') await vscode.commands.executeCommand('deleteLeft');
  else {
    const place = paragraphEnd(editor.document, keystroke.to);
    editor.selection = new vscode.Selection(place, place);
    editor.revealRange(new vscode.Range(place, place));
  }
}

/** The end of the first line of prose at or after this share of the document. */
function paragraphEnd(document: vscode.TextDocument, share: number): vscode.Position {
  const last = document.lineCount - 1;
  let line = Math.floor(share * last);
  while (line < last && !/^\p{L}|^“/u.test(document.lineAt(line).text)) line++;
  return document.lineAt(line).range.end;
}
