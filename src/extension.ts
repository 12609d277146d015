import * as vscode from 'vscode';
import { Activity } from './editor/activity';
import { registerCommands } from './editor/commands';
import { EngineHost, wakeWhenWanted } from './editor/engineHost';
import { registerHeatMap } from './editor/heatmap/heatMap';
import { InlineCompletions } from './editor/inlineCompletions';
import { createLog } from './editor/log';
import { keepStatus, StatusItem } from './editor/status';
import { Suggester } from './editor/suggester';
import { type InklingApi, testApi } from './editor/testApi';
import { registerPanel } from './panel/view';

export function activate(context: vscode.ExtensionContext): InklingApi {
  const log = createLog();
  const engine = new EngineHost(context, log);
  const suggester = new Suggester(engine);
  const activity = new Activity();
  const ghostText = new InlineCompletions(suggester, activity, log);
  const status = new StatusItem();

  context.subscriptions.push(
    log,
    engine,
    activity,
    status,
    keepStatus(status, engine, suggester),
    wakeWhenWanted(engine),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('inkling') && suggester.reset()),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, ghostText),
    registerPanel(context.extensionUri, engine),
    registerHeatMap(engine),
    registerCommands({ engine, suggester, activity, ghostText, log }),
  );
  return testApi({ engine, suggester, ghostText, status });
}
