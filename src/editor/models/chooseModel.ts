import * as vscode from 'vscode';
import type { Precision } from '../../engine/api';
import type { Origin } from '../../gpt2/compiledModel';
import { PRECISIONS } from '../../gpt2/quantise';
import { findInCatalogue } from '../../store/catalogue';
import { parseHubName } from '../../store/hub/hub';
import type { InstalledModel } from '../../store/installedModels';
import { settingsFor } from '../configuration';
import { notify } from '../messages';
import { asText } from '../outsideText';
import type { Models } from './models';
import { modelRows, type Row } from './rows';
import type { SpeedEstimate } from './speedEstimate';

type Item = vscode.QuickPickItem & { readonly run?: () => Promise<unknown>; readonly row?: Row };

/** A button of a row with its action. */
interface RowButton extends vscode.QuickInputButton {
  readonly run: (models: Models, row: Row | undefined) => Promise<void>;
}

function removeButton(): RowButton {
  return { iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Remove'), run: removeRow };
}

function precisionButton(): RowButton {
  return {
    iconPath: new vscode.ThemeIcon('settings-gear'),
    tooltip: vscode.l10n.t('Install in Another Precision'),
    run: installRowInPrecision,
  };
}

/** `Choose Model`: the available models with their costs, and ways to get others. */
export async function chooseModel(models: Models, speed: SpeedEstimate): Promise<void> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = vscode.l10n.t('Choose the Model Inkling Writes With');
  pick.placeholder = vscode.l10n.t('Type a name or a language');
  pick.matchOnDescription = true;
  pick.busy = true;
  const hidden = new AbortController();
  pick.onDidHide(() => hidden.abort());
  const refresh = async () => {
    const { activeItems } = pick;
    pick.items = await items(models, speed);
    const isActive = ({ row, label }: Item) =>
      activeItems.length > 0 ? label === activeItems[0].label : row?.current === true;
    const active = pick.items.find(isActive);
    pick.activeItems = active ? [active] : [];
  };
  pick.onDidTriggerItemButton(async ({ item, button }) => {
    pick.hide();
    await (button as RowButton).run(models, item.row);
  });
  const chosen = new Promise<Item | undefined>((done) => {
    pick.onDidAccept(() => done(pick.selectedItems[0]));
    pick.onDidHide(() => done(undefined));
  });
  await refresh();
  pick.show();
  void speed.measure(hidden.signal).then(async () => {
    if (!hidden.signal.aborted) {
      await refresh();
      pick.busy = false;
    }
  });
  const item = await chosen;
  pick.dispose();
  await item?.run?.();
}

async function items(models: Models, { defaultModel, speed }: SpeedEstimate): Promise<Item[]> {
  const { model, hub } = settingsFor();
  const { path, precision } = model;
  const { store } = models;
  const [installed, unusable] = await Promise.all([store.list(), store.listUnusable()]);
  const [here, ...offered] = modelRows({
    installed,
    unusable,
    path,
    precision,
    defaultModel,
    hubEnabled: hub.enabled,
    speed,
  }).map(({ title, rows }) => [separator(title), ...rows.map((row) => toQuickPickItem(row, models))]);
  return [...here, ...otherSources(models, hub.enabled), ...offered.flat()];
}

