import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FrameLocator } from 'playwright-core';
import { Panel } from './panel';
import { Workbench } from './workbench';

const ROOT = join(__dirname, '../..');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const TEXT = 'The future of AI is';
const NOTE = `# Notes\n\n${TEXT} bright, and zebras juggle quantum marmalade beneath seventeen reluctant umbrellas.`;
const fence = (info: string, text: string) => `\`\`\`${info}\n${text}\n\`\`\`\n\n`;
const LESSON = [
  '# A lesson\n\n',
  fence('inkling tokens', TEXT),
  fence('inkling next top-k=3 temperature=0.5', TEXT),
  fence('inkling surprisal', 'Zebras juggle quantum marmalade.'),
  fence('inkling nonsense', TEXT),
  'The end of the lesson.\n',
].join('');

/** What the command line of the same build prints. */
const inkling = (...args: string[]) =>
  execFileSync(process.execPath, [join(ROOT, 'dist/cli.js'), ...args], { encoding: 'utf8', stdio: 'pipe' });

describe('pictures', () => {
  let workbench: Workbench;
  let panel: Panel;

  before(async () => {
    workbench = await Workbench.start({
      files: { 'lesson.md': LESSON, 'note.md': NOTE },
      size: { width: 1300, height: 1000 },
    });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  after(() => workbench?.stop());

  const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());
  const path = (name: string) => join(workbench.server.workspace, name);

  /** Does something that copies, and waits until the clipboard holds something else than before. */
  async function copied(act: () => Promise<void>): Promise<string> {
    await workbench.page.evaluate(() => navigator.clipboard.writeText('nothing'));
    await act();
    let text = await clipboard();
    while (text === 'nothing') text = await clipboard();
    return text;
  }

  /** Does something that copies a picture of pixels, and waits until it is on the clipboard. */
  async function copiedPng(act: () => Promise<void>): Promise<Buffer> {
    await workbench.page.evaluate(() => navigator.clipboard.writeText('nothing'));
    await act();
    const base64 = await workbench.page.evaluate(async () => {
      let png: Blob | undefined;
      while (!png) {
        const [item] = await navigator.clipboard.read();
        // What is read while something else is being copied is refused.
        if (item.types.includes('image/png')) png = await item.getType('image/png').catch(() => undefined);
      }
      const bytes = new Uint8Array(await png.arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    });
    return Buffer.from(base64, 'base64');
  }

  async function choose(section: string, entry: string): Promise<void> {
    await panel.locator(`.section.${section} .export > button`).click();
    await panel.root.getByRole('menuitem', { name: entry, exact: true }).click();
  }

  /** Takes the name that the dialogue offers, and waits until the file is there. */
  async function save(name: string): Promise<Buffer> {
    const input = workbench.page.locator('.quick-input-widget input[type=text]');
    // As long as it looks into the folder, the dialogue takes no key.
    await workbench.page.waitForFunction((wanted) => {
      const offered = document.querySelector<HTMLInputElement>('.quick-input-widget input[type=text]')?.value;
      return (
        offered?.endsWith(wanted) && !document.querySelector('.quick-input-widget .monaco-progress-container.active')
      );
    }, name);
    await input.press('Enter');
    await workbench.page.locator('.statusbar-item', { hasText: `Saved ${name}` }).waitFor();
    return readFileSync(path(name));
  }

  /** What axe-core objects to on a page that has no network, in light and in dark; and whatever it tried to load. */
  async function objections(file: string): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await workbench.page
        .context()
        .browser()
        ?.newContext({ colorScheme, offline: true, bypassCSP: true });
      if (!context) throw new Error('There is no browser.');
      const page = await context.newPage();
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) found.push(`loads ${request.url()}`);
      });
      await page.goto(pathToFileURL(file).href);
      await page.screenshot({
        path: join(ROOT, 'out/screenshots', `${file.split(/[\\/]/).at(-1)}-${colorScheme}.png`),
        fullPage: true,
      });
      await page.evaluate(AXE);
      found.push(
        ...(await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          const { violations } = await axe.run();
          return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
        })),
      );
      await context.close();
    }
    return found;
  }

  it('stand in VS Code’s Markdown preview, with the numbers of the command line', async () => {
    await workbench.open('lesson.md');
    await workbench.press('Control+Shift+V');
    const preview: FrameLocator = workbench.page
      .frameLocator('iframe.webview.ready >> visible=true')
      .frameLocator('iframe#active-frame');
    const figures = preview.locator('figure.inkling');
    await preview.locator('figure.inkling svg[role=img]').nth(1).waitFor({ timeout: 90_000 });
    await preview.locator('figure.inkling mark').first().waitFor({ timeout: 60_000 });
    assert.equal(await figures.count(), 4);
    assert.equal(await preview.locator('figure.inkling[aria-busy]').count(), 0);
    const { candidates } = JSON.parse(inkling('draw', 'next', TEXT, '--top-k', '3', '--temperature', '0.5', '--json'));
    const numbers = (await figures.nth(1).locator('td.number').allTextContents()).map(Number);
    const probabilities = numbers.filter((_, i) => i % 5 === 1);
    assert.equal(probabilities.length, 3);
    for (const [i, probability] of probabilities.entries()) {
      assert.ok(Math.abs(probability / candidates[i].probability - 1) < 1e-3, `${probability}`);
    }
    assert.match((await figures.nth(3).textContent()) ?? '', /no picture called “nonsense”/);
    assert.equal(await preview.getByText('The end of the lesson.').count(), 1);
    await workbench.screenshot('preview-figures');
  });

  it('are copied from a menu on their section, with the numbers that the panel shows', async () => {
    await workbench.open('note.md');
    await workbench.goToEnd();
    panel = await Panel.open(workbench);
    const rows = await panel.candidates();
    const svg = await copied(() => choose('candidates', 'Copy as SVG'));
    assert.match(svg, /^<svg .*<\/svg>$/);
    for (const { probability } of rows.slice(0, 5)) {
      assert.ok(svg.includes(`>${probability.replace('<', '&lt;')}<`), probability);
    }
    const json = JSON.parse(await copied(() => choose('candidates', 'Copy as JSON')));
    assert.equal(json.candidates.length, rows.length);
    for (const [i, { logit }] of rows.entries()) {
      assert.equal(json.candidates[i].logit.toFixed(2), logit.replace('−', '-'));
    }
    const csv = await copied(() => choose('candidates', 'Copy as CSV'));
    assert.equal(csv.trimEnd().split('\r\n').length, rows.length + 1);
    const table = await copied(() => choose('candidates', 'Copy as Markdown table'));
    assert.equal(table.trimEnd().split('\n').length, rows.length + 2);
    const tokens = JSON.parse(await copied(() => choose('tokens', 'Copy as JSON')));
    assert.equal(tokens.tokens.map(({ text }: { text: string }) => text).join(''), NOTE);
    await workbench.screenshot('export-menu');
  });

  it('are saved as a PNG twice the size of their SVG, drawn by the page', async () => {
    const svg = await copied(() => choose('candidates', 'Copy as SVG'));
    await choose('candidates', 'Save as PNG…');
    const png = await save('inkling-next.png');
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    const [, width, height] = /width="(\d+)" height="([\d.]+)"/.exec(svg) ?? [];
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [2 * Number(width), 2 * Math.floor(Number(height))]);
  });

  it('are saved as a page that loads nothing and to which axe-core has no objection', async () => {
    await choose('candidates', 'Save as HTML page…');
    const html = (await save('inkling-next.html')).toString();
    for (const { probability } of (await panel.candidates()).slice(0, 5)) {
      assert.ok(html.includes(`>${probability.replace('<', '&lt;')}<`), probability);
    }
    assert.deepEqual(await objections(path('inkling-next.html')), []);
  });

  it('are exported from the palette, the model being asked for what is not on show yet', async () => {
    const row = (name: string) => workbench.menuRow(name);
    const words = await copied(async () => {
      await workbench.command('Copy Table', row('Next words'));
      await row('Next words').click();
    });
    assert.match(words, /^\| word \| probability \| spellings \|/);
    for (const [name, kind, part] of [
      ['Tokens', 'tokens', 'tokens'],
      ['Next tokens', 'next', 'candidates'],
      ['Stages', 'stages', 'stages'],
      ['Beam search', 'beams', 'best'],
      ['Attention', 'attention', 'tokens'],
      ['Logit lens', 'lens', 'layers'],
      ['Next words', 'words', 'words'],
    ] as const) {
      const view = workbench.page.locator('.quick-input-list .monaco-list-row').getByText(name, { exact: true });
      const figure = JSON.parse(
        await copied(async () => {
          await workbench.command('Copy Data', view);
          await view.click();
          await row('JSON').click();
        }),
      );
      assert.deepEqual([figure.kind, figure.text], [kind, NOTE]);
      assert.ok(figure[part].length > 0, kind);
    }
    const beams = await copied(async () => {
      await workbench.command('Copy Data', row('Beam search'));
      await row('Beam search').click();
      await row('CSV').click();
    });
    assert.match(beams, /^level,text,score,status/);
    const lens = await copied(async () => {
      await workbench.command('Copy Picture', row('Logit lens'));
      await row('Logit lens').click();
      await row('SVG').click();
    });
    assert.match(lens, /<title[^>]*>Logit lens of/);
    await workbench.command('Copy Picture', row('Attention'));
    await row('Attention').click();
    assert.equal((await copiedPng(() => row('PNG').click())).toString('latin1', 1, 4), 'PNG');
  });

  it('show the heat map as the editor has it', async () => {
    await workbench.focusText();
    await workbench.command('Toggle Surprisal Heat Map');
    await workbench.page.locator('.statusbar-item[id*="heatMap"]', { hasText: 'bits' }).waitFor({ timeout: 60_000 });
    const row = workbench.menuRow('Surprisal heat map');
    const table = await copied(async () => {
      await workbench.command('Copy Table', row);
      await row.click();
    });
    assert.match(table, /\| `marmalade` \|/);
    await workbench.command('Save Page', row);
    await row.click();
    const html = (await save('inkling-surprisal.html')).toString();
    assert.match(html, /<mark class="ink-l\d" title="[\d.]+ bits, rank [\d,]+">quantum<\/mark>/);
    assert.deepEqual(await objections(path('inkling-surprisal.html')), []);
    await workbench.command('Copy Picture', row);
    await row.click();
    const png = await copiedPng(() => workbench.menuRow('PNG').click());
    const width = 2 * 720;
    assert.deepEqual([png.toString('latin1', 1, 4), png.readUInt32BE(16)], ['PNG', width]);
    await workbench.command('Save Picture', row);
    await row.click();
    await workbench.menuRow('PNG').click();
    assert.equal((await save('inkling-surprisal.png')).toString('latin1', 1, 4), 'PNG');
  });

  it('of a whole document and of a lesson are pages that load nothing, without objection', async () => {
    inkling('report', path('note.md'), '--html', path('report.html'));
    assert.deepEqual(await objections(path('report.html')), []);
    const drawable = path('drawable.md');
    writeFileSync(drawable, LESSON.replace(/```inkling nonsense[\s\S]*?```/, ''));
    inkling('render', drawable, '--html', path('lesson.html'));
    assert.deepEqual(await objections(path('lesson.html')), []);
  });
});
