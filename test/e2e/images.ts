import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/targets';
import { Panel } from './panel';
import { Workbench } from './workbench';

/*
 * Makes the pictures of the README, the docs and the walkthroughs from the extension as it is, with the model that comes
 * with it: `npm run docs:images`.
 */

const OPENING = `# The keeper

The old lighthouse stood at the end of the island. Every evening, when the sun went down, the keeper climbed the stairs and looked out of the window. `;
const SENTENCE = 'He stood there for a long time, and then he went';
const SURPRISE =
  'She opened the letter with a butter knife, read it twice, and fed it to the goat. It was one of those things that had to be done. ' +
  'The morning was bright, and the boats came home to the harbour again, their sails still wet from the night.';
const SIZE = { width: 1000, height: 640 };
const WIDE = { width: 1200, height: 760 };

type Clip = { x: number; y: number; width: number; height: number };

class Pictures {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  async take(path: string, clip?: Clip): Promise<void> {
    const file = join(ROOT, path);
    mkdirSync(join(file, '..'), { recursive: true });
    // The pointer opens no hover, and covers nothing.
    await this.#workbench.page.mouse.move(2, 2);
    await this.#workbench.page.screenshot({ path: file, ...(clip && { clip }) });
    console.log(path);
  }

  /** The box of a part of the window. */
  async box(selector: string): Promise<Clip> {
    const box = await this.#workbench.page.locator(selector).first().boundingBox();
    if (!box) throw new Error(`${selector} is not on screen.`);
    return box;
  }

  /** The editor with the status bar under it, which is what a writer looks at. */
  async editor(path: string): Promise<void> {
    const { x, y, width } = await this.box('.editor-instance .monaco-editor');
    await this.take(path, { x, y, width, height: 260 });
  }
}

/** The parts, each of which may be made alone: `npm run docs:images -- lesson`. */
const PARTS = { writing, lesson, heatMap };

export async function main(names: readonly string[]): Promise<void> {
  const workbench = await Workbench.start({
    extensionFolder: ROOT,
    files: {
      'island.md': OPENING,
      'letter.md': `# The letter\n\n${SURPRISE}\n`,
      'weather.md': 'The weather today is',
      'future.md': 'The future of AI is',
      'morning.md':
        'She opened the door and went down to the water. The morning was\n\nbright, and the boats came home.\n',
    },
    size: SIZE,
    settings: {
      'inkling.ghostText.triggerRate': 1,
      'inkling.memory.sources': 'off',
      'breadcrumbs.enabled': false,
      'editor.fontSize': 16,
      'editor.minimap.enabled': false,
      'editor.occurrencesHighlight': 'off',
      'editor.selectionHighlight': false,
      'workbench.activityBar.location': 'hidden',
    },
  });
  try {
    const pictures = new Pictures(workbench);
    for (const [name, make] of Object.entries(PARTS)) {
      if (names.length === 0 || names.includes(name)) await make(workbench, pictures);
    }
  } finally {
    await workbench.stop();
  }
}

async function hideSideBar(workbench: Workbench): Promise<void> {
  await workbench.focusText();
  if (await workbench.page.locator('.part.sidebar').isVisible()) await workbench.press('Control+B');
  await workbench.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
}

async function writing(workbench: Workbench, pictures: Pictures): Promise<void> {
  const folder = 'media/walkthroughs';
  await workbench.open('island.md');
  await hideSideBar(workbench);
  await workbench.goToEnd();
  await workbench.type(SENTENCE, 40);
  const ghost = await workbench.ghostText();
  await pictures.editor(`${folder}/grey-text.png`);
  await pictures.editor('docs/images/ghost-text.png');
  await workbench.press('Control+ArrowRight');
  await workbench.ghostText(ghost);
  await pictures.editor(`${folder}/one-word.png`);
  await workbench.press('Tab');
  await workbench.page
    .locator('.view-line', { hasText: new RegExp(ghost.trim().split(' ').at(-1) ?? '') })
    .last()
    .waitFor();
  await pictures.editor(`${folder}/accepted.png`);
  await workbench.press('Escape');
  await workbench.noGhostText();
  await pictures.editor(`${folder}/escape.png`);
  await workbench.openMenu();
  await workbench.menuRow('How Often to Suggest').waitFor();
  await pictures.take(`${folder}/menu.png`, { ...(await pictures.box('.part.editor')), y: 0, height: 400 });
  await workbench.closeMenu();
  const models = workbench.menuRow('GPT-2').first();
  await workbench.command('Inkling: Choose Model', models);
  await pictures.take(`${folder}/models.png`, { ...(await pictures.box('.part.editor')), y: 0, height: 400 });
  await workbench.press('Escape');
  await workbench.statusItem.hover();
  const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'is ready' });
  await hover.waitFor();
  const { width, height } = SIZE;
  await workbench.page.screenshot({
    path: join(ROOT, folder, 'private.png'),
    clip: { x: width - 620, y: height - 260, width: 620, height: 260 },
  });
  await workbench.page.mouse.move(2, 2);
  await workbench.command('Preferences: Open Settings (UI)');
  await workbench.page.locator('.settings-editor .suggest-input-container').waitFor();
  await workbench.type('inkling.memory');
  await workbench.page.locator('.setting-item-category', { hasText: 'Memory' }).first().waitFor();
  await pictures.take(`${folder}/memory.png`, { ...(await pictures.box('.part.editor')), height: 400 });
}