function separator(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

/** Ways to get models that are not listed. */
function otherSources(models: Models, hubEnabled: boolean): Item[] {
  const hub: Item = {
    label: vscode.l10n.t('{0} Another model on the Hugging Face hub…', '$(cloud-download)'),
    detail: vscode.l10n.t('Any GPT-2 with a byte-level BPE tokenizer, by its name: owner/name or owner/name@revision'),
    alwaysShow: true,
    run: () => askForHubModel(models),
  };
  return [
    separator(vscode.l10n.t('From elsewhere')),
    ...(hubEnabled ? [hub] : []),
    {
      label: vscode.l10n.t('{0} From a folder or file…', '$(folder-opened)'),
      detail: vscode.l10n.t(
        'Safetensors, a PyTorch checkpoint or GGUF: a fine-tune of your own, or a model from another machine',
      ),
      alwaysShow: true,
      run: () => askForFolder(models),
    },
  ];
}

function toQuickPickItem(row: Row, models: Models): Item {
  const { action } = row;
  const buttons = {
    default: [],
    use: [precisionButton(), removeButton()],
    clear: [removeButton()],
    install: [precisionButton()],
  }[action.kind];
  const label = `${row.current ? '$(check) ' : ''}${asText(row.name)}`;
  const run = () => runRow(models, row);
  return { label, description: asText(row.facts), detail: asText(row.costs), buttons, run, row };
}

async function runRow(models: Models, row: Row): Promise<void> {
  const { action } = row;
  switch (action.kind) {
    case 'default':
      return models.use('');
    case 'use':
      return models.use(action.model.folder);
    case 'clear':
      return removeRow(models, row);
    case 'install':
      await installFromHub(models, action.id);
  }
}

async function removeRow(models: Models, row: Row | undefined): Promise<void> {
  const action = row?.action;
  if (action?.kind !== 'use' && action?.kind !== 'clear') {
    return;
  }
  const name = action.kind === 'use' ? `${row?.name} (${action.model.manifest.precision})` : action.model.name;
  const remove = vscode.l10n.t('Remove');
  if ((await notify.confirm(vscode.l10n.t('Remove {0}?', name), remove)) === remove) {
    await models.remove(action.model);
  }
}

async function installRowInPrecision(models: Models, row: Row | undefined): Promise<void> {
  const action = row?.action;
  if (action?.kind === 'install') {
    await installInPrecision(action.id, (precision) => installFromHub(models, action.id, precision));
  }
  if (action?.kind === 'use') {
    const { origin, name } = action.model.manifest;
    await installInPrecision(name, (precision) => installFromOrigin(models, origin, precision));
  }
}

/** Installs a model of the hub and uses it. If the window closes meanwhile, a note lets the next one resume. */
export function installFromHub(models: Models, id: string, precision?: Precision): Promise<InstalledModel | undefined> {
  const name = findInCatalogue(id)?.name ?? id;
  return models.remembering({ id, precision }, () =>
    models.install(
      name,
      (store, options) => store.install(id, precision === undefined ? options : { ...options, precision }),
      () => installFromHub(models, id, precision),
    ),
  );
}

/** Installs a model from where an installed one came from, and uses it. */
export function installFromOrigin(
  models: Models,
  { kind, id, revision }: Origin,
  precision: Precision,
): Promise<InstalledModel | undefined> {
  return kind === 'hub' ? installFromHub(models, id, precision) : importFrom(models, revision, precision);
}

async function installInPrecision(id: string, install: (precision: Precision) => Promise<unknown>): Promise<void> {
  const about: Record<Precision, string> = {
    q8: vscode.l10n.t('8-bit weights: fast, and hardly different from fp32'),
    q4: vscode.l10n.t('4-bit weights: the smallest; suggestions suffer a little'),
    fp32: vscode.l10n.t('32-bit weights: exact, and four times the size of q8'),
  };
  const chosen = await vscode.window.showQuickPick(
    PRECISIONS.map((label) => ({ label, description: about[label] })),
    { title: asText(vscode.l10n.t('Precision of {0}', findInCatalogue(id)?.name ?? id)) },
  );
  if (chosen) {
    await install(chosen.label);
  }
}

async function askForHubModel(models: Models): Promise<void> {
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('A GPT-2 on the Hugging Face Hub'),
    placeHolder: vscode.l10n.t('owner/name or owner/name@revision'),
    validateInput: (text) => {
      try {
        parseHubName(text);
        return undefined;
      } catch (error) {
        return asText((error as Error).message);
      }
    },
  });
  if (name) {
    await installFromHub(models, name.trim());
  }
}

async function askForFolder(models: Models): Promise<void> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('A GPT-2: Its Folder, or Its File of Weights'),
    // Where a dialog cannot offer both, VS Code offers folders.
    canSelectFolders: true,
    canSelectFiles: true,
    openLabel: vscode.l10n.t('Import'),
  });
  if (chosen) {
    await importFrom(models, chosen[0].fsPath);
  }
}

/** Compiles a model from a folder or one of its files and uses it. */
export function importFrom(models: Models, path: string, precision?: Precision): Promise<InstalledModel | undefined> {
  return models.install(path, (store, options) =>
    store.importFrom(path, precision === undefined ? options : { ...options, precision }),
  );
}
