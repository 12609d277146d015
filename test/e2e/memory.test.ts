import assert from 'node:assert/strict';
import { Workbench } from './workbench';

/** The model alone has no name for these letters; what it would rather say must not come close to the one in the file. */
const PEOPLE = `# People

At the mill we met a woman who sold brass instruments and spoke of the weather at sea. Her name was Fendrake Vane.
`;
const OPENING = 'In the evening the captain came back to the harbour and asked everybody for';
const NOTE = 'note.md';

describe('the memory', () => {
  let workbench: Workbench;

  const start = async (settings: Record<string, unknown> = {}) => {
    workbench = await Workbench.start({
      files: { [NOTE]: '', 'people.md': PEOPLE },
      settings: { 'inkling.ghostText.triggerRate': 1, 'editor.minimap.enabled': false, ...settings },
      size: { width: 1100, height: 600 },
    });
    await workbench.open(NOTE);
  };
  before(() => start());
  after(() => workbench?.stop());

  /** Types a text into the empty document. */
  async function write(text: string): Promise<void> {
    await workbench.goToEnd();
    await workbench.press('Control+A', 'Delete');
    await workbench.type(text);
  }

  /** What is offered after a text that is typed into the empty document. */
  async function offeredAfter(text: string): Promise<string> {
    await write(text);
    return workbench.ghostText();
  }

  /** Waits until the menu says that the other file has been read. */
  async function filesRead(): Promise<void> {
    let known = '';
    while (!known.includes('Files read beside this document: 1.')) {
      await workbench.openMenu();
      known = await workbench.menuRow('What It Knows').innerText();
      await workbench.closeMenu();
    }
  }

  const isName = (offered: string) => offered.startsWith('rake');

  it('offers a name that another file of the folder holds once, after its first letters', async () => {
    await filesRead();
    await write(`${OPENING} Fend`);
    await workbench.ghostTextBegins('rake');
  });

  it('offers a name that was typed once in this document', async () => {
    await write(`${OPENING} Yarrowby Oldwhistle, the keeper. Later we climbed the hill to speak with Yarr`);
    await workbench.ghostTextBegins('owby');
  });

  it('does not offer it after Inkling: Forget, however often it is asked', async () => {
    await workbench.command('Inkling: Forget');
    await workbench.toasts.filter({ hasText: 'is forgotten' }).waitFor();
    for (let tries = 0; tries < 3; tries++) assert.ok(!isName(await offeredAfter(`${OPENING} Fend`)));
  });

  it('offers no name with inkling.memory.sources at off', async () => {
    await workbench.stop();
    await start({ 'inkling.memory.sources': 'off' });
    for (let tries = 0; tries < 3; tries++) assert.ok(!isName(await offeredAfter(`${OPENING} Fend`)));
  });
});
