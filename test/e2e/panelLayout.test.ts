import assert from 'node:assert/strict';
import { Panel } from './panel';
import { Workbench } from './workbench';

const TEXT = `# The harbour

She opened the door and went down to the water. The morning was bright, and the boats came`;
const HEIGHT = 800;

/** Runs in the view: what is wrong with how it is laid out. */
function faults(): string[] {
  const found: string[] = [];
  // No function in a function: what the compiler adds to name it is not there in the page.
  for (const [selector, count] of [
    ['.caret', 1],
    ['.candidates tbody tr', 3],
    ['.tab', 6],
  ] as const) {
    const elements = [...document.querySelectorAll(selector)].slice(0, count);
    if (elements.length < count) found.push(`${selector} is not there ${count} times`);
    for (const element of elements) {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      const hidden = !seen || !(element.contains(seen) || seen.contains(element));
      if (left < 0 || top < 0 || right > innerWidth + 1 || bottom > innerHeight + 1 || hidden) {
        found.push(`${selector} is not in view: ${[left, top, right, bottom].map(Math.round)}`);
      }
    }
  }
  for (const element of document.querySelectorAll('.column table, .column fieldset, .column .slider')) {
    const beyond =
      element.getBoundingClientRect().right - (element.closest('.column')?.getBoundingClientRect().right ?? 0);
    if (beyond > 1) found.push(`${element.className} is ${Math.round(beyond)} pixels wider than its column`);
  }
  const root = document.documentElement;
  const higher = root.scrollHeight - root.clientHeight;
  if (innerWidth > 503 && higher > 0) found.push(`the page is ${higher} pixels higher than the view`);
  if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth - root.clientWidth} pixels too wide`);
  for (const element of document.querySelectorAll<HTMLElement>('button, h2, .note, label, .choice span')) {
    const isSeen = element.getBoundingClientRect().width > 1;
    if (isSeen && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline') {
      found.push(`“${element.textContent}” is clipped`);
    }
  }
  return found;
}

describe('Explain Next Token finds room', () => {
  let workbench: Workbench;
  let panel: Panel;

  before(async () => {
    workbench = await Workbench.start({ files: { 'note.md': TEXT }, size: { width: 1280, height: HEIGHT } });
    await workbench.open('note.md');
    await workbench.goToEnd();
    panel = await Panel.open(workbench);
  });
  after(() => workbench?.stop());

  const laidOut = async (name: string) => {
    const frame = await panel.frame();
    // The view is laid out anew while the window is being resized.
    for (let tries = 0; tries < 20 && (await frame.evaluate(faults)).length > 0; tries++) {
      await frame.evaluate(() => new Promise(requestAnimationFrame));
    }
    await workbench.screenshot(`layout-${name}`);
    assert.deepEqual(await frame.evaluate(faults), []);
  };

  /** Drags the edge of a part of the workbench until that is this wide. */
  const widen = async (part: string, width: number) => {
    const box = await workbench.page.locator(part).boundingBox();
    assert.ok(box);
    // A second press on the same place would be a double click, which puts the edge back.
    if (Math.round(box.width) === width) return;
    const edge = box.x > 600 ? box.x : box.x + box.width;
    const to = box.x > 600 ? box.x + box.width - width : box.x + width;
    await workbench.page.mouse.move(edge, HEIGHT / 2);
    await workbench.page.mouse.down();
    await workbench.page.mouse.move(to, HEIGHT / 2, { steps: 10 });
    await workbench.page.mouse.up();
    const wide = (await workbench.page.locator(part).boundingBox())?.width ?? 0;
    assert.ok(Math.abs(wide - width) < 12, `${wide}`);
  };

  it('in the bottom panel as it opens', () => laidOut('bottom'));

  it('for the grid of heads beside the tokens that it tints', async () => {
    await panel.root.getByLabel('Attention', { exact: true }).check({ force: true });
    const grid = panel.locator('.head-grid');
    await grid.waitFor({ timeout: 30_000 });
    const [box, chips] = [await grid.boundingBox(), await panel.locator('.chips-scroll').boundingBox()];
    assert.ok(box && chips);
    assert.ok(box.x >= chips.x + chips.width && box.y < chips.y + chips.height, 'beside');
    assert.match((await panel.locator('.heads').textContent()) ?? '', /layer 1–\d+.*0.*100 %.*attention/);
    assert.equal(await panel.locator('.heads .scale').count(), 1);
    await workbench.screenshot('layout-attention');
    await panel.root.getByLabel('Boundary', { exact: true }).check({ force: true });
  });

  it('in a window of 800 pixels', async () => {
    await workbench.page.setViewportSize({ width: 800, height: HEIGHT });
    await laidOut('800');
    await workbench.page.setViewportSize({ width: 1280, height: HEIGHT });
  });

  it('in a window whose three columns are as narrow as they get, for the longest tokens', async () => {
    await workbench.page.setViewportSize({ width: 1090, height: HEIGHT });
    await panel.slide('bars', 200);
    await panel.locator('.candidates tbody tr').nth(199).waitFor();
    await panel.candidate(0).scrollIntoViewIfNeeded();
    await laidOut('1090');
    await panel.slide('bars', 20);
    await workbench.page.setViewportSize({ width: 1280, height: HEIGHT });
  });

  it('in the bottom panel, which stays where it is whatever tool is chosen', async () => {
    // The panel stays as low as it then becomes.
    await workbench.page.setViewportSize({ width: 1280, height: 300 });
    for (const tool of ['Sample', 'Try', 'Beams', 'Words', 'Why', 'Shape'] as const) {
      await panel.openTool(tool);
      if (tool === 'Words') await panel.locator('.words tbody tr').first().waitFor({ timeout: 30_000 });
      if (tool === 'Why') await panel.locator('.lens tbody tr').last().waitFor({ timeout: 30_000 });
      assert.deepEqual(
        (await (await panel.frame()).evaluate(faults)).filter((fault) => fault.includes('higher than')),
        [],
        tool,
      );
    }
    await workbench.page.setViewportSize({ width: 1280, height: HEIGHT });
  });

  it('at the side, 300 and 200 pixels wide', async () => {
    await workbench.command('View: Move Panel Views To Secondary Side Bar');
    await workbench.page.locator('.part.auxiliarybar').waitFor();
    await workbench.focusText();
    panel = await Panel.open(workbench);
    await panel.explained();
    for (const width of [300, 200]) {
      await widen('.part.auxiliarybar', width);
      await laidOut(`side-${width}`);
    }
    for (const tool of ['Shape', 'Sample', 'Try', 'Beams', 'Words', 'Why'] as const) {
      await panel.openTool(tool);
      if (tool === 'Sample') await panel.root.getByRole('button', { name: 'Draw 100' }).click();
      if (tool === 'Words') await panel.locator('.words tbody tr').first().waitFor({ timeout: 30_000 });
      if (tool === 'Why') await panel.locator('.lens tbody tr').last().waitFor({ timeout: 30_000 });
      if (tool === 'Why') {
        // As ranks are for a candidate far down, whatever the model says of this text.
        await panel.locator('.lens .number:last-child').evaluateAll((ranks) => {
          for (const rank of ranks) rank.textContent = '24,532';
        });
      }
      const tooWide = (await (await panel.frame()).evaluate(faults)).filter((fault) => fault.includes('wider than'));
      assert.deepEqual(tooWide, [], tool);
    }
    await workbench.screenshot('layout-side-200-why');
  });
});
