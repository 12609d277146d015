import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as l10n from '@vscode/l10n';

/** `inkling.engine.saveEnergy`. */
export type SaveEnergy = 'auto' | 'always' | 'never';

/** Why energy is saved. */
export type EnergySaving = 'asked' | 'battery' | 'busy';

/** Facts about the machine that runs the engine. */
export interface Machine {
  /** Undefined where unknown. */
  readonly onBattery: boolean | undefined;
  /** Load average of the last minute per processor; 0 where the system provides none. */
  readonly load: number;
}

/**
 * Higher than the load of the engine's own threads on two processors; must fall below the lower limit before the
 * machine counts as calm.
 */
const BUSY_FROM = 1.5;
const CALM_BELOW = 1.1;

/** Suggestions are no longer than this while energy is saved. */
export const ENERGY_SAVING_TOKENS = 8;

/**
 * Whether and why to save energy. A busy machine counts as busy until it is calm, so that the result does not
 * oscillate.
 */
export function energySavingOf(
  mode: SaveEnergy,
  { onBattery, load }: Machine,
  before?: EnergySaving,
): EnergySaving | undefined {
  if (mode === 'never') return undefined;
  if (mode === 'always') return 'asked';
  if (onBattery) return 'battery';
  return load >= (before === 'busy' ? CALM_BELOW : BUSY_FROM) ? 'busy' : undefined;
}

/** The reason for saving energy, as a sentence for the writer. */
export function because(energySaving: EnergySaving): string {
  switch (energySaving) {
    case 'asked':
      return l10n.t('The settings ask to save energy (inkling.engine.saveEnergy).');
    case 'battery':
      return l10n.t('This machine is on battery (inkling.engine.saveEnergy).');
    case 'busy':
      return l10n.t('This machine is busy (inkling.engine.saveEnergy).');
  }
}

const SUPPLIES = '/sys/class/power_supply';

/**
 * Whether this machine runs on battery. Undefined where this cannot be read, and on Windows, which only tells native
 * code.
 */
export async function readOnBattery(platform: NodeJS.Platform = process.platform): Promise<boolean | undefined> {
  try {
    if (platform === 'linux') return await readSupplies(SUPPLIES);
    if (platform !== 'darwin') return undefined;
    const { stdout } = await promisify(execFile)('pmset', ['-g', 'batt'], { timeout: 2000 });
    return drawsFromBattery(stdout);
  } catch {
    return undefined;
  }
}

/**
 * Whether one of the machine's own batteries is discharging; undefined when it has none. Batteries of mice and
 * keyboards have the scope `Device`. https://www.kernel.org/doc/Documentation/ABI/testing/sysfs-class-power
 */
export async function readSupplies(folder: string): Promise<boolean | undefined> {
  const names = await readdir(folder);
  const read = async (name: string, what: string) =>
    (await readFile(join(folder, name, what), 'utf8').catch(() => '')).trim();
  let own = 0;
  for (const name of names) {
    if ((await read(name, 'type')) !== 'Battery' || (await read(name, 'scope')) === 'Device') continue;
    own++;
    if ((await read(name, 'status')) === 'Discharging') return true;
  }
  return own > 0 ? false : undefined;
}

/** Parses the output of `pmset -g batt`. */
export function drawsFromBattery(output: string): boolean | undefined {
  const source = /drawing from '([^']+)'/.exec(output)?.[1];
  return source === undefined ? undefined : source === 'Battery Power';
}
