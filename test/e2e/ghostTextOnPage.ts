import type { Seen } from '../host/typing/onScreen';
import type { Onlooker } from './hostWorkbench';

/** Tells of grey text whenever it changes on the page, and what it says. Spaces on screen are hard ones. */
const WATCH = `
  let inklingLast = '';
  new MutationObserver(() => {
    const parts = Array.from(document.querySelectorAll('.ghost-text-decoration'), (part) => part.textContent);
    const text = parts.join('').replaceAll('\\u00a0', ' ');
    if (text !== inklingLast) inklingSaw({ at: performance.timeOrigin + performance.now(), text });
    inklingLast = text;
  }).observe(document, { subtree: true, childList: true, characterData: true });`;

/** Notes by a MutationObserver on the workbench's page when grey text comes there, and what it says. */
export function ghostTextOnPage(): Onlooker & { readonly seen: readonly Seen[] } {
  const seen: Seen[] = [];
  return {
    seen,
    async begin(page) {
      await page.exposeFunction('inklingSaw', (one: Seen) => seen.push(one));
      await page.addInitScript(WATCH);
    },
  };
}
