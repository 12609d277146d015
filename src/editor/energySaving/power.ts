import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SUPPLIES = '/sys/class/power_supply';

/**
 * Whether this machine runs on battery: Linux and macOS say so, elsewhere it is undefined, for Windows tells only native
 * code. What cannot be read is undefined too.
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
 * Whether one of the machine's own batteries is being discharged; undefined when it has none. Batteries of mice and
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

/** Reads what `pmset -g batt` prints. */
export function drawsFromBattery(output: string): boolean | undefined {
  const source = /drawing from '([^']+)'/.exec(output)?.[1];
  return source === undefined ? undefined : source === 'Battery Power';
}
