import * as vscode from 'vscode';
import { settingsFor } from './configuration';
import type { Activity } from './ghostText/activity';
import type { Memory } from './memory/memory';
import { asText } from './outsideText';
import type { Status } from './statusText';
import { writersEditor } from './writersEditor';

type Item = vscode.QuickPickItem & { readonly run?: () => unknown };

const MINUTE_MS = 60_000;

/** How often to suggest, in words. */
const RATES: readonly (readonly [rate: number, name: string])[] = [
  [0.1, 'Seldom: only what is nearly certain'],
  [0.2, 'Less often'],
  [0.3, 'As designed'],
  [0.5, 'More often'],
  [1, 'Whenever there is something to say'],
];

/** `Inkling: Show Menu`, which a click on the status item opens. */
export async function showMenu(
  activity: Activity,
  memory: Pick<Memory, 'summary'>,
  status: Status | undefined,
  server: string | undefined,
): Promise<void> {
  const document = writersEditor()?.document;
  const { triggerRate } = settingsFor(document).ghostText;
  const command = (id: string) => () => vscode.commands.executeCommand(id);
  const quiet = activity.quietUntil !== undefined;
  const items: Item[] = [
    ...(status?.kind === 'error'
      ? [{ label: `$(debug-restart) ${vscode.l10n.t('Restart the Engine')}`, run: command('inkling.restartEngine') }]
      : []),
    ...(quiet
      ? [{ label: '$(play) Suggest Again', run: () => activity.snooze(0) }]
      : [
          { label: '$(debug-pause) Pause for 5 Minutes', run: () => activity.snooze(5 * MINUTE_MS) },
          { label: '$(debug-pause) Pause for 1 Hour', run: () => activity.snooze(60 * MINUTE_MS) },
        ]),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    ...(document
      ? [
          {
            label: '$(file) Turn Ghost Text On or Off for This File',
            run: command('inkling.toggleGhostTextForThisFile'),
          },
          {
            label: '$(symbol-string) Turn Ghost Text On or Off for This Language',
            description: asText(document.languageId),
            run: command('inkling.toggleGhostText'),
          },
        ]
      : []),
    {
      label: '$(dashboard) How Often to Suggest…',
      description: RATES.find(([rate]) => rate === triggerRate)?.[1] ?? String(triggerRate),
      run: () => chooseRate(triggerRate),
    },
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: vscode.l10n.t('{0} What It Knows of Your Texts', '$(book)'),
      detail: await memory.summary(),
      run: () => vscode.commands.executeCommand('workbench.action.openSettings', 'inkling.memory'),
    },
    { label: '$(question) Why No Suggestion?', run: command('inkling.whyNoSuggestion') },
    { label: '$(graph) Explain Next Token', run: command('inkling.explainNextToken') },
    ...(server === undefined
      ? []
      : [
          {
            label: vscode.l10n.t('{0} Use the Model Here', '$(vm)'),
            description: vscode.l10n.t('Nothing is sent to {0} any more', asText(server)),
            run: command('inkling.useTheModelHere'),
          },
        ]),
    { label: '$(server-environment) Choose Model…', run: command('inkling.chooseModel') },
    { label: '$(output) Show Log', run: command('inkling.showLog') },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Inkling',
    placeHolder: asText(status?.detail ?? ''),
  });
  await picked?.run?.();
}

async function chooseRate(current: number): Promise<void> {
  const items = RATES.map(([rate, label]) => ({ label, description: rate === current ? 'now' : String(rate), rate }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'How Often to Suggest',
    placeHolder: 'The share of keys after which there is grey text (inkling.ghostText.triggerRate)',
  });
  if (picked === undefined) return;
  const config = vscode.workspace.getConfiguration('inkling');
  await config.update('ghostText.triggerRate', picked.rate, vscode.ConfigurationTarget.Global);
}
