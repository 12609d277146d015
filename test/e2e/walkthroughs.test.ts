import assert from 'node:assert/strict';
import { LESSON_IDS } from '../../src/panel/lesson';
import { Panel } from './panel';
import { Workbench } from './workbench';

const WRITTEN = 'They walked down to the sea, where the little boat was lying on the';

describe('the walkthroughs', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.start({
      files: { 'first.md': '', 'lesson.md': 'The future of AI is\n' },
      settings: { 'inkling.ghostText.triggerRate': 1, 'inkling.ghostText.minWordConfidence': 0 },
      size: { width: 1400, height: 1000 },
    });
  });
  after(() => workbench?.stop());

  const open = async (title: string) => {
    const row = workbench.menuRow(title);
    await workbench.command('Welcome: Open Walkthrough...', row);
    await row.click();
    await workbench.page
      .locator('.getting-started-category, .getting-started-step', { hasText: /./ })
      .first()
      .waitFor();
    await workbench.page.locator('.category-title', { hasText: title }).first().waitFor();
  };
  const step = (walkthrough: string, id: string) =>
    workbench.page.locator(`[data-done-step-id="inkling.inkling#${walkthrough}#${id}"]`);
  const ticked = (walkthrough: string, id: string) =>
    step(walkthrough, id).and(workbench.page.locator('.codicon-getting-started-step-checked')).waitFor();
  const backToText = async (name: string) => {
    await workbench.page.locator(`.tab[data-resource-name="${name}"]`).click();
    await workbench.focusText();
  };

  it('for writers ticks each step off by its being done, and the first suggestion says its keys, once', async () => {
    const told = workbench.page.locator('.statusbar-item', { hasText: 'Tab takes the grey text' });
    await workbench.open('first.md');
    await open('Write with Inkling');
    await backToText('first.md');
    await workbench.type(WRITTEN);
    const ghost = await workbench.ghostText();
    await told.waitFor();
    await workbench.press('Tab');
    await workbench.page.locator('.view-line', { hasText: ghost.trim().split(' ')[0] }).waitFor();
    await workbench.press('Control+A', 'Delete');
    await workbench.type(WRITTEN);
    // On a busy machine it may be shorter than the first, or a word that is taken whole.
    const second = await workbench.ghostText();
    await workbench.press('Control+ArrowRight');
    await workbench.ghostText(second);
    await workbench.press('Escape');
    await workbench.noGhostText();
    await workbench.openMenu();
    await workbench.menuRow('How Often').waitFor();
    await workbench.closeMenu();
    const models = workbench.menuRow('GPT-2').first();
    await workbench.command('Inkling: Choose Model', models);
    await workbench.press('Escape');
    await open('Write with Inkling');
    for (const id of ['greyText', 'tab', 'word', 'escape', 'rate', 'model']) await ticked('write', id);
    await workbench.screenshot('walkthrough-write');
    await workbench.page.locator('[data-step-id="inkling.inkling#write#words"]').click();
    const link = workbench.page.getByRole('button', { name: 'See the settings' });
    await link.click();
    await workbench.page.locator('.settings-editor .setting-item-label', { hasText: 'Sources' }).first().waitFor();
    await open('Write with Inkling');
    await ticked('write', 'words');
    await workbench.page.locator('[data-step-id="inkling.inkling#write#private"]').click();
    await ticked('write', 'private');
    const shown = await workbench.page
      .locator('.getting-started-media img')
      .first()
      .evaluate((image) => (image as HTMLImageElement).naturalWidth);
    assert.ok(shown > 0, 'its picture is there');
    // Once ever, so not after a reload.
    await workbench.open('first.md');
    await backToText('first.md');
    await workbench.press('Control+A', 'Delete');
    await workbench.type(WRITTEN);
    await workbench.ghostText();
    assert.equal(await told.count(), 0);
  });

  it('How GPT-2 Writes is walked to its end, each step ticked off in the view and in the walkthrough', async () => {
    await workbench.open('lesson.md');
    await workbench.focusText();
    await workbench.press('Control+Home', 'End');
    const panel = await Panel.open(workbench);
    await workbench.focusText();
    await workbench.command('Inkling: Start Lesson');
    await panel.opened();
    const guide = panel.locator('.guide');
    await guide.waitFor();
    const done = async (number: number) => {
      await guide
        .filter({ hasText: `${number} of 9` })
        .and(panel.locator('.done'))
        .waitFor({ timeout: 30_000 });
      await panel.root.getByRole('button', { name: number < 9 ? 'Next' : 'End the lesson', exact: true }).click();
    };
    await panel.locator('.chip').first().click();
    await panel.root.getByLabel('Ġ').check({ force: true });
    await done(1);

    await workbench.focusText();
    await workbench.press('Control+End');
    await workbench.type('A word.', 5);
    await workbench.press('Control+Home', 'End');
    await done(2);

    await panel.explained();
    await panel.candidate(1).click();
    await done(3);

    await panel.openTool('Shape');
    await panel.slide('temperature', 0.5);
    await done(4);

    const first = panel.locator('.candidates tbody tr').first();
    await first.hover();
    await first.getByRole('button', { name: /^Try/ }).click();
    await done(5);
    await panel.openTool('Try');
    await panel.root.getByRole('button', { name: 'The document as it stands' }).click();

    await panel.openTool('Shape');
    await panel.slide('topK', 40);
    await panel.openTool('Sample');
    await panel.root.getByRole('button', { name: 'Draw 100' }).click();
    await done(6);

    await panel.openTool('Beams');
    await panel.root.getByRole('button', { name: 'Search', exact: true }).click();
    await panel.locator('.hypothesis').first().waitFor({ timeout: 30_000 });
    await done(7);

    await panel.root.getByLabel('Attention', { exact: true }).check({ force: true });
    await panel.locator('.head').nth(3).click();
    await done(8);

    await panel.root.getByLabel('Surprisal', { exact: true }).check({ force: true });
    await panel.root.getByLabel('␣', { exact: true }).check({ force: true });
    assert.deepEqual(await panel.violations(), []);
    await done(9);
    await guide.waitFor({ state: 'detached' });

    await open('How GPT-2 Writes');
    for (const id of LESSON_IDS) await ticked('lesson', id);
    await workbench.screenshot('walkthrough-lesson');
  });
});

describe('the settings', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.start({ files: { 'note.md': '' } });
    await workbench.open('note.md');
    await workbench.command('Preferences: Open Settings (UI)');
    await workbench.page.locator('.settings-editor .suggest-input-container').waitFor();
  });
  after(() => workbench?.stop());

  for (const query of ['autocomplete', 'creativity', 'suggestions', 'grey text', 'AI writing']) {
    it(`of Inkling are found by who types “${query}”`, async () => {
      await workbench.press('Control+A');
      await workbench.type(`@ext:inkling.inkling ${query}`);
      await workbench.page
        .locator('.settings-editor .setting-item-category', {
          hasText: /Ghost Text|Continue Writing|Inkling|Enable|Memory/,
        })
        .first()
        .waitFor();
    });
  }
});
