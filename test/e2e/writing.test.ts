import assert from 'node:assert/strict';
import { Workbench } from './workbench';

const OPENING = 'They walked down to the sea, where the little boat was lying on the';
const NOTE = 'note.md';
const OTHER = 'other.md';

/** Writes down the ghost text of every frame that the browser paints, in `inklingFrames`. */
const RECORD_FRAMES = `
  inklingFrames = [];
  (function look() {
    inklingFrames.push([...document.querySelectorAll('.ghost-text-decoration')].map((it) => it.textContent).join(''));
    requestAnimationFrame(look);
  })();`;

describe('writing with ghost text', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.start({
      files: { [NOTE]: '', [OTHER]: '' },
      settings: { 'inkling.ghostText.triggerRate': 1, 'inkling.ghostText.minWordConfidence': 0 },
    });
    await workbench.open(NOTE);
  });
  after(() => workbench?.stop());

  /** Starts the document anew and types into it. */
  async function write(text: string): Promise<void> {
    await workbench.goToEnd();
    await workbench.press('Control+A', 'Delete');
    await workbench.type(text);
  }

  /** The report of this title; those opened before lie behind it. */
  const report = (title: string) =>
    workbench.page
      .frameLocator('iframe.webview.ready:not([src*="purpose=webviewView"]) >> visible=true')
      .frameLocator(`iframe#active-frame[title="${title}"]`);

  it('never flickers while the writer types what it says', async () => {
    await write(OPENING);
    const ghost = await workbench.ghostText();
    await workbench.page.evaluate(RECORD_FRAMES);
    await workbench.type(ghost.slice(0, -2), 60);
    const frames = await workbench.page.evaluate<string[]>('inklingFrames');
    const painted = frames.map((text) => text.replaceAll('\u00a0', ' '));
    assert.ok(painted.length > ghost.length, 'every letter was painted');
    assert.deepEqual(
      painted.filter((text) => text === '' || !ghost.endsWith(text)),
      [],
    );
    assert.ok(new Set(painted).size > 3, 'it shrank while it was typed');
  });

  it('takes a sentence with Alt+End', async () => {
    await write(OPENING);
    const ghost = await workbench.ghostText();
    await workbench.press('Alt+End');
    const next = workbench.page.locator('.view-line span:not(.ghost-text-decoration)', {
      hasText: ghost.trim().slice(0, 3),
    });
    await next.first().waitFor();
    const taken = (await workbench.save(NOTE)).slice(OPENING.length);
    assert.ok(taken !== '' && ghost.startsWith(taken), taken);
  });

  it('leaks no tab character when Tab is pressed twice', async () => {
    await write(OPENING);
    await workbench.ghostText();
    await workbench.press('Tab', 'Tab');
    assert.doesNotMatch(await workbench.save(NOTE), /\t| {4}/);
  });

  it('goes through different alternatives with Alt+]', async () => {
    await write(OPENING);
    const first = await workbench.ghostText();
    await workbench.press('Alt+]');
    assert.notEqual(await workbench.ghostText(first), first);
  });

  it('keeps quiet after Escape until the next word', async () => {
    await write(OPENING);
    await workbench.ghostText();
    await workbench.press('Escape');
    await workbench.type(' la');
    await workbench.noGhostText();
    await workbench.type('rge ');
    await workbench.ghostText();
  });

  it('pauses from the menu of the status item, which shows it, and goes on from there', async () => {
    const choose = async (label: string) => {
      await workbench.openMenu();
      await workbench.menuRow(label).click();
    };
    await write(OPENING);
    await workbench.ghostText();
    await choose('Pause for 5 Minutes');
    await workbench.status('off');
    await workbench.focusText();
    await workbench.type(' ');
    await workbench.noGhostText();
    await workbench.openMenu();
    await workbench.menuRow('Suggest Again').waitFor();
    assert.equal(await workbench.menuRow('Pause').count(), 0);
    await workbench.closeMenu();
    await choose('Suggest Again');
    await workbench.status('ready');
    await workbench.focusText();
    await workbench.press('Backspace');
    await workbench.type(' b');
    await workbench.ghostText();
  });

  it('offers to keep, retry or discard what it has written on', async () => {
    const offer = workbench.page.locator('.notification-toast', { hasText: /Wrote .* at line 1/ });
    const writeOn = async () => {
      await write(OPENING);
      await workbench.command('Inkling: Continue Writing');
      await offer.waitFor({ timeout: 60_000 });
      return workbench.save(NOTE);
    };
    const answer = async (button: string) => {
      await offer.getByRole('button', { name: button }).click();
      await offer.waitFor({ state: 'detached' });
    };
    const written = await writeOn();
    assert.ok(written.startsWith(OPENING) && written.length > OPENING.length);
    assert.match(written.trimEnd(), /[.!?]["'”’)]*$/, 'it ends with its sentence');
    await answer('Keep');
    assert.equal(await workbench.save(NOTE), written);
    assert.equal(await writeOn(), written, 'careful writes the same again');
    await answer('Retry');
    await offer.waitFor({ timeout: 60_000 });
    assert.equal(await workbench.save(NOTE), written);
    await answer('Discard');
    // It goes from the saved text a moment after the question.
    await workbench.changed(NOTE);
    assert.equal(await workbench.save(NOTE), OPENING);
    await writeOn();
    await workbench.switchTo(OTHER);
    await answer('Discard');
    await workbench.changed(NOTE);
    assert.equal(await workbench.save(NOTE), OPENING, 'and where another tab came before it');
  });

  it('says why it is silent in a code block', async () => {
    await write('Look:\n\n```\ncode ');
    await workbench.command('Inkling: Why No Suggestion?');
    await report('Why No Suggestion').locator('.lead', { hasText: 'a code block' }).waitFor();
  });

  it('says why there is a suggestion beside it, and leaves it on screen', async () => {
    await write(OPENING);
    const ghost = await workbench.ghostText();
    await workbench.command('Inkling: Why This Suggestion?');
    const why = report('Why This Suggestion');
    await why.locator('h1', { hasText: ghost.trim() }).waitFor();
    await why.getByRole('columnheader', { name: 'Runner-up' }).first().waitFor();
    await workbench.ghostTextIs(ghost);
    await workbench.screenshot('why-this-suggestion');
  });

  it('compares strategies side by side, and inserts the one whose button is pressed', async () => {
    await write(OPENING);
    await workbench.command('Inkling: Compare Strategies');
    const cards = report('Compare Strategies').locator('.card');
    await cards.locator('dd').nth(31).waitFor({ timeout: 60_000 });
    assert.equal(await cards.count(), 8);
    await workbench.screenshot('compare-strategies');
    const text = (await cards.first().locator('blockquote').textContent()) ?? '';
    await cards.first().getByRole('button', { name: 'Insert this one' }).click();
    await workbench.editorFocused();
    assert.equal(await workbench.save(NOTE), OPENING + text);
    await workbench.command('File: Set Active Editor Read-only in Session');
    await cards.first().getByRole('button', { name: 'Insert this one' }).click();
    await workbench.toasts.filter({ hasText: 'This document is read-only.' }).waitFor();
    assert.equal(workbench.read(NOTE), OPENING + text);
  });
});
