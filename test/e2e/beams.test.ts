import assert from 'node:assert/strict';
import { Panel } from './panel';
import { Workbench } from './workbench';

const TEXT = 'She opened the door and';

describe('beam search in the view', () => {
  let workbench: Workbench;
  let panel: Panel;

  before(async () => {
    workbench = await Workbench.start({ files: { 'note.md': TEXT }, size: { width: 1200, height: 900 } });
    await workbench.open('note.md');
    await workbench.goToEnd();
    panel = await Panel.open(workbench);
    await panel.openTool('Beams');
    await panel.root.getByRole('button', { name: 'Search', exact: true }).click();
    await panel.locator('.hypothesis').first().waitFor({ timeout: 30_000 });
  });
  after(() => workbench?.stop());

  const told = async () => (await panel.locator('.beams [role=status]').textContent()) ?? '';

  it('ends with as many texts as beams', async () => {
    assert.match(await told(), /^Step 8: 0 running, 3 finished/);
    assert.equal(await panel.locator('.found li').count(), 3);
  });

  it('goes back and forth by the keyboard alone', async () => {
    await panel.locator('.hypothesis').first().focus();
    for (let step = 8; step > 1; step--) await workbench.press('ArrowLeft');
    await panel.locator('.beams [role=status]', { hasText: 'Step 1:' }).waitFor();
    assert.equal(await told(), 'Step 1: 3 running, 0 finished, 3 pruned');
    assert.equal(await panel.locator('.hypothesis.pruned', { hasText: 'pruned at step 1' }).count(), 3);
    await workbench.press('ArrowRight');
    await panel.locator('.beams [role=status]', { hasText: 'Step 2:' }).waitFor();
    await workbench.press('ArrowDown');
    assert.equal(await panel.locator('.hypothesis:focus').count(), 1);
  });

  it('has nothing that axe-core objects to', async () => assert.deepEqual(await panel.violations(), []));
});
