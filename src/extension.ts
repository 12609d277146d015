import * as vscode from 'vscode';
import { Activity } from './editor/activity';
import { registerCommands } from './editor/commands';
import { settingsFor } from './editor/configuration';
import { Energy } from './editor/energy/energy';
import { EngineHost, wakeWhenWanted } from './editor/engineHost';
import { registerHeatMap } from './editor/heatmap/heatMap';
import { InlineCompletions } from './editor/inlineCompletions';
import { Learning } from './editor/learning';
import { createLog } from './editor/log';
import { registerModels } from './editor/models';
import { Reader } from './editor/reading';
import { keepStatus, StatusItem } from './editor/status';
import { Suggester } from './editor/suggester';
import { type InklingApi, testApi } from './editor/testApi';
import { registerPanel } from './panel/view';

export function activate(context: vscode.ExtensionContext): InklingApi {
  const log = createLog();
  const engine = new EngineHost(context, log);
  const energy = new Energy();
  const suggester = new Suggester(engine);
  const reader = new Reader();
  const learning = new Learning(context.globalState);
  const activity = new Activity((fate, document) => settingsFor(document).ghostText.learn && learning.note(fate));
  const ghostText = new InlineCompletions(suggester, reader, activity, learning, energy, log);
  const status = new StatusItem();

  context.subscriptions.push(
    log,
    engine,
    energy,
    reader,
    activity,
    ghostText,
    status,
    keepStatus(status, engine, suggester, energy),
    wakeWhenWanted(engine),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('inkling') && suggester.reset()),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, ghostText),
    registerPanel(context.extensionUri, engine),
    registerHeatMap(engine, energy),
    registerModels(context, engine, log),
    registerCommands({ engine, suggester, activity, ghostText, learning, log }),
  );
  return testApi({ engine, suggester, ghostText, status });
}
