import type { Seen } from '../host/typing/onScreen';
import type { Onlooker } from './hostWorkbench';

/** Grey text in the editor. */
const SELECTOR = '.ghost-text-decoration';

/** Notes by a MutationObserver on the workbench's page when grey text changes there, and what it says. */
export function ghostTextOnPage(): Onlooker & { readonly seen: readonly Seen[] } {
  const seen: Seen[] = [];
  return {
    seen,
    async begin(page) {
      await page.exposeFunction('inklingSaw', (one: Seen) => seen.push(one));
      await page.addInitScript((selector) => {
        const { inklingSaw } = globalThis as unknown as { readonly inklingSaw: (one: Seen) => void };
        let last = '';
        const look = () => {
          const parts = Array.from(document.querySelectorAll(selector), ({ textContent }) => textContent ?? '');
          // Spaces on screen are hard ones.
          const text = parts.join('').replaceAll('\u00a0', ' ');
          if (text !== last) inklingSaw({ at: performance.timeOrigin + performance.now(), text });
          last = text;
        };
        new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
      }, SELECTOR);
    },
  };
}
