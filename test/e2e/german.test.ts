import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readTexts } from '../../scripts/l10n';
import { openWindow, Workbench } from './workbench';

const TEXT = 'Der alte Leuchtturm stand am Ende der';
const ENGLISH = { ...readTexts('manifest'), ...readTexts('source') };
const GERMAN = { ...readTexts('manifest', 'de'), ...readTexts('source', 'de') };

/** A text of the manifest by its name, or of the source by its English. */
const german = (text: string) => GERMAN[text];

/** English sentences in what is on screen. Short texts may be the field's terms, or parts of German ones. */
function englishIn(shown: string): string[] {
  return Object.keys(ENGLISH).filter((key) => {
    const english = ENGLISH[key];
    return english.length >= 12 && !/\{\d\}/.test(english) && GERMAN[key] !== english && shown.includes(english);
  });
}

describe('in a German workbench', function () {
  this.timeout(180_000);
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.start({ language: 'de', files: { 'brief.md': TEXT } });
    const uri = workbench.server.uri(join(workbench.server.workspace, 'brief.md'));
    await openWindow(workbench.page, workbench.server.url([['openFile', uri]]), 'brief.md');
    const ready = `Inkling: ${german('ready')}`;
    await workbench.page.locator(`.statusbar-item[aria-label^="${ready}"]`).waitFor({ timeout: 60_000 });
  });

  after(() => workbench?.stop());

  it('the status item says in German that the model is ready', async () => {
    const label = (await workbench.statusItem.first().getAttribute('aria-label')) ?? '';
    assert.deepEqual(englishIn(label), []);
  });

  it('the palette calls the commands in German, and the menu and what it says are German', async () => {
    await workbench.goToEnd();
    await workbench.command(german('commands.showMenu.title'), workbench.page.locator('.quick-input-title'));
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    const pause = german('{0} Pause for 5 Minutes').replace('{0}', '').trim();
    await rows.filter({ hasText: pause }).waitFor();
    assert.deepEqual(englishIn((await rows.allTextContents()).join('\n')), []);
    await workbench.press('Escape');
    await workbench.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  });

  it('a message is German', async () => {
    await workbench.goToEnd();
    await workbench.press('F1');
    const title = `Inkling: ${german('commands.forget.title')}`;
    await workbench.page.locator('.quick-input-widget input[type=text]').fill(`>${title}`);
    // Another command's title holds the same words in another order.
    await workbench.page.locator('.quick-input-list .monaco-list-row').getByText(title, { exact: true }).click();
    const said = german('What it knew of your texts is forgotten. What you type from now on counts.');
    await workbench.toasts.filter({ hasText: said }).first().waitFor();
  });

  it('the panel is German, its numbers too', async () => {
    await workbench.goToEnd();
    await workbench.command(german('commands.explainNextToken.title'));
    const view = workbench.page.frameLocator('iframe.webview.ready >> visible=true');
    const root = view.frameLocator('iframe#active-frame');
    await root.locator('.candidates tbody tr').first().waitFor({ timeout: 60_000 });
    assert.equal(await root.locator('html').getAttribute('lang'), 'de');
    assert.equal(await root.locator('.candidates h2').textContent(), german('Next token'));
    const labels = await root.locator('[aria-label], [title]').evaluateAll((elements) => {
      return elements.map((element) => `${element.getAttribute('aria-label')} ${element.getAttribute('title')}`);
    });
    const text = (await root.locator('body').textContent()) ?? '';
    assert.deepEqual(englishIn(`${text}\n${labels.join('\n')}`), []);
    const numbers = await root.locator('.candidates td.wide .number').allTextContents();
    assert.ok(numbers.length >= 10);
    for (const number of numbers) assert.match(number, /^[<>]?\d+(,\d+)? %$/);
  });

  it('the tools of the panel have room for German heads of columns, and no number is cut', async () => {
    const view = workbench.page.frameLocator('iframe.webview.ready >> visible=true');
    const tool = view.frameLocator('iframe#active-frame').locator('#tool');
    const tabs = view.frameLocator('iframe#active-frame').locator('.tab');
    for (const [name, there] of [
      ['Words', '.words tbody tr'],
      ['Why', '.lens tbody tr'],
      ['Sample', '.sampler'],
    ]) {
      await tabs.getByText(german(name), { exact: true }).click();
      await tool.locator(there).first().waitFor({ timeout: 30_000 });
      if (name === 'Sample') await tool.getByRole('button', { name: german('Draw 100') }).click();
      const cut = await tool.evaluate((element) => {
        const edge = element.getBoundingClientRect().right;
        const cells = [...element.querySelectorAll('th, td')];
        return cells.filter((cell) => cell.getBoundingClientRect().right > edge).map(({ textContent }) => textContent);
      });
      assert.deepEqual(cut, [], name);
    }
  });
});
