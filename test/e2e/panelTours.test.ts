import assert from 'node:assert/strict';
import { Panel } from './panel';
import { Workbench } from './workbench';

const TEXT = 'She opened the door and went down to the water. The morning was';
const TOOLS = ['Shape', 'Sample', 'Try', 'Beams', 'Words', 'Why'] as const;

/** What can be done in the view is done in each way in which a writer may do it; only inserting changes the text. */
describe('a tour of the view', () => {
  let workbench: Workbench;
  let panel: Panel;
  let name: string;
  // Each test loads the window anew: VS Code may bring back a copy from before the last test has saved.
  const names = ['mouse.md', 'touch.md', 'keyboard.md', 'reader.md'];

  before(async () => {
    workbench = await Workbench.start({
      files: Object.fromEntries(names.map((each) => [each, TEXT])),
      size: { width: 1400, height: 900 },
      touch: true,
    });
  });
  after(() => workbench?.stop());

  beforeEach(async () => {
    name = names.shift() as string;
    await workbench.open(name);
    await workbench.goToEnd();
    panel = await Panel.open(workbench);
  });

  const row = (index: number) => panel.locator('.candidates tbody tr').nth(index);
  const tip = () => panel.locator('.tip');
  const unchanged = async () => {
    assert.equal(workbench.read(name), TEXT);
    assert.equal(await workbench.page.locator('.tab.active.dirty').count(), 0);
  };
  const explained = async (index: number) => {
    await row(index).and(panel.locator('.chosen')).waitFor();
    await panel.root.getByRole('tab', { name: 'Why', selected: true }).waitFor();
    await panel.locator('.lens tbody tr').last().waitFor({ timeout: 30_000 });
  };
  const counted = (tokens: number) => panel.locator('.tokens .note', { hasText: `${tokens} tokens` }).waitFor();
  const countOf = async () =>
    Number(/(\d+) tokens/.exec((await panel.locator('.tokens .note').textContent()) ?? '')?.[1]);
  const undone = async (tokens: number) => {
    await counted(tokens);
    await panel.explained();
    await workbench.focusText();
    assert.equal(await workbench.save(name), TEXT);
  };

  it('with the mouse alone', async () => {
    const tokens = await countOf();
    await panel.locator('.chip').nth(3).click();
    await panel.locator('.chip-detail').waitFor();
    await panel.root.getByRole('button', { name: /entropy/ }).hover();
    await tip().filter({ hasText: 'How undecided the model is' }).waitFor();
    await row(1).locator('.bar').click();
    await explained(1);
    await panel.candidate(2).click();
    await explained(2);
    for (const tool of TOOLS) {
      await panel.openTool(tool);
      assert.equal(await panel.locator('#tool .section').count(), 1);
    }
    await unchanged();
    await row(0).hover();
    await row(0).getByRole('button', { name: /^Try/ }).click();
    await panel.locator('.chip.tried').waitFor();
    await panel.openTool('Try');
    await panel.root.getByRole('button', { name: /^Undo branch/ }).click();
    await unchanged();
    await row(0).hover();
    await row(0)
      .getByRole('button', { name: /^Insert/ })
      .click();
    await counted(tokens + 1);
    await panel.root.getByRole('button', { name: 'Undo insertion' }).click();
    await undone(tokens);
  });

  it('by touch', async () => {
    const tokens = await countOf();
    await panel.locator('.chip').nth(3).tap();
    await panel.locator('.chip-detail').waitFor();
    await panel.root.getByRole('button', { name: /entropy/ }).tap();
    await tip().filter({ hasText: 'How undecided the model is' }).waitFor();
    await panel.candidate(1).tap();
    await explained(1);
    for (const tool of TOOLS) {
      await panel.root.getByRole('tab', { name: tool, exact: true }).tap();
      await panel.root.getByRole('tab', { name: tool, exact: true, selected: true }).waitFor();
    }
    await unchanged();
    await row(1)
      .getByRole('button', { name: /^Insert/ })
      .tap();
    await counted(tokens + 1);
    await panel.root.getByRole('tab', { name: 'Try', exact: true }).tap();
    await panel.root.getByRole('button', { name: 'Undo insertion' }).tap();
    await undone(tokens);
  });

  it('with the keyboard alone', async () => {
    const tokens = await countOf();
    await panel.tabTo('[data-term="entropy"]');
    await tip().filter({ hasText: 'How undecided the model is' }).waitFor();
    await workbench.press('Escape');
    await tip().waitFor({ state: 'detached' });
    await panel.tabTo('.token-button');
    await workbench.press('ArrowDown', 'Space');
    await explained(1);
    await panel.tabTo('.tab');
    await workbench.press('Home', 'Enter');
    for (const tool of TOOLS) {
      await panel.root.getByRole('tab', { name: tool, exact: true, selected: true }).waitFor();
      if (tool !== 'Why') await workbench.press('ArrowRight', 'Enter');
    }
    await unchanged();
    await panel.locator('.chip').first().focus();
    await panel.tabTo('.token-button');
    await workbench.press('Enter');
    await counted(tokens + 1);
    await panel.tabTo('.tab');
    await workbench.press('Home', 'ArrowRight', 'ArrowRight', 'Enter');
    await panel.tabTo('.branches .note button');
    await workbench.press('Enter');
    await undone(tokens);
  });

  it('with a screen reader: by roles and names alone', async () => {
    const { root } = panel;
    const tokens = await countOf();
    for (const region of ['Tokens', 'Next token']) {
      await root.getByRole('region', { name: region, exact: true }).waitFor();
    }
    const entropy = root.getByRole('button', { name: /entropy/ });
    const described = await entropy.evaluate(
      (button) => document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent,
    );
    assert.match(described ?? '', /^How undecided the model is/);
    const table = root.getByRole('table', { name: /Candidates for the next token/ });
    const label = (await table.getByRole('rowheader').nth(1).getByRole('button').getAttribute('aria-label')) ?? '';
    // A screen reader presses a button where a finger would.
    await table.getByRole('button', { name: label, exact: true }).dispatchEvent('click');
    await explained(1);
    await table.getByRole('button', { name: label, exact: true, pressed: true }).waitFor();
    for (const tool of TOOLS) {
      await root.getByRole('tab', { name: tool, exact: true }).dispatchEvent('click');
      await root.getByRole('tabpanel', { name: tool }).getByRole('region').waitFor();
    }
    await unchanged();
    await table.getByRole('button', { name: `Insert ${label}`, exact: true }).dispatchEvent('click');
    await counted(tokens + 1);
    await root.getByRole('tab', { name: 'Try', exact: true }).dispatchEvent('click');
    await root.getByRole('button', { name: 'Undo insertion' }).dispatchEvent('click');
    await undone(tokens);
  });
});
