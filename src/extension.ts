import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { InklingExports } from './api/inkling';
import { PublicApi } from './api/publicApi';
import { setLanguage } from './core/text/locale';
import { registerCommands } from './editor/commands';
import { settingsFor } from './editor/configuration';
import { DocumentChanges } from './editor/documentChanges';
import { DocumentText, offsetAt, rangeOf } from './editor/documentText';
import { registerServer } from './editor/endpoint/registerServer';
import { ServerChoice } from './editor/endpoint/serverChoice';
import { ServerKey } from './editor/endpoint/serverKey';
import { Energy } from './editor/energySaving/energy';
import { EngineHost, wakeWhenWanted } from './editor/engineHost';
import { deliver, registerExports } from './editor/exports';
import { registerFirstSteps } from './editor/firstSteps';
import { Activity } from './editor/ghostText/activity';
import { FileExclusions } from './editor/ghostText/fileExclusions';
import { InlineCompletions } from './editor/ghostText/inlineCompletions';
import { Learning } from './editor/ghostText/learning';
import { Suggester } from './editor/ghostText/suggester';
import { registerHeatMap } from './editor/heatmap/heatMap';
import { Memory } from './editor/memory/memory';
import { registerModels } from './editor/models/registerModels';
import { Reports } from './editor/reports/reports';
import { StatusItem } from './editor/status';
import { type TestApi, testApi } from './editor/testApi';
import { editorOf, isConsole, lastEditor, noteEditors } from './editor/writersEditor';
import { registerPanel } from './panel/view';
import { MarkdownPreview } from './preview/preview';

/** The extension's exports: the API for other extensions, and the hook for VS Code's Markdown preview. */
type Exports = InklingExports & Pick<MarkdownPreview, 'extendMarkdownIt'> & { readonly tests?: TestApi };

export function activate(context: vscode.ExtensionContext): Exports {
  // Texts of code that does not import vscode.
  l10n.config({ contents: vscode.l10n.bundle ?? {} });
  setLanguage(vscode.env.language);
  // Its level is set with VS Code's `Developer: Set Log Level...`.
  const log = vscode.window.createOutputChannel('Inkling', { log: true });
  const serverKey = new ServerKey(context.secrets);
  const serverChoice = new ServerChoice(context.globalState, serverKey);
  const engine = new EngineHost(context, serverChoice, log);
  const energy = new Energy();
  const suggester = new Suggester(engine);
  const changes = new DocumentChanges();
  const text = new DocumentText(changes);
  const learning = new Learning(context.globalState);
  const activity = new Activity(
    changes,
    (outcome, document) => settingsFor(document).ghostText.learn && learning.note(outcome),
  );
  const exclusions = new FileExclusions();
  const reports = new Reports();
  const memory = new Memory({ engine, changes, log });
  const ghostText = new InlineCompletions({
    engine,
    suggester,
    text,
    changes,
    activity,
    exclusions,
    learning,
    energy,
    memory,
    log,
  });
  const status = new StatusItem({
    extensionKind: context.extension.extensionKind,
    engine,
    suggester,
    energy,
    activity,
    exclusions,
  });

  const preview = new MarkdownPreview(engine.local);
  const panel = registerPanel(
    context.extensionUri,
    engine,
    { lastEditor, editorOf, isConsole, offsetAt, rangeOf },
    deliver,
  );
  const heatMap = registerHeatMap(engine, energy);
  const publicApi = new PublicApi(engine);

  context.subscriptions.push(
    log,
    engine,
    serverChoice,
    serverKey,
    energy,
    changes,
    text,
    noteEditors(),
    activity,
    exclusions,
    memory,
    reports,
    ghostText,
    status,
    preview,
    publicApi,
    wakeWhenWanted(engine),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const sections = ['inkling.ghostText', 'inkling.memory', 'inkling.model'];
      const matters = sections.some((section) => event.affectsConfiguration(section));
      if (matters) suggester.reset();
    }),
    memory.onDidRead(() => suggester.reset()),
    engine.onDidSwitch(() => suggester.reset()),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, ghostText),
    registerFirstSteps(context.globalState, ghostText),
    panel,
    heatMap,
    registerExports(panel, heatMap),
    registerModels(context, engine, log),
    registerServer(engine, serverChoice, serverKey),
    registerCommands({
      engine,
      suggester,
      changes,
      activity,
      exclusions,
      ghostText,
      learning,
      memory,
      reports,
      status,
      log,
    }),
  );
  return {
    getApi: (version) => publicApi.getApi(version),
    extendMarkdownIt: (md) => preview.extendMarkdownIt(md),
    ...(context.extensionMode === vscode.ExtensionMode.Test && {
      tests: testApi({ engine, suggester, ghostText, memory, reports, status }),
    }),
  };
}
