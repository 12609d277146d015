import * as vscode from 'vscode';
import { firstWord } from '../core/text/words';
import { neverSuggest, settingsFor, toggleLanguage } from './configuration';
import type { DocumentChanges } from './documentChanges';
import type { EngineHost } from './engineHost';
import { stepDone } from './firstSteps';
import { Accepting } from './ghostText/accept';
import type { Activity } from './ghostText/activity';
import type { FileExclusions } from './ghostText/fileExclusions';
import type { Accepted, InlineCompletions, Outcome } from './ghostText/inlineCompletions';
import type { Learning } from './ghostText/learning';
import type { Suggester } from './ghostText/suggester';
import { whyNot, whyNotReport, whyThis } from './ghostText/why';
import type { Memory } from './memory/memory';
import { linksTo } from './memory/passages';
import { showMenu } from './menu';
import { notify } from './messages';
import type { Reports } from './reports/reports';
import type { StatusItem } from './status';
import { lastEditor, writersEditor } from './writersEditor';
import { CompareStrategies } from './writing/compareStrategies';
import { ContinueWriting, pickPreset } from './writing/continueWriting';
import { presetNamed } from './writing/presets';

/** The objects that the commands act on. */
export interface CommandTargets {
  readonly engine: EngineHost;
  readonly suggester: Suggester;
  readonly changes: DocumentChanges;
  readonly activity: Activity;
  readonly exclusions: FileExclusions;
  readonly ghostText: InlineCompletions;
  readonly learning: Learning;
  readonly memory: Memory;
  readonly reports: Reports;
  readonly status: StatusItem;
  readonly log: vscode.LogOutputChannel;
}

/** Former command ids, for keybindings that writers have set up. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  'inkling.toggle': 'inkling.toggleGhostText',
  'inkling.toggleFile': 'inkling.toggleGhostTextForThisFile',
  'inkling.trigger': 'inkling.suggestNow',
  'inkling.forgetLearning': 'inkling.forgetWhatWasLearnt',
  'inkling.toggleHeatMap': 'inkling.toggleSurprisalHeatMap',
};

/** Registers every `inkling.*` command of the editor. */
export function registerCommands(targets: CommandTargets): vscode.Disposable {
  const { engine, suggester, changes, activity, exclusions, ghostText, learning, memory, reports, status, log } =
    targets;
  const accepting = new Accepting(changes);
  const writer = new ContinueWriting(engine, changes, log);
  const comparison = new CompareStrategies(engine, reports, log);

  const commands: Record<string, (...args: never[]) => unknown> = {
    'inkling.toggleGhostText': () => inEditor(({ document }) => toggleLanguage(document)),
    'inkling.toggleGhostTextForThisFile': () =>
      inEditor(({ document }) => exclusions.toggle(document, settingsFor(document).exclude)),
    'inkling.showMenu': () => showMenu(activity, memory, status.current, engine.serverHost),
    'inkling.suggestNow': async () => {
      // Invoked from a report, which has the focus then.
      const editor = vscode.window.activeTextEditor ? undefined : lastEditor();
      if (editor) await vscode.window.showTextDocument(editor.document, editor.viewColumn);
      return vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    },
    'inkling.acceptSentence': () => inEditor((editor) => accepting.acceptSentence(editor)),
    'inkling.dismiss': () => {
      const editor = vscode.window.activeTextEditor;
      if (editor && activity.dismissed(editor)) stepDone('escape');
      return vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    },
    'inkling.accepted': async ({ suggestion }: Accepted) => {
      stepDone('tab');
      activity.accepted();
      const editor = vscode.window.activeTextEditor;
      await accepting.accepted(editor, suggestion.text);
      if (editor) await ghostText.consider(editor);
    },
    // A Tab that comes too early for the next suggestion does nothing.
    'inkling.absorbTab': () => {},
    'inkling.whyNoSuggestion': () =>
      inEditor(async (editor) => {
        const outcome = await ghostText.consider(editor);
        if (outcome === undefined) return undefined;
        // A report can be read in full; a notification is cut off.
        const text = whyNot(outcome);
        reports.show(vscode.l10n.t('Why No Suggestion'), whyNotReport(text));
        await showAgain(outcome);
        return text;
      }),
    'inkling.whyThisSuggestion': () =>
      inEditor(async (editor) => {
        const outcome = await ghostText.consider(editor);
        if (outcome?.kind !== 'answered' || outcome.completion.suggestions.length === 0) {
          return outcome && say(whyNot(outcome));
        }
        const links = await linksTo(outcome.completion.suggestions);
        const report = whyThis({ ...outcome, model: await engine.info(), links });
        reports.show(vscode.l10n.t('Why This Suggestion'), report);
        await showAgain(outcome);
        return report;
      }),
    'inkling.continueWriting': () =>
      inEditor((editor) => {
        const { preset } = settingsFor(editor.document).continueWriting;
        return writer.run(editor, presetNamed(preset).config);
      }),
    'inkling.continueWritingAs': () =>
      inEditor(async (editor) => {
        const config = await pickPreset();
        return config && writer.run(editor, config);
      }),
    'inkling.stopWriting': () => writer.stop(),
    'inkling.compareStrategies': () => inEditor((editor) => comparison.run(editor)),
    'inkling.insertContinuation': (index: number) => comparison.insert(index),
    'inkling.forgetWhatWasLearnt': () => learning.forget(),
    'inkling.forget': async () => {
      suggester.reset();
      await memory.forget();
      return say(vscode.l10n.t('What it knew of your texts is forgotten. What you type from now on counts.'));
    },
    'inkling.neverSuggestThisWord': () =>
      inEditor(async ({ document, selection: { active } }) => {
        const [shown] = activity.shown.at(document, document.offsetAt(active));
        const lineBefore = document.lineAt(active).text.slice(0, active.character);
        const word = shown && firstWord(lineBefore, shown.text);
        if (word === undefined) return say(vscode.l10n.t('There is no suggestion here.'));
        // Blocking a word is no dismissal of suggestions, so it does not count towards the pause.
        await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
        await neverSuggest(document, word);
        return say(vscode.l10n.t('“{0}” is not suggested any more (inkling.ghostText.blockedWords).', word));
      }),
    'inkling.showLog': () => log.show(),
    'inkling.restartEngine': async () => {
      suggester.reset();
      engine.restart();
      await engine.info();
    },
  };
  return vscode.Disposable.from(
    comparison,
    accepting,
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
    ...Object.entries(FORMER_NAMES).map(([former, id]) =>
      vscode.commands.registerCommand(former, () => vscode.commands.executeCommand(id)),
    ),
  );
}

async function inEditor<T>(act: (editor: vscode.TextEditor) => T | Promise<T>): Promise<T | undefined> {
  const editor = writersEditor();
  if (editor) return act(editor);
  say(vscode.l10n.t('Open a document first.'));
  return undefined;
}

/** The palette and the report removed the suggestion from the screen, so it is triggered again. */
async function showAgain(outcome: Outcome): Promise<void> {
  if (outcome.kind !== 'answered' || outcome.completion.suggestions.length === 0) return;
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
}

/** Shows a message without waiting until it is read, and returns it. */
function say(text: string): string {
  void notify.information(text);
  return text;
}
