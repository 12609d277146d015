import * as vscode from 'vscode';
import { settingsFor } from './configuration';
import type { EngineHost } from './engineHost';
import { AcceptSentence } from './ghostText/acceptSentence';
import type { Activity } from './ghostText/activity';
import type { Accepted, InlineCompletions } from './ghostText/inlineCompletions';
import { JustAccepted } from './ghostText/justAccepted';
import type { Learning } from './ghostText/learning';
import type { Suggester } from './ghostText/suggester';
import { toggleFile, toggleLanguage } from './ghostText/toggle';
import { whyNot, whyThis } from './ghostText/why';
import { Pages } from './pages';
import { CompareStrategies } from './writing/compareStrategies';
import { ContinueWriting, pickPreset } from './writing/continueWriting';
import { presetNamed } from './writing/presets';

/** What the commands act on. */
export interface Rooms {
  readonly engine: EngineHost;
  readonly suggester: Suggester;
  readonly activity: Activity;
  readonly ghostText: InlineCompletions;
  readonly learning: Learning;
  readonly log: vscode.LogOutputChannel;
}

/** Registers every `inkling.*` command of the editor. */
export function registerCommands({ engine, suggester, activity, ghostText, learning, log }: Rooms): vscode.Disposable {
  const pages = new Pages();
  const sentence = new AcceptSentence();
  const justAccepted = new JustAccepted();
  const writer = new ContinueWriting(engine, log);
  const comparison = new CompareStrategies(engine, pages, log);

  const commands: Record<string, (...args: never[]) => unknown> = {
    'inkling.toggle': () => inEditor(({ document }) => toggleLanguage(document)),
    'inkling.toggleFile': () => inEditor(({ document }) => toggleFile(document)),
    'inkling.trigger': () => vscode.commands.executeCommand('editor.action.inlineSuggest.trigger'),
    'inkling.acceptSentence': () => inEditor((editor) => sentence.run(editor)),
    'inkling.dismiss': () => {
      const editor = vscode.window.activeTextEditor;
      if (editor) activity.dismissed(editor);
      return vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    },
    'inkling.accepted': ({ suggestion }: Accepted) => {
      activity.accepted();
      justAccepted.begin();
      return inEditor(async (editor) => {
        await sentence.accepted(editor, suggestion.text);
        await ghostText.consider(editor);
      });
    },
    // A Tab that came too soon for the next suggestion does nothing.
    'inkling.absorbTab': () => {},
    'inkling.whyNoSuggestion': () =>
      inEditor(async (editor) => {
        const outcome = await ghostText.consider(editor);
        return outcome && say(whyNot(outcome));
      }),
    'inkling.whyThisSuggestion': () =>
      inEditor(async (editor) => {
        const outcome = await ghostText.consider(editor);
        if (outcome?.kind !== 'answered' || outcome.completion.suggestions.length === 0) {
          return outcome && say(whyNot(outcome));
        }
        const text = whyThis({ ...outcome, model: await engine.info() });
        await pages.show('Why This Suggestion', text);
        return text;
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
    'inkling.forgetLearning': () => learning.forget(),
    'inkling.showLog': () => log.show(),
    'inkling.restartEngine': async () => {
      suggester.reset();
      engine.restart();
      await engine.info();
    },
  };
  return vscode.Disposable.from(
    pages,
    comparison,
    justAccepted,
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
}

async function inEditor<T>(act: (editor: vscode.TextEditor) => T | Promise<T>): Promise<T | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor) return act(editor);
  say('Open a document first.');
  return undefined;
}

/** Shows a message without waiting until it is read, and returns it. */
function say(text: string): string {
  vscode.window.showInformationMessage(`Inkling: ${text}`);
  return text;
}