async function lesson(workbench: Workbench, pictures: Pictures): Promise<void> {
  const picture = async (name: string) =>
    pictures.take(`media/walkthroughs/lesson/${name}.png`, await pictures.box('.part.panel'));
  await workbench.page.setViewportSize(WIDE);
  const openAt = async (file: string, ...keys: string[]) => {
    await workbench.open(file);
    await hideSideBar(workbench);
    await workbench.press(...keys);
    const panel = await Panel.open(workbench);
    // The view may remember what the picture before was about.
    await panel.openTool('Shape');
    const reset = panel.root.getByRole('button', { name: 'Reset all' });
    if (await reset.isEnabled()) await reset.click();
    await panel.root.getByLabel('Boundary', { exact: true }).check({ force: true });
    await panel.explained();
    return panel;
  };
  let panel = await openAt('morning.md', 'Control+Home', 'End');
  await picture('ahead');
  await panel.root.getByLabel('Ġ').check({ force: true });
  await panel.locator('.chip', { hasText: 'door' }).click();
  await picture('tokens');
  await panel.root.getByLabel('␣', { exact: true }).check({ force: true });
  panel = await openAt('weather.md', 'Control+End');
  await panel.candidate(0).click();
  await panel.locator('.lens tbody tr').last().waitFor();
  await picture('distribution');
  panel = await openAt('future.md', 'Control+End');
  await panel.openTool('Shape');
  await panel.slide('temperature', 0.5);
  await picture('temperature');
  await panel.root.getByRole('button', { name: 'Reset all' }).click();
  await panel.openTool('Try');
  await panel.candidate(0).focus();
  await panel.candidate(0).press('Alt+Enter');
  await panel.locator('.continuation').waitFor();
  await picture('greedy');
  await panel.root.getByRole('button', { name: /^Undo branch/ }).click();
  await panel.openTool('Shape');
  await panel.slide('topK', 40);
  await panel.openTool('Sample');
  await panel.root.getByRole('button', { name: 'Draw 100' }).click();
  await panel.locator('.histogram').waitFor();
  await picture('sampling');
  await panel.openTool('Shape');
  await panel.root.getByRole('button', { name: 'Reset all' }).click();
  await panel.openTool('Beams');
  await panel.root.getByRole('button', { name: 'Search', exact: true }).click();
  await panel.locator('.hypothesis').first().waitFor();
  await picture('beams');
  panel = await openAt('morning.md', 'Control+Home', 'End');
  await panel.openTool('Why');
  await panel.root.getByLabel('Attention', { exact: true }).check({ force: true });
  await panel.locator('.head').first().waitFor();
  await picture('attention');
  await panel.root.getByLabel('Surprisal', { exact: true }).check({ force: true });
  await picture('surprise');
  await views(workbench, pictures, openAt);
}

/** The whole window with the view, in three themes. */
async function views(
  workbench: Workbench,
  pictures: Pictures,
  openAt: (file: string, ...keys: string[]) => Promise<Panel>,
): Promise<void> {
  const panel = await openAt('morning.md', 'Control+Home', 'End');
  await panel.root.getByLabel('Boundary', { exact: true }).check({ force: true });
  await panel.openTool('Shape');
  await panel.explained();
  await pictures.take('docs/images/panel-light.png');
  await workbench.command('View: Toggle Maximized Panel');
  await panel.root.getByLabel('Attention', { exact: true }).check({ force: true });
  await panel.candidate(0).click();
  await panel.locator('.lens tbody tr').last().waitFor();
  await panel.locator('.head').first().waitFor();
  await pictures.take('docs/images/panel-why.png', await pictures.box('.part.panel'));
  await panel.root.getByLabel('Rank', { exact: true }).check({ force: true });
  await panel.openTool('Shape');
  await panel.slide('topK', 40);
  await panel.locator('.chip', { hasText: 'door' }).click();
  for (const [name, theme] of [
    ['dark', 'Default Dark Modern'],
    ['high-contrast', 'Default High Contrast'],
  ]) {
    await workbench.setTheme(theme);
    await pictures.take(`docs/images/panel-${name}.png`, await pictures.box('.part.panel'));
  }
  await workbench.setTheme('Default Light Modern');
  await panel.root.getByRole('button', { name: 'Reset all' }).click();
  await workbench.command('View: Toggle Maximized Panel');
}

async function heatMap(workbench: Workbench, pictures: Pictures): Promise<void> {
  await workbench.page.setViewportSize(SIZE);
  await workbench.open('letter.md');
  await workbench.command('View: Hide Panel');
  await workbench.focusText();
  await workbench.command('Toggle Surprisal Heat Map');
  await workbench.page.locator('.statusbar-item', { hasText: /Surprisal.*bits/ }).waitFor();
  await pictures.editor('docs/images/heatmap.png');
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: Error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
