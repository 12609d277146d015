import * as vscode from 'vscode';
import type { Precision } from '../../engine/api';
import { PRECISIONS } from '../../gpt2/precision';
import { findInCatalogue } from '../../store/catalogue';
import { requireHubId } from '../../store/hub/hub';
import type { InstalledModel } from '../../store/installedModels';
import { settingsFor } from '../configuration';
import { notify } from '../messages';
import { asText } from '../outsideText';
import type { Models } from './models';
import { modelRows, type Row } from './rows';
import type { SpeedEstimate } from './speedEstimate';

type Item = vscode.QuickPickItem & { readonly run?: () => Promise<unknown>; readonly row?: Row };

const removeButton: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Remove' };
const precisionButton: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('settings-gear'),
  tooltip: 'Install in Another Precision',
};

/** `Choose Model`: the models there are and what each would cost, with ways to get others. */
export async function chooseModel(models: Models, pace: SpeedEstimate): Promise<void> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = 'Choose the Model Inkling Writes With';
  pick.matchOnDescription = true;
  pick.busy = true;
  const hidden = new Promise<void>((done) => pick.onDidHide(done));
  const refresh = async () => {
    pick.items = await items(models, pace);
    const current = pick.items.find(({ row }) => row?.current);
    pick.activeItems = current ? [current] : [];
  };
  pick.onDidTriggerItemButton(async ({ item, button }) => {
    const action = item.row?.action;
    if (button === removeButton && action?.kind === 'use') {
      pick.hide();
      await removeAfterAsking(models, action.model);
    } else if (action?.kind === 'install' || action?.kind === 'use') {
      pick.hide();
      await installInPrecision(models, action.kind === 'use' ? action.model.manifest.origin.id : action.id);
    }
  });
  const chosen = new Promise<Item | undefined>((done) => {
    pick.onDidAccept(() => done(pick.selectedItems[0]));
    void hidden.then(() => done(undefined));
  });
  await refresh();
  pick.show();
  void pace.measure().then(async () => {
    await refresh();
    pick.busy = false;
  });
  const item = await chosen;
  pick.dispose();
  await item?.run?.();
}

async function items(models: Models, pace: SpeedEstimate): Promise<Item[]> {
  const { path, precision } = settingsFor().model;
  const installed = await models.store.list();
  const rows = modelRows({ installed, path, precision, defaultModel: pace.defaultModel, speed: pace.speed });
  return [
    ...rows.map((row) => toQuickPickItem(row, models)),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: '$(cloud-download) Another model on the Hugging Face hub…',
      detail: 'Any GPT-2 with the original tokenizer, by its name: owner/name',
      alwaysShow: true,
      run: () => askForHubModel(models),
    },
    {
      label: '$(folder-opened) From a folder or file…',
      detail: 'Safetensors, a PyTorch checkpoint or GGUF: a fine-tune of your own, or a model from another machine',
      alwaysShow: true,
      run: () => askForFolder(models),
    },
  ];
}

function toQuickPickItem(row: Row, models: Models): Item {
  const { action } = row;
  const buttons = { default: [], use: [precisionButton, removeButton], install: [precisionButton] }[action.kind];
  const run = {
    default: () => models.use(''),
    use: () => models.use(action.kind === 'use' ? action.model.folder : ''),
    install: () => installFromHub(models, action.kind === 'install' ? action.id : ''),
  }[action.kind];
  const label = `${row.current ? '$(check) ' : ''}${asText(row.name)}`;
  return { label, description: asText(row.facts), detail: asText(row.costs), buttons, run, row };
}

/** Installs a model of the hub and uses it. A window that closes meanwhile leaves a note for the next one. */
export function installFromHub(models: Models, id: string, precision?: Precision): Promise<InstalledModel | undefined> {
  const name = findInCatalogue(id)?.name ?? id;
  return models.remembering({ id, precision }, () =>
    models.install(name, (store, options) =>
      store.install(id, precision === undefined ? options : { ...options, precision }),
    ),
  );
}

async function installInPrecision(models: Models, id: string): Promise<void> {
  const about: Record<Precision, string> = {
    q8: '8-bit weights: fast, and hardly different from fp32',
    q4: '4-bit weights: the smallest; suggestions suffer a little',
    fp32: '32-bit weights: exact, and four times the size of q8',
  };
  const chosen = await vscode.window.showQuickPick(
    PRECISIONS.map((label) => ({ label, description: about[label] })),
    { title: asText(`Precision of ${findInCatalogue(id)?.name ?? id}`) },
  );
  if (chosen) {
    await installFromHub(models, id, chosen.label);
  }
}

async function askForHubModel(models: Models): Promise<void> {
  const id = await vscode.window.showInputBox({
    title: 'A GPT-2 on the Hugging Face Hub',
    placeHolder: 'owner/name',
    validateInput: (text) => {
      try {
        requireHubId(text.trim());
        return undefined;
      } catch (error) {
        return asText((error as Error).message);
      }
    },
  });
  if (id) {
    await installFromHub(models, id.trim());
  }
}

async function askForFolder(models: Models): Promise<void> {
  const chosen = await vscode.window.showOpenDialog({
    title: 'A GPT-2: Its Folder, or Its File of Weights',
    // Where a dialog cannot show both, VS Code shows folders.
    canSelectFolders: true,
    canSelectFiles: true,
    openLabel: 'Import',
  });
  if (chosen) {
    await importFrom(models, chosen[0].fsPath);
  }
}

/** Compiles a model from a folder or one of its files and uses it. */
export function importFrom(models: Models, path: string): Promise<InstalledModel | undefined> {
  return models.install(path, (store, options) => store.importFrom(path, options));
}

async function removeAfterAsking(models: Models, model: InstalledModel): Promise<void> {
  const { name, precision } = model.manifest;
  const remove = 'Remove';
  const answer = await notify.confirm(`Remove ${name} (${precision})?`, remove);
  if (answer === remove) {
    await models.remove(model);
  }
}
