import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { reshape } from '../../src/core/decoding/pipeline';
import { softmax } from '../../src/core/logits';
import { LocalEngine } from '../../src/engine/localEngine';
import { display, encode, tokenText } from '../support/gpt2';
import { Panel } from './panel';
import { Workbench } from './workbench';

const MODEL = join(__dirname, '../../dist/model');
const ESSAY = `# The harbour

She opened the door and went down to the water. 👩‍🚀 The morning was

bright, and the boats came home.
`;
const CURSOR = ESSAY.indexOf('\n\nbright');
const BEFORE = ESSAY.slice(0, CURSOR);

/** Longer than the context of any model; so much of it stands on a line that all the model sees of it is on screen. */
const CHAPTER = Array.from(
  { length: 80 },
  (_, i) => `Line ${i} of it tells of ${i % 7} foxes and ${i % 5} dogs, and of what became of them in the year ${i}.`,
).join('\n');

describe('Explain Next Token', () => {
  let workbench: Workbench;
  let panel: Panel;
  let engine: LocalEngine;

  before(async () => {
    engine = await LocalEngine.open(MODEL, { threads: 1 });
    workbench = await Workbench.start({
      files: { 'essay.md': ESSAY, 'chapter.md': CHAPTER },
      size: { width: 1500, height: 1000 },
      // Nobody but the view runs the model: its runs are counted.
      settings: { 'inkling.ghostText.mode': 'manual' },
    });
    await workbench.open('essay.md');
    panel = await Panel.open(workbench);
    await panel.keepLogits();
  });
  after(async () => {
    await workbench?.stop();
    await engine?.dispose();
  });

  /** Puts the cursor into the middle of the text, and the view back to what it shows at first. */
  beforeEach(async () => {
    await workbench.focusText();
    await workbench.press('Control+Home', 'ArrowDown', 'ArrowDown', 'End');
    await panel.locator('.caret + .future > .hidden + .masked + .masked + .masked', { hasText: 'bright' }).waitFor();
    await panel.explained();
    await panel.root.getByLabel('␣', { exact: true }).check({ force: true });
    await panel.root.getByLabel('Boundary', { exact: true }).check({ force: true });
    const reset = panel.root.getByRole('button', { name: 'Reset all' });
    await panel.openTool('Shape');
    if (await reset.isEnabled()) await reset.click();
  });

  const percent = (text: string) => Number(/[\d.]+/.exec(text)?.[0]) / 100;
  const plain = (text: string) => text.replaceAll('␣', ' ');

  describe('opens and follows', () => {
    it('from the palette, in the middle of a text', async () => {
      assert.equal(await panel.locator('.caret').count(), 1);
      assert.match((await panel.locator('.future').textContent()) ?? '', /bright/);
    });

    it('from the menu of the editor', async () => {
      await workbench.text.click({ button: 'right' });
      await workbench.page.getByRole('menuitem', { name: 'Explain Next Token' }).waitFor();
      await workbench.press('Escape');
    });

    it('the cursor, wherever the writer goes', async () => {
      await workbench.focusText();
      await workbench.press('Control+Home', 'End');
      await panel.locator('.chips', { hasNotText: 'door' }).waitFor();
      await panel.explained();
      assert.deepEqual((await panel.chips()).map(plain), ['#', ' The', ' harbour']);
    });
  });

  describe('shows tokens', () => {
    it('with the tokenizer’s boundaries, the space visible, in either notation', async () => {
      const spelled = (await panel.chips()).filter((chip) => !chip.startsWith('+') && !chip.includes('👩'));
      const expected = encode(BEFORE)
        .map(tokenText)
        .filter((text) => !text.includes('\ufffd'));
      assert.deepEqual(
        spelled.map((chip) => plain(chip).replaceAll('⏎', '\n')),
        expected,
      );
      await panel.root.getByLabel('Ġ').check({ force: true });
      assert.ok((await panel.chips()).includes('Ġdoor'));
      assert.equal(display(encode(' door')[0]), 'Ġdoor');
    });

    it('one character of several tokens as one character', async () => {
      const grapheme = panel.locator('.grapheme');
      const parts = encode(' 👩‍🚀').length;
      assert.equal(await grapheme.locator('.chip').count(), parts);
      await grapheme.locator('.chip').nth(1).click();
      assert.match((await panel.locator('.chip-detail').textContent()) ?? '', /bytes[0-9A-F ]{2,}/);
      assert.match((await grapheme.locator('.chip').nth(1).getAttribute('title')) ?? '', /bytes [0-9A-F]{2}/);
    });

    it('with id, log-probability, rank, surprisal and what the model would rather have said, by its name', async () => {
      const [scored] = (await engine.score({ text: BEFORE, bos: true, top: 5 })).filter(({ text }) => text === ' door');
      await panel.locator('.chip', { hasText: 'door' }).click();
      const detail = (await panel.locator('.chip-detail').textContent()) ?? '';
      assert.ok(detail.includes(`id${scored.id}`), detail);
      const [, rank, bits] = /rank([\d,]+)surprisal([\d.]+) bits/.exec(detail) ?? [];
      assert.ok(Math.abs(Number(bits) + (scored.logprob ?? 0) / Math.LN2) < 0.15, detail);
      assert.ok(Math.abs(Number(rank.replaceAll(',', '')) / ((scored.rank ?? 0) + 1) - 1) < 0.2, detail);
      assert.equal(await panel.locator('.chip-detail .alternative').count(), 5);
      const { name } = await engine.info();
      const rather = (await panel.locator('.rather').textContent()) ?? '';
      assert.ok(rather.startsWith(`${name} ${scored.rank === 0 ? 'expected exactly this' : 'would rather have said'}`));
    });

    it('that select the text in the editor, and the other way round', async () => {
      await panel.locator('.chip', { hasText: 'door' }).click();
      await workbench.page.locator('.statusbar-item', { hasText: /5\D+selected/ }).waitFor();
      await panel.locator('.chip.highlighted', { hasText: 'door' }).waitFor();
      await workbench.page.locator('.monaco-editor .view-line', { hasText: 'harbour' }).dblclick();
      await panel.locator('.chip.highlighted', { hasText: 'harbour' }).waitFor();
      assert.equal(await panel.locator('.chip.highlighted', { hasText: 'door' }).count(), 0);
    });

    it('coloured by boundary, by rank with limits of one’s own, or by surprisal', async () => {
      assert.ok((await panel.locator('.chip.tint1').count()) > 0);
      await panel.root.getByLabel('Rank', { exact: true }).check({ force: true });
      const band = panel.locator('.chip.band0');
      const before = await band.count();
      await panel.root.getByLabel('Rank limit of band 1').fill('1');
      await panel.root.getByLabel('Rank limit of band 1').press('Enter');
      await panel.locator('.legend').filter({ hasText: /\d/ }).first().waitFor();
      assert.ok((await band.count()) < before);
      await panel.root.getByLabel('Surprisal', { exact: true }).check({ force: true });
      const tints = await panel
        .locator('.chip.surprisal')
        .evaluateAll((chips) => chips.map((chip) => Number((chip as HTMLElement).style.getPropertyValue('--tint'))));
      assert.ok(new Set(tints).size > 10);
    });

    it('and counts them', async () => {
      const note = (await panel.locator('.tokens .note').textContent()) ?? '';
      assert.ok(note.includes(`${encode(BEFORE).length} tokens`), note);
      assert.match(note, /% of window.*bits\/char/);
    });
  });

  describe('shows the next token', () => {
    it('with the probabilities and logits of the engine', async () => {
      const logits = await panel.logits();
      const own = await engine.logits({ text: BEFORE, bos: true });
      const probabilities = softmax(logits);
      // 8-bit weights leave something to the order in which a text was read; another place shares far less than this.
      const shared = softmax(own).reduce((sum, probability, id) => sum + Math.min(probability, probabilities[id]), 0);
      assert.ok(shared > 0.95, `the distributions share ${shared}`);
      const order = [...logits.keys()].sort((a, b) => logits[b] - logits[a]);
      let sum = 0;
      const rows = await panel.candidates();
      assert.equal(rows.length, 20);
      for (const [rank, row] of rows.entries()) {
        const id = order[rank];
        sum += probabilities[id];
        assert.equal(plain(row.token).replaceAll('⏎', '\n'), tokenText(id));
        assert.ok(Math.abs(percent(row.probability) - probabilities[id]) < 6e-4, `${row.token} ${row.probability}`);
        assert.ok(Math.abs(percent(row.sum) - sum) < 6e-4);
        assert.ok(Math.abs(Number(row.logit.replace('−', '-')) - logits[id]) < 6e-3);
      }
    });

    it('reshaped exactly as the engine does, without a run of the model', async () => {
      const runs = await panel.runs();
      const shaping = { repetitionPenalty: 1.3, temperature: 0.7, topK: 40, topP: 0.9 };
      for (const [name, value] of Object.entries(shaping)) await panel.slide(name, value);
      const logits = await panel.logits();
      const stages = reshape(logits, shaping, [50256, ...encode(BEFORE)]);
      const last = stages[stages.length - 1];
      await panel
        .locator('.stage', { hasText: 'top-p' })
        .locator('.survivors', { hasText: String(last.survivors) })
        .waitFor();
      const order = [...last.scores.keys()].sort((a, b) => last.scores[b] - last.scores[a]);
      for (const [rank, row] of (await panel.candidates()).entries()) {
        assert.equal(plain(row.token).replaceAll('⏎', '\n'), tokenText(order[rank]));
        assert.ok(Math.abs(percent(row.probability) - last.probabilities[order[rank]]) < 6e-4);
      }
      // Choosing a chip makes the view tell anew how often the model ran.
      await panel.locator('.chip').first().click();
      await panel.locator('.chip.highlighted').first().waitFor();
      assert.equal(await panel.runs(), runs);
    });

    it('with as many bars as are wanted', async () => {
      await panel.slide('bars', 200);
      await panel.locator('.candidates tbody tr').nth(199).waitFor();
      await panel.slide('bars', 5);
      await panel.locator('.candidates tbody tr').nth(5).waitFor({ state: 'detached' });
      assert.equal((await panel.candidates()).length, 5);
    });

    it('drawn once with the seed shown, twice, and a hundred times more', async () => {
      await panel.openTool('Sample');
      const draw = (name: string) => panel.root.getByRole('button', { name }).click();
      const drawn = async () => {
        const counts = await panel.locator('.histogram tbody td:nth-of-type(2)').allTextContents();
        return counts.reduce((sum, count) => sum + Number(count), 0);
      };
      const seed = async (value: string) => {
        await panel.root.getByLabel('Seed').fill(value);
        await panel.root.getByLabel('Seed').press('Enter');
        await draw('Draw once');
        return panel.locator('.sampler strong').textContent();
      };
      const first = await seed('7');
      assert.match((await panel.locator('.sampler [role=status]').textContent()) ?? '', /^Seed 7 draws/);
      await draw('Draw once');
      await panel.locator('.histogram').waitFor();
      assert.equal(await drawn(), 2);
      await draw('Draw 100');
      await panel.locator('.histogram caption').filter({ hasText: '102 draws' }).waitFor();
      assert.equal(await drawn(), 102);
      await seed('8');
      assert.equal(await seed('7'), first, 'a seed draws the same each time');
    });

    it('drawn with the seed that its field shows, whatever is written there', async () => {
      await panel.openTool('Sample');
      const field = panel.root.getByLabel('Seed');
      await field.fill('9');
      await field.press('Enter');
      for (const none of ['-3', '12.5', '4294967296', '']) {
        await field.fill(none);
        await field.press('Enter');
        assert.equal(await field.inputValue(), '9', none);
      }
      // What explains the field lies over the buttons until something is written.
      await panel.root.getByRole('button', { name: 'Draw 100' }).click();
      await panel.locator('.histogram caption').filter({ hasText: 'Seed 9: 100 draws' }).waitFor();
    });

    it('as words too', async () => {
      await panel.openTool('Words');
      await panel.locator('.words tbody tr').nth(5).waitFor({ timeout: 30_000 });
      const covered = (await panel.locator('.words tfoot').textContent()) ?? '';
      assert.match(covered, /placed [\d.]+ % of the probability/);
      // After a heading the line is likely to end, which is spelled as everywhere.
      await workbench.focusText();
      await workbench.press('Control+Home', 'End');
      await panel.locator('.words tbody th', { hasText: '⏎' }).waitFor({ timeout: 30_000 });
    });
  });

  describe('lets choose', () => {
    const tokens = (more: number) =>
      panel.locator('.tokens .note', { hasText: `${encode(BEFORE).length + more} tokens` }).waitFor();
    const undo = async () => {
      await panel.openTool('Try');
      await panel.root.getByRole('button', { name: 'Undo insertion' }).click();
      await tokens(0);
      await panel.explained();
    };

    it('by a click, which explains and leaves the text alone', async () => {
      await panel.candidate(1).click();
      await panel.root.getByRole('tab', { name: 'Why', selected: true }).waitFor();
      await panel.locator('.lens tbody tr').last().waitFor({ timeout: 30_000 });
      await panel.locator('.candidates tbody tr').nth(2).locator('.bar').click();
      await panel.locator('.candidates tbody tr').nth(2).and(panel.locator('.chosen')).waitFor();
      await panel.candidate(3).press('Space');
      await panel.locator('.candidates tbody tr').nth(3).and(panel.locator('.chosen')).waitFor();
      await tokens(0);
      assert.equal(await workbench.page.locator('.tab.dirty').count(), 0);
    });

    it('by Enter or the button of the row, which insert at the cursor, and undo', async () => {
      const [first] = await panel.candidates();
      await panel.candidate(0).focus();
      await panel.candidate(0).press('Enter');
      const text = plain(first.token).replaceAll('⏎', '\n');
      await tokens(1);
      await undo();
      const row = panel.locator('.candidates tbody tr').first();
      await row.hover();
      await row.getByRole('button', { name: /^Insert/ }).click();
      await tokens(1);
      await workbench.focusText();
      assert.equal(await workbench.save('essay.md'), BEFORE + text + ESSAY.slice(CURSOR));
      await workbench.press('Control+Z');
      await workbench.page.locator('.tab.active.dirty').waitFor();
      assert.equal(await workbench.save('essay.md'), ESSAY);
    });

    it('what was taken out with Ctrl+Z and written by hand is the writer’s, and is not undone', async () => {
      const [first] = await panel.candidates();
      await panel.candidate(0).focus();
      await panel.candidate(0).press('Enter');
      await tokens(1);
      await workbench.focusText();
      await workbench.press('Control+Z');
      await tokens(0);
      await workbench.press('Control+Home', 'ArrowDown', 'ArrowDown', 'End');
      await workbench.type(plain(first.token));
      await tokens(1);
      await panel.explained();
      await panel.openTool('Try');
      await panel.root.getByRole('button', { name: 'Undo insertion' }).click();
      await panel.locator('.status', { hasText: 'There is no insertion of the panel left to undo.' }).waitFor();
      await tokens(1);
      await workbench.focusText();
      await workbench.press('Control+Z');
      await tokens(0);
      assert.equal(await workbench.save('essay.md'), ESSAY);
    });

    it('not in a document that is read-only, which the view says', async () => {
      await workbench.focusText();
      await workbench.command('File: Set Active Editor Read-only in Session');
      const refusal = panel.locator('.status', { hasText: 'The document cannot be changed.' });
      // What the cursor’s own way here has set off may be explained after the key, and says so in the same place.
      for (let tries = 0; tries < 10 && !(await refusal.isVisible()); tries++) {
        await panel.candidate(0).press('Enter');
        await refusal.waitFor({ timeout: 3_000 }).catch(() => {});
      }
      assert.ok(await refusal.isVisible());
      await workbench.focusText();
      await workbench.command('File: Set Active Editor Writeable in Session');
    });

    it('by Alt+Enter, which tries without touching the document', async () => {
      await panel.openTool('Try');
      await panel.candidate(1).focus();
      await panel.candidate(1).press('Alt+Enter');
      await panel.locator('.continuation').waitFor({ timeout: 30_000 });
      assert.equal(await panel.locator('.branch').count(), 2);
      assert.equal(await panel.locator('.chip.tried').count(), 1);
      const after = await panel.locator('.after tbody th').allTextContents();
      assert.deepEqual(
        after.slice(0, 3).map((token) => plain(token).replaceAll('⏎', '\n')),
        encode('\n\nbright').map(tokenText),
      );
      await panel.locator('.after .better, .after .worse').first().waitFor();
      await panel.root.getByRole('button', { name: /^Undo branch/ }).click();
      await panel.locator('.chip.tried').waitFor({ state: 'detached' });
      assert.equal(workbench.read('essay.md'), ESSAY);
      assert.equal(await workbench.page.locator('.tab.dirty').count(), 0);
    });
  });

  it('says why: attention over the chips, and the logit lens that ends at the output', async () => {
    await panel.candidate(0).click();
    await panel.locator('.lens tbody tr').last().waitFor({ timeout: 30_000 });
    const [{ probability }] = await panel.candidates();
    const last = panel.locator('.lens tbody tr').last();
    const lens = percent((await last.locator('.wide .number').textContent()) ?? '');
    assert.ok(Math.abs(lens - percent(probability)) < 0.01, `${lens} ${probability}`);
    assert.equal(await last.locator('td').last().textContent(), '1');
    const { layers, heads } = await engine.info();
    await panel.root.getByRole('button', { name: 'Show it over the tokens' }).click();
    await panel.locator('.head').first().waitFor();
    assert.equal(await panel.locator('.head').count(), layers * heads);
    await panel
      .locator('.head')
      .nth(heads + 1)
      .click();
    await panel.locator('.heads', { hasText: 'layer 2, head 2' }).waitFor();
    const tints = await panel
      .locator('.chip.attention, .start [style]')
      .evaluateAll((chips) => chips.map((chip) => Number((chip as HTMLElement).style.getPropertyValue('--tint')) ** 2));
    const sum = tints.reduce((total, tint) => total + tint, 0);
    assert.ok(Math.abs(sum - 1) < 0.02, `the weights drawn sum to ${sum}`);
    assert.equal(await panel.locator('.masked[style]').count(), 0);
  });

  describe('in a long document', () => {
    it('marks in the gutter where the context begins', async () => {
      await workbench.open('chapter.md');
      await workbench.goToEnd();
      panel = await Panel.open(workbench);
      await panel.locator('.tokens .note', { hasText: /\d+ of \d,\d+ tokens/ }).waitFor();
      await panel.explained();
      const first = ((await panel.chips())
        .slice(0, 12)
        .join('')
        .match(/Line␣\d+/) ?? [''])[0].replaceAll('␣', ' ');
      assert.match(first, /Line \d+/);
      const top = async (locator: Locator) => Math.round((await locator.boundingBox())?.y ?? -1);
      await workbench.page.locator('.monaco-editor .view-line', { hasText: `${first} ` }).waitFor();
      const line = await top(workbench.page.locator('.monaco-editor .view-line', { hasText: `${first} ` }).first());
      assert.equal(await top(workbench.page.locator('.monaco-editor .cgmr').first()), line);
      await workbench.open('essay.md');
      panel = await Panel.open(workbench);
    });
  });

  describe('has a key', () => {
    it('which is nobody else’s', async () => {
      await workbench.press('Control+J');
      await panel.locator('main').waitFor({ state: 'hidden' });
      await workbench.focusText();
      await workbench.press('Control+K', 'n');
      await panel.opened();
      await workbench.command('Preferences: Open Default Keyboard Shortcuts (JSON)');
      await workbench.page.locator('.tab.active', { hasText: 'keybindings' }).waitFor();
      await workbench.editorFocused();
      await workbench.press('Control+F');
      await workbench.page.locator('.find-widget.visible').waitFor();
      await workbench.type('"ctrl+k n"');
      const matches = workbench.page.locator('.find-widget .matchesCount');
      await matches.filter({ hasText: 'of 1' }).waitFor();
    });
  });
});
