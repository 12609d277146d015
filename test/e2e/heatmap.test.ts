import assert from 'node:assert/strict';
import { Workbench } from './workbench';

const FLAT = 'It was one of the most important things in the world, and it was one of the most beautiful.';
const STRANGE = 'Zebras juggle quantum marmalade beneath seventeen reluctant umbrellas of tin.';
const NOTE = `# Notes\n\n${FLAT} ${STRANGE}\n\nThe morning was bright, and the boats came home to the harbour again.\n`;

/** Runs in the page. */
function markInPage(word: string): string | null {
  const transparent = 'rgba(0, 0, 0, 0)';
  for (const span of document.querySelectorAll('.monaco-editor .view-line span span')) {
    const node = span.firstChild;
    const at = node?.textContent?.indexOf(word) ?? -1;
    if (!node || at < 0) continue;
    const { textDecorationLine, textDecorationStyle } = getComputedStyle(span);
    if (textDecorationLine.includes('underline')) return textDecorationStyle;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + word.length);
    const own = range.getBoundingClientRect();
    const behind = [...document.querySelectorAll('.monaco-editor .view-overlays .cdr')].find((overlay) => {
      const box = overlay.getBoundingClientRect();
      const overlaps = box.left < own.right - 1 && box.right > own.left + 1 && Math.abs(box.top - own.top) < 6;
      return overlaps && getComputedStyle(overlay).backgroundColor !== transparent;
    });
    return behind ? getComputedStyle(behind).backgroundColor : null;
  }
  return null;
}

