import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  because,
  drawsFromBattery,
  energySavingOf,
  readOnBattery,
  readSupplies,
} from '../../../../src/editor/energySaving/energySaving';

const calm = { onBattery: false, load: 0.2 };

describe('saving energy', () => {
  it('does less on battery or on a busy machine, and says why', () => {
    assert.equal(energySavingOf('auto', calm), undefined);
    assert.equal(energySavingOf('auto', { onBattery: true, load: 3 }), 'battery');
    assert.equal(energySavingOf('auto', { onBattery: undefined, load: 1.6 }), 'busy');
    assert.equal(energySavingOf('auto', { onBattery: undefined, load: 1.4 }), undefined);
    assert.match(because('busy'), /busy \(inkling\.engine\.saveEnergy\)/);
  });

  it('goes on until a busy machine is calm, so that the answer does not flutter', () => {
    const middling = { ...calm, load: 1.3 };
    assert.equal(energySavingOf('auto', middling, 'busy'), 'busy');
    assert.equal(energySavingOf('auto', middling, 'battery'), undefined);
    assert.equal(energySavingOf('auto', calm, 'busy'), undefined);
  });

  it('does as the writer says', () => {
    assert.equal(energySavingOf('always', calm), 'asked');
    assert.equal(energySavingOf('never', { onBattery: true, load: 9 }), undefined);
  });
});

describe('the power supply', () => {
  let folder: string;
  const supply = async (name: string, values: Record<string, string>) => {
    await mkdir(join(folder, name));
    for (const [key, value] of Object.entries(values)) await writeFile(join(folder, name, key), `${value}\n`);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inkling-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('of Linux is a battery while one of the machine’s own is discharged', async () => {
    assert.equal(await readSupplies(folder), undefined, 'a desktop has none');
    await supply('AC', { type: 'Mains', online: '0' });
    await supply('hidpp_battery_0', { type: 'Battery', scope: 'Device', status: 'Discharging' });
    assert.equal(await readSupplies(folder), undefined, 'a mouse’s battery is not the machine’s');
    await supply('BAT0', { type: 'Battery', status: 'Not charging' });
    assert.equal(await readSupplies(folder), false);
    await supply('BAT1', { type: 'Battery', scope: 'System', status: 'Discharging' });
    assert.equal(await readSupplies(folder), true);
  });

  it('of macOS is what pmset says', () => {
    const says = (source: string) =>
      `Now drawing from '${source}'\n -InternalBattery-0 (id=1)\t97%; discharging; 5:03\n`;
    assert.equal(drawsFromBattery(says('Battery Power')), true);
    assert.equal(drawsFromBattery(says('AC Power')), false);
    assert.equal(drawsFromBattery(''), undefined);
  });

  it('of Windows is not known', async () => {
    assert.equal(await readOnBattery('win32'), undefined);
  });
});
