import { useLayoutEffect, useRef } from 'preact/hooks';

/** What the keyboard is led to, the place of a list before what stands around it. What opens an explanation is left out. */
const STOPS = ['[tabindex="0"]', ':is(button:not(.asked),input,select):enabled'];

/**
 * Keeps the keyboard near its place when what had the focus goes away or can no longer be used, as the last button of
 * the lesson: the nearest part that is still there has the focus then. Where the whole section is gone, as while a
 * branch is being tried, it has it when it is back. An editor that has the focus keeps it.
 */
export function useKeptFocus(): void {
  const awaited = useRef<string | null>(null);
  // Drawing begins here and has changed nothing yet.
  const before = document.activeElement;
  const around = ancestorsOf(before);
  useLayoutEffect(() => {
    if (!document.hasFocus() || !isNowhere(document.activeElement)) {
      awaited.current = null;
      return;
    }
    if (before !== document.body) {
      const section = around.find((element) => element.matches('section'));
      awaited.current = section && !section.isConnected ? section.getAttribute('aria-labelledby') : null;
    }
    const places = awaited.current === null ? around : [...sectionsOf(awaited.current)];
    const stop = places.flatMap((element) => (element.isConnected ? (stopIn(element) ?? []) : []))[0];
    stop?.focus();
  });
}

/** Whether no key does anything here. */
function isNowhere(element: Element | null): boolean {
  return element === null || element === document.body || element.matches(':disabled');
}

function ancestorsOf(element: Element | null): Element[] {
  const parent = element?.parentElement;
  return parent ? [parent, ...ancestorsOf(parent)] : [];
}

function sectionsOf(title: string): Iterable<Element> {
  return document.querySelectorAll(`section[aria-labelledby="${title}"]`);
}

function stopIn(element: Element): HTMLElement | undefined {
  for (const selector of STOPS) {
    const stop = element.querySelector<HTMLElement>(selector);
    if (stop) return stop;
  }
  return undefined;
}
