import assert from 'node:assert/strict';
import { Workbench } from './workbench';

const PEOPLE = `# People

At the mill we met a woman who sold brass instruments and spoke of the weather at sea. Her name was Quillonby Vane.
`;
const OPENING = 'In the evening the captain came back to the harbour and asked everybody for';
const NOTE = 'note.md';

describe('the memory', () => {
  let workbench: Workbench;

  const start = async (settings: Record<string, unknown> = {}) => {
    workbench = await Workbench.start({
      files: { [NOTE]: '', 'people.md': PEOPLE },
      settings: { 'inkling.ghostText.triggerRate': 1, 'editor.minimap.enabled': false, ...settings },
      size: { width: 1100, height: 300 },
    });
    await workbench.open(NOTE);
  };
  before(() => start());
  after(() => workbench?.stop());

  /** What is offered after a text that is typed into the empty document. */
  async function offeredAfter(text: string): Promise<string> {
    await workbench.goToEnd();
    await workbench.press('Control+A', 'Delete');
    await workbench.type(text);
    return workbench.ghostText();
  }

  /** Types the text again until this is offered, since files are read and settings taken up in the background. */
  async function eventually(text: string, wanted: (offered: string) => boolean): Promise<void> {
    let offered = '';
    for (let tries = 0; tries < 8; tries++) {
      offered = await offeredAfter(text);
      if (wanted(offered)) return;
    }
    assert.fail(`“${offered}” is offered after “${text}”`);
  }

  const isName = (offered: string) => offered.startsWith('lonby');

  it('offers a name that another file of the folder holds once, after its first letters', async () => {
    await eventually(`${OPENING} Quil`, isName);
  });

  it('offers a name that was typed once in this document', async () => {
    const before = `${OPENING} Fendrake Oldwhistle, the keeper. Later we climbed the hill to speak with Fend`;
    await eventually(before, (offered) => offered.startsWith('rake'));
  });

  it('does not offer it after Inkling: Forget, however often it is asked', async () => {
    await workbench.command('Inkling: Forget');
    await workbench.toasts.filter({ hasText: 'is forgotten' }).waitFor();
    for (let tries = 0; tries < 3; tries++) assert.ok(!isName(await offeredAfter(`${OPENING} Quil`)));
  });

  it('offers no name with inkling.memory.sources at off', async () => {
    await workbench.stop();
    await start({ 'inkling.memory.sources': 'off' });
    for (let tries = 0; tries < 3; tries++) assert.ok(!isName(await offeredAfter(`${OPENING} Quil`)));
  });
});
