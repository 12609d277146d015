import assert from 'node:assert/strict';
import { cp, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import oracles from '../../../models/oracles/default.json';
import gpt2 from '../../../models/oracles/gpt2.json';
import { LocalEngine } from '../../../src/engine/localEngine';
import { compiledFolder } from '../../../src/gpt2/compiledCache';
import { openModel } from '../../../src/gpt2/files/openModel';
import { type Agreement, compare, passes } from '../../../src/verify/agreement';
import type { Case, Oracles } from '../../../src/verify/cases';
import { table } from '../../../src/verify/table';
import { temporaryFolder } from '../../support/randomModel';

const model = join(__dirname, '../../../models/default');

/** One case of every group; `inkling verify` runs them all. */
function oneOfEach({ model, cases }: Oracles): Oracles {
  const groups = new Map<string, Case>();
  for (const one of cases) {
    groups.set(one.group, groups.get(one.group) ?? one);
  }
  return { model, cases: [...groups.values()] };
}

describe('the checker of real outputs', () => {
  let folder: string;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const compareWith = async (from: string, asked: Oracles): Promise<Agreement[]> => {
    const engine = await LocalEngine.open(await compiledFolder(from, 'fp32', join(folder, 'compiled')));
    try {
      return await compare(engine.model, oneOfEach(asked), 'fp32');
    } finally {
      await engine.dispose();
    }
  };
  const differing = (groups: readonly Agreement[]) =>
    groups.filter((group) => !passes(group, 'fp32')).map(({ group }) => group);

  it('finds that the default model says what it said when it was recorded', async () => {
    const groups = await compareWith(model, oracles as unknown as Oracles);
    assert.equal(groups.length, 7);
    assert.deepEqual(differing(groups), []);
    assert.match(table([{ precision: 'fp32', groups }]), /GLTR +fp32 .* agrees\n/);
  });

  it('finds one changed weight among 37 million', async () => {
    const changed = join(folder, 'changed');
    await cp(model, changed, { recursive: true });
    await changeOneWeight(changed, 'h.3.mlp.c_proj.weight');
    const found = differing(await compareWith(changed, oracles as unknown as Oracles));
    assert.ok(found.includes('GLTR'), found.join());
  });

  it('does not take the default model for GPT-2', async () => {
    const groups = await compareWith(model, gpt2 as unknown as Oracles);
    assert.deepEqual(
      differing(groups),
      groups.map(({ group }) => group),
    );
  });
});

/** Sets the first number of a tensor to 1; the file's numbers are 16 bits wide. */
async function changeOneWeight(folder: string, tensor: string): Promise<void> {
  const { weights, close } = await openModel(folder);
  const before = (await weights.get(tensor, 0, 1)).values[0];
  await close();
  const index = JSON.parse(await readFile(join(folder, 'model.safetensors.index.json'), 'utf8'));
  const path = join(folder, index.weight_map[tensor]);
  const handle = await open(path, 'r+');
  try {
    const { buffer: length } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const header = Number(length.readBigUInt64LE());
    const { buffer: json } = await handle.read(Buffer.alloc(header), 0, header, 8);
    const entry = JSON.parse(json.toString())[tensor];
    assert.equal(entry.dtype, 'F16');
    assert.notEqual(before, 1);
    await handle.write(Buffer.from([0x00, 0x3c]), 0, 2, 8 + header + entry.data_offsets[0]);
  } finally {
    await handle.close();
  }
}
