import * as vscode from 'vscode';
import type { EngineHealth } from '../../engine/health';
import { readOutdatedManifest } from '../../gpt2/compiledModel';
import { findInCatalogue } from '../../store/catalogue';
import { settingsFor } from '../configuration';
import type { EngineHost } from '../engineHost';
import { notify } from '../messages';
import { chooseModel, installFromHub, installFromOrigin } from './chooseModel';
import type { Models } from './models';
import type { SpeedEstimate } from './speedEstimate';

const OFFERED = 'inkling.gpt2Offered';

/** Offers GPT-2 on the first start on this machine, and never again, whatever the answer. */
export async function offerGpt2Once(
  context: vscode.ExtensionContext,
  models: Models,
  speed: SpeedEstimate,
): Promise<void> {
  const { model, hub } = settingsFor();
  if (!model.offer || model.path !== '' || !hub.enabled || context.globalState.get(OFFERED)) {
    return;
  }
  await context.globalState.update(OFFERED, true);
  if ((await models.store.list()).length > 0) {
    return;
  }
  const get = vscode.l10n.t('Get GPT-2');
  const choose = vscode.l10n.t('Other Models…');
  const answer = await notify.information(
    vscode.l10n.t(
      'Inkling writes with the small model it comes with. GPT-2 writes far better: a download of 548 MB, once.',
    ),
    get,
    choose,
  );
  if (answer === get) {
    await installFromHub(models, 'openai-community/gpt2');
  } else if (answer === choose) {
    await chooseModel(models, speed);
  }
}

/** Offers to resume an installation that ended with its window. */
export async function offerToResume(models: Models): Promise<void> {
  const left = await models.interrupted();
  if (!left || !settingsFor().hub.enabled) {
    return;
  }
  const resume = vscode.l10n.t('Go On');
  const name = findInCatalogue(left.id)?.name ?? left.id;
  const answer = await notify.information(
    vscode.l10n.t('The installation of {0} was interrupted. It can go on from where it was.', name),
    resume,
  );
  await models.forget();
  if (answer === resume) {
    await installFromHub(models, left.id, left.precision);
  }
}

/**
 * After an update that changes the compiler's output, announces that the model in use is outdated, and compiles it
 * again.
 */
export async function offerToRenew(models: Models): Promise<void> {
  const outdated = await readOutdatedManifest(settingsFor().model.path);
  if (outdated?.origin === undefined) {
    return;
  }
  const { origin, name, precision } = outdated;
  const renew = vscode.l10n.t('Install Again');
  const fallBack = vscode.l10n.t('Use the Default Model');
  const answer = await notify.warning(
    vscode.l10n.t('{0} was compiled by another version of Inkling and has to be installed again.', name),
    renew,
    fallBack,
  );
  if (answer === fallBack) {
    await models.use('');
  } else if (answer === renew) {
    await installFromOrigin(models, origin, precision);
  }
}

/** Offers to reinstall the model in use when the engine finds that its files have changed on disk. */
export function offerToRepair(models: Models, engine: Pick<EngineHost, 'onDidChangeHealth'>): vscode.Disposable {
  return engine.onDidChangeHealth((health) => void repair(models, health));
}

async function repair(models: Models, health: EngineHealth): Promise<void> {
  const { path } = settingsFor().model;
  if (health.state !== 'error' || !health.isDamaged || path === '') {
    return;
  }
  const damaged = (await models.store.list()).find(({ folder }) => folder === path);
  const again = vscode.l10n.t('Install Again');
  const fallBack = vscode.l10n.t('Use the Default Model');
  const answer = await notify.error(health.message, ...(damaged ? [again, fallBack] : [fallBack]));
  if (answer === fallBack) {
    await models.use('');
  } else if (answer === again && damaged) {
    const { origin, precision } = damaged.manifest;
    await models.store.remove(damaged);
    await installFromOrigin(models, origin, precision);
  }
}
