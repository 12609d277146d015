import { readFileSync } from 'node:fs';
import type { Frame, Locator } from 'playwright-core';
import type { Workbench } from './workbench';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** The Explain Next Token view of a workbench: what a writer sees and does there. */
export class Panel {
  readonly #workbench: Workbench;

  private constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  /** Opens the view, if it is not open, and waits until it has the focus and explains something. */
  static async open(workbench: Workbench): Promise<Panel> {
    await workbench.command('Explain Next Token');
    const panel = new Panel(workbench);
    await panel.opened();
    return panel;
  }

  /** Waits until the view has the focus and explains something. The focus may come last where the view was open. */
  async opened(): Promise<void> {
    await this.#workbench.page.waitForFunction(() => document.activeElement?.matches('iframe.webview.ready'));
    await this.explained();
    // The view may have an active element without the focus.
    await (await this.frame()).waitForFunction(() => document.hasFocus());
  }

  get root() {
    const view = this.#workbench.page.frameLocator('iframe.webview.ready >> visible=true');
    return view.frameLocator('iframe#active-frame');
  }

  locator(selector: string, options?: Parameters<Locator['locator']>[1]): Locator {
    return this.root.locator(selector, options);
  }

  /** Waits until the cursor's place is explained and nothing is running. */
  async explained(): Promise<void> {
    await this.locator('.candidates tbody tr').first().waitFor({ timeout: 60_000 });
    await this.locator('.status.ready').waitFor({ timeout: 60_000 });
  }

  /** Opens a tool, as its tab is called. */
  async openTool(name: 'Shape' | 'Sample' | 'Try' | 'Beams' | 'Words' | 'Why'): Promise<void> {
    await this.root.getByRole('tab', { name, exact: true }).click();
    await this.root.getByRole('tab', { name, exact: true, selected: true }).waitFor();
  }

  /** Presses Tab until what has the focus is one of these; there are not many stops in the view. */
  async tabTo(selector: string): Promise<void> {
    const frame = await this.frame();
    for (let stop = 0; stop < 60; stop++) {
      if (await frame.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
      await this.#workbench.press('Tab');
    }
    throw new Error(`Tab does not lead to ${selector}.`);
  }

  /** The tokens before the cursor, as the chips say them. */
  chips(): Promise<string[]> {
    return this.locator('.chip:not(.tried)').allTextContents();
  }

  /** The rows of the table of candidates: token, probability, sum and logit as they are written. */
  async candidates(): Promise<{ token: string; probability: string; sum: string; logit: string }[]> {
    const rows = await this.locator('.candidates tbody tr').evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('.token-button, .number')].map((cell) => (cell.textContent ?? '').trim()),
      ),
    );
    return rows.map(([token, probability, sum, logit]) => ({ token, probability, sum, logit }));
  }

  candidate(index: number): Locator {
    return this.locator('.token-button').nth(index);
  }

  async slide(id: string, value: number): Promise<void> {
    await this.locator(`#${id}`).fill(String(value));
  }

  /** How often the model has run, as the view says. */
  async runs(): Promise<number> {
    const text = await this.locator('.work').textContent();
    return Number(/([\d,]+) runs/.exec(text ?? '')?.[1].replaceAll(',', ''));
  }

  /** From now on keeps the logits that the view is sent with each place. */
  async keepLogits(): Promise<void> {
    await (await this.frame()).evaluate(() => {
      window.addEventListener('message', ({ data }) => {
        if (data.type === 'position') Object.assign(window, { keptLogits: data.logits });
      });
    });
  }

  /** The full float32 logits of the place on show. */
  async logits(): Promise<Float32Array> {
    const frame = await this.frame();
    const kept = await frame.evaluate(() => [...(window as unknown as { keptLogits: Float32Array }).keptLogits]);
    return Float32Array.from(kept);
  }

  /** The document inside the webview. */
  async frame(): Promise<Frame> {
    const element = await this.locator('body').elementHandle();
    const frame = await element?.ownerFrame();
    if (!frame) throw new Error('The view has no frame.');
    return frame;
  }

  /** What axe-core objects to, in words. */
  async violations(): Promise<string[]> {
    const frame = await this.frame();
    await frame.evaluate(AXE);
    const found = await frame.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
      // Who speaks to the machine says what is seen: the name of a control holds its label (WCAG 2.5.3).
      const { violations } = await axe.run({ rules: { 'label-content-name-mismatch': { enabled: true } } });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary}`),
      );
    });
    return found;
  }
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