describe('the surprisal heat map', () => {
  let workbench: Workbench;

  before(async () => {
    const novel = Array.from({ length: 5000 }, (_, i) => `Line ${i} of it tells of ${i % 7} foxes and ${i % 5} dogs.`);
    // What was said so often is no surprise any more.
    novel.push('In the end there were umbrellas.');
    workbench = await Workbench.start({
      files: { 'note.md': NOTE, 'novel.md': novel.join('\n') },
      size: { width: 1300, height: 900 },
    });
    await workbench.open('note.md');
    await workbench.goToEnd();
  });
  after(() => workbench?.stop());

  const legend = () => workbench.page.locator('#inkling\\.inkling\\.inkling\\.heatMap, .statusbar-item[id*="heatMap"]');
  /** How a word on screen is marked: the colour behind it, or the form of the line under it. */
  const markOf = (word: string) => workbench.page.evaluate(markInPage, word);
  /** Waits until a word is marked; looking at every frame would keep the page from drawing them. */
  const marked = (word: string) => workbench.page.waitForFunction(markInPage, word, { timeout: 60_000, polling: 200 });

  it('colours what is surprising, and says in the status bar what the colours mean', async () => {
    await workbench.command('Toggle Surprisal Heat Map');
    await legend()
      .filter({ hasText: /Surprisal.*▂.*█.*bits/ })
      .waitFor({ timeout: 60_000 });
    await marked('quantum');
    await marked('marmalade');
    await workbench.screenshot('heatmap-tint');
    assert.equal(await markOf('the most'), null);
  });

  it('tells on hover how probable a word was, its rank, and what was expected', async () => {
    await marked('marmalade');
    const word = workbench.page.locator('.monaco-editor .view-line span span', { hasText: 'marmalade' }).first();
    const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'expected this with' });
    // A hover that the workbench was too busy for does not come by itself.
    for (let tries = 0; tries < 10 && !(await hover.isVisible()); tries++) {
      await workbench.page.mouse.move(0, 0);
      await word.hover();
      await hover.waitFor({ timeout: 4_000 }).catch(() => {});
    }
    const text = ((await hover.textContent()) ?? '').replaceAll('\u00a0', ' ');
    assert.match(text, /bits\)/);
    assert.doesNotMatch(text, /GPT-2/);
    assert.deepEqual(await hover.locator('th').allTextContents(), ['Token', 'Probability', 'Rank', 'Rather']);
    const [token, probability, rank] = await hover.locator('td').allTextContents();
    assert.match(token, /^␣/);
    assert.match(probability, /%$/);
    assert.match(rank, /^[\d,]+$/);
  });

  it('tints about a quarter of the words, and punctuation apart from its word', async () => {
    const words = NOTE.match(/\p{L}+/gu) ?? [];
    const tinted = [];
    for (const word of words) if ((await markOf(word)) !== null) tinted.push(word);
    const share = tinted.length / words.length;
    assert.ok(share > 0.1 && share < 0.4, `${share}: ${tinted}`);
    assert.equal(await markOf('of'), null);
  });

  it('says what its colours are, in colour', async () => {
    await legend().hover();
    const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'How much each word surprises' });
    await hover.waitFor();
    const colours = await hover
      .locator('td span[style]')
      .evaluateAll((swatches) => swatches.map((swatch) => getComputedStyle(swatch).backgroundColor));
    assert.equal(new Set(colours).size, 4, colours.join());
    assert.match((await hover.textContent()) ?? '', /These are the usual levels: the document has too few words/);
    await workbench.screenshot('heatmap-legend');
  });

  it('lists the flattest and the most surprising sentences, to click through', async () => {
    const title = workbench.page.locator('.pane-header', { hasText: 'Surprising Sentences' });
    if ((await title.getAttribute('aria-expanded')) === 'false') await title.click();
    const rows = workbench.page.locator('.pane', { has: title }).locator('.monaco-list-row');
    await rows.filter({ hasText: 'Zebras' }).waitFor();
    const texts = await rows.allTextContents();
    assert.deepEqual(
      texts.filter((row) => /[#*]/.test(row)),
      [],
    );
    const at = (text: string) => texts.findIndex((row) => row.includes(text));
    assert.ok(at('Flattest') < at('It was one of'), texts.join('\n'));
    assert.equal(at('Zebras'), at('Most Surprising') + 1);
    await rows.filter({ hasText: 'Zebras' }).click();
    await workbench.page.locator('.statusbar-item', { hasText: new RegExp(`${STRANGE.length}\\D+selected`) }).waitFor();
  });

  it('follows the writer', async () => {
    await workbench.goToEnd();
    await workbench.type('Xylophones adjudicate.', 5);
    await marked('Xylophones');
  });

  it('underlines in forms instead, for those who cannot tell the colours apart', async () => {
    workbench.changeSettings({ 'inkling.heatMap.style': 'underline' });
    await workbench.page.waitForFunction(() =>
      [...document.querySelectorAll('.monaco-editor .view-line span span')].some((span) =>
        getComputedStyle(span).textDecorationLine.includes('underline'),
      ),
    );
    const forms = await workbench.page.locator('.monaco-editor .view-line span span').evaluateAll((spans) =>
      spans
        .map((span) => getComputedStyle(span))
        .filter((style) => style.textDecorationLine.includes('underline'))
        .map((style) => style.textDecorationStyle),
    );
    assert.ok(new Set(forms).size >= 2, forms.join());
    await workbench.screenshot('heatmap-underline');
    workbench.changeSettings({ 'inkling.heatMap.style': 'tint' });
  });

  it('has colours of its own in every theme', async () => {
    const seen = new Set<string>();
    for (const theme of ['Default Dark Modern', 'Default High Contrast', 'Default High Contrast Light']) {
      await workbench.setTheme(theme);
      const colour = await workbench.page.evaluate(() =>
        getComputedStyle(document.querySelector('.monaco-workbench') as Element).getPropertyValue(
          '--vscode-inkling-surprisal4',
        ),
      );
      assert.notEqual(colour, '');
      seen.add(colour);
    }
    assert.equal(seen.size, 3);
  });

  it('is said to be off in a document where it is not on, as long as it is used', async () => {
    await workbench.switchTo('novel.md');
    await legend().filter({ hasText: 'Surprisal off' }).waitFor();
    await workbench.switchTo('note.md');
    await legend().filter({ hasText: 'bits' }).waitFor();
  });

  it('is gone when turned off', async () => {
    await workbench.focusText();
    await workbench.command('Toggle Surprisal Heat Map');
    await legend().waitFor({ state: 'detached' });
  });

  it('stays out of the way of a document of 50,000 words, what is on screen first', async () => {
    await workbench.open('novel.md');
    await workbench.goToEnd();
    await workbench.command('Toggle Surprisal Heat Map');
    await legend()
      .filter({ hasText: /Surprisal \d+ %/ })
      .waitFor({ timeout: 60_000 });
    await marked('umbrellas');
    const progress = Number(/\d+/.exec((await legend().textContent()) ?? '')?.[0]);
    assert.ok(progress < 50, `the end is coloured at ${progress} %`);
    await workbench.type(' And so on.', 5);
    await workbench.page.locator('.view-line', { hasText: 'And so on.' }).waitFor();
  });

  it('scores no more than what is on screen while energy is saved, and goes on where the writer scrolls', async () => {
    const resting = legend().locator('.codicon-debug-pause');
    workbench.server.changeSettings({ 'inkling.engine.saveEnergy': 'always' });
    await resting.waitFor();
    assert.match((await legend().textContent()) ?? '', /Surprisal \d\d? %/);
    await workbench.page.keyboard.press('Control+Home');
    await workbench.page.locator('.view-line', { hasText: /^Line.0.of/ }).waitFor();
    await marked('foxes');
    await resting.waitFor();
    workbench.server.changeSettings({ 'inkling.engine.saveEnergy': 'never' });
    await legend().locator('.codicon-sync').waitFor();
  });
});
