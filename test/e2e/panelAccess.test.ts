import assert from 'node:assert/strict';
import { Panel } from './panel';
import { Workbench } from './workbench';

const TEXT = `# The harbour

She opened the door and went down to the water. The morning was bright, and the boats came
`;
const THEMES = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
};

describe('Explain Next Token for everyone', () => {
  let workbench: Workbench;
  let panel: Panel;

  before(async () => {
    workbench = await Workbench.start({ files: { 'essay.md': TEXT }, size: { width: 1500, height: 1000 } });
    await workbench.open('essay.md');
    await toText();
    panel = await Panel.open(workbench);
    await workbench.command('View: Toggle Maximized Panel');
  });
  after(() => workbench?.stop());

  async function toText(): Promise<void> {
    await workbench.focusText();
    await workbench.press('Control+Home', 'ArrowDown', 'ArrowDown', 'End');
  }

  const focused = async () =>
    (await panel.frame()).evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id,
    );

  it('works from the keyboard alone', async () => {
    await panel.tabTo('.token-button');
    const first = await panel.candidate(0).getAttribute('aria-label');
    const second = await panel.candidate(1).getAttribute('aria-label');
    assert.equal(await focused(), first);
    await workbench.press('ArrowDown');
    assert.equal(await focused(), second);
    assert.equal(
      await panel.candidate(1).evaluate((button) => getComputedStyle(button).outlineStyle !== 'none'),
      true,
      'the focus is visible',
    );
    await panel.openTool('Try');
    await panel.candidate(1).focus();
    await workbench.press('Alt+Enter');
    await panel.locator('.continuation').waitFor({ timeout: 30_000 });
    await panel.openTool('Try');
    await panel.root.getByRole('button', { name: /^Undo branch/ }).focus();
    await workbench.press('Enter');
    await panel.locator('.chip.tried').waitFor({ state: 'detached' });
    await panel.locator('.chip').last().focus();
    await workbench.press('ArrowLeft');
    assert.match((await focused()) ?? '', /^space boats, token \d+, probability/);
    await workbench.press('Enter');
    await panel.locator('.chip.highlighted', { hasText: 'boats' }).waitFor();
  });

  it('keeps the keyboard near a button that goes away or can no longer be used', async () => {
    const press = async (name: string | RegExp) => {
      await panel.root.getByRole('button', { name, exact: true }).focus();
      await workbench.press('Enter');
    };
    const leadsTo = (selector: string) => panel.locator(`${selector}:focus`).waitFor({ timeout: 10_000 });
    await press('Lesson');
    await leadsTo('.guide .action');
    await press('Next');
    await press('Back');
    await leadsTo('.guide .action');
    while ((await panel.root.getByRole('button', { name: 'Show me where' }).count()) === 0) await press('Next');
    await press('Show me where');
    await leadsTo('.tab');
    await press('Close');
    await leadsTo('.lesson');
    await panel.openTool('Try');
    await panel.candidate(1).focus();
    await workbench.press('Alt+Enter');
    await panel.locator('.continuation').waitFor({ timeout: 30_000 });
    await leadsTo('.token-button');
    await press(/^Undo branch/);
    await leadsTo('.branches button');
  });

  it('tells screen readers what is what', async () => {
    assert.equal(await panel.root.getByRole('list', { name: 'Tokens before the cursor' }).count(), 1);
    const table = panel.root.getByRole('table', { name: /Candidates for the next token/ });
    assert.equal(await table.getByRole('columnheader', { name: 'Probability' }).count(), 1);
    assert.ok((await table.getByRole('rowheader').count()) >= 20);
    await panel.openTool('Shape');
    assert.equal(await panel.root.getByRole('slider', { name: 'Temperature' }).count(), 1);
  });

  it('calls a token as it is drawn, where spaces are shown as GPT-2’s vocabulary has them', async () => {
    await panel.root.getByLabel('Ġ', { exact: true }).check({ force: true });
    await panel.openTool('Try');
    await panel.candidate(0).focus();
    await workbench.press('Alt+Enter');
    await panel.locator('.continuation').waitFor({ timeout: 30_000 });
    const [drawn, name] = [await panel.candidate(0).textContent(), await panel.candidate(0).getAttribute('aria-label')];
    assert.equal(name, drawn);
    assert.deepEqual(await panel.violations(), []);
    await panel.root.getByRole('button', { name: /^Undo branch/ }).click();
    await panel.root.getByLabel('␣', { exact: true }).check({ force: true });
  });

  for (const [kind, theme] of Object.entries(THEMES)) {
    it(`has nothing axe-core objects to: ${theme}`, async () => {
      if (kind !== 'light') await workbench.setTheme(theme);
      for (const tool of ['Shape', 'Try', 'Beams', 'Words'] as const) {
        await panel.openTool(tool);
        assert.deepEqual(await panel.violations(), [], tool);
      }
      await panel.openTool('Sample');
      await panel.root.getByRole('button', { name: 'Draw 100' }).click();
      assert.deepEqual(await panel.violations(), [], 'Sample');
      await panel.candidate(0).click();
      await panel.locator('.lens tbody tr').last().waitFor({ timeout: 30_000 });
      for (const colour of ['Boundary', 'Rank', 'Surprisal', 'Attention']) {
        await panel.root.getByLabel(colour, { exact: true }).check({ force: true });
        assert.deepEqual(await panel.violations(), [], colour);
      }
      await panel.root.getByLabel('Rank', { exact: true }).check({ force: true });
      await workbench.screenshot(`panel-${kind}`);
    });
  }

  it('keeps its layout at a zoom of 200 %', async () => {
    const { width, height } = workbench.page.viewportSize() ?? { width: 1500, height: 1000 };
    await workbench.page.setViewportSize({ width: width / 2, height: height / 2 });
    const frame = await panel.frame();
    const overflow = await frame.evaluate(() => {
      const page = document.documentElement;
      return page.scrollWidth - page.clientWidth;
    });
    assert.ok(overflow <= 0, `${overflow} pixels too wide`);
    await panel.candidate(0).scrollIntoViewIfNeeded();
    await workbench.screenshot('panel-zoom');
    await workbench.page.setViewportSize({ width, height });
  });

  it('moves nothing for those who want it still', async () => {
    await workbench.page.emulateMedia({ reducedMotion: 'reduce' });
    const moving = await panel.locator('*').evaluateAll(
      (elements) =>
        elements.filter((element) => {
          const { animationName, transitionDuration } = getComputedStyle(element);
          return animationName !== 'none' || transitionDuration.split(', ').some((duration) => duration !== '0s');
        }).length,
    );
    assert.equal(moving, 0);
    await workbench.page.emulateMedia({ reducedMotion: null });
  });

  it('is as it was left after being hidden, and after the window was reloaded', async () => {
    const leaveIt = async (temperature: number) => {
      await panel.root.getByLabel('Surprisal', { exact: true }).check({ force: true });
      await panel.openTool('Shape');
      await panel.slide('temperature', temperature);
      await panel.openTool('Words');
    };
    const asLeft = async (temperature: number) => {
      assert.equal(await panel.root.getByLabel('Surprisal', { exact: true }).isChecked(), true);
      await panel.root.getByRole('tab', { name: 'Words', selected: true }).waitFor();
      await panel.openTool('Shape');
      assert.equal(await panel.locator('#temperature').inputValue(), String(temperature));
    };
    await leaveIt(0.5);
    await workbench.command('Problems: Focus on Problems View');
    await workbench.page.locator('.markers-panel :focus').waitFor();
    await panel.locator('main').waitFor({ state: 'hidden' });
    panel = await Panel.open(workbench);
    await asLeft(0.5);
    // Another temperature: what was written down before is not this.
    await leaveIt(0.7);
    await workbench.remembered('"temperature":0.7', '"colour":"surprisal"', '"tool":"words"');
    await workbench.open('essay.md');
    panel = await Panel.open(workbench);
    await asLeft(0.7);
  });
});
