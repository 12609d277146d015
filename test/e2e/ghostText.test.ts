import assert from 'node:assert/strict';
import { Workbench } from './workbench';

const OPENING = 'They walked down to the sea, where the little boat was lying on the';
const NOTE = 'note.md';

describe('ghost text', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.start({
      files: { [NOTE]: '' },
      settings: { 'inkling.ghostText.triggerRate': 1, 'editor.minimap.enabled': false },
      size: { width: 900, height: 260 },
    });
    await workbench.open(NOTE);
    await workbench.command('View: Toggle Primary Side Bar Visibility');
  });
  after(() => workbench?.stop());

  /** An empty document with the opening typed into it, and what the ghost text offers then. */
  async function typeOpening(): Promise<string> {
    await workbench.goToEnd();
    await workbench.press('Control+A', 'Delete');
    await workbench.type(OPENING);
    const ghost = await workbench.ghostText();
    assert.notEqual(ghost.trim(), '');
    return ghost;
  }

  it('appears after typing and is no part of the document', async () => {
    await typeOpening();
    await workbench.screenshot('ghost-text');
    assert.equal(await workbench.save(NOTE), OPENING);
  });

  it('is taken whole with Tab, and undo takes it back', async () => {
    const ghost = await typeOpening();
    await workbench.press('Tab');
    assert.equal(await workbench.save(NOTE), OPENING + ghost);
    await workbench.press('Control+Z');
    assert.equal(await workbench.save(NOTE), OPENING);
  });

  it('is taken a word at a time with Ctrl+Right, and the rest stays', async () => {
    const ghost = await typeOpening();
    // VS Code's first step is the space before the word.
    await workbench.press('Control+ArrowRight', 'Control+ArrowRight');
    const saved = await workbench.save(NOTE);
    await workbench.ghostTextIs((OPENING + ghost).slice(saved.length));
    assert.match(saved.slice(OPENING.length), /^ \S+ ?$/);
  });

  it('shrinks as it is typed, and what was typed is what is saved', async () => {
    const ghost = await typeOpening();
    const typed = ghost.slice(0, 3);
    await workbench.type(typed);
    await workbench.ghostTextIs(ghost.slice(typed.length));
    assert.equal(await workbench.save(NOTE), OPENING + typed);
  });

  it('is sent away with Escape, and comes back with another word', async () => {
    await typeOpening();
    await workbench.press('Escape');
    await workbench.noGhostText();
    assert.equal(await workbench.save(NOTE), OPENING);
    await workbench.type(' other');
    await workbench.ghostText();
  });
});
