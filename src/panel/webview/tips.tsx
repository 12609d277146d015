import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Explanation, glossary, type Term } from './glossary';

/** Long enough that a pointer passing over, or reading a table, opens nothing. */
const HOVER_MS = 600;

/** A term with an explanation on hover, focus or press. */
export function Asked({ term, children }: { term: Term; children: ComponentChildren }) {
  return (
    <button type="button" class="asked" data-term={term} aria-describedby={`term-${term}`}>
      {children}
    </button>
  );
}

/** The explanations as hidden text, for `aria-describedby`. */
export function Glossary() {
  return (
    <div hidden>
      {Object.entries<Explanation>(glossary()).map(([term, { is, formula }]) => (
        <p key={term} id={`term-${term}`}>
          {is}
          {formula && ` ${formula}.`}
        </p>
      ))}
    </div>
  );
}

interface Open {
  readonly term: Term;
  readonly anchor: Element;
}

/** The view's single tooltip, placed beside the hovered or focused element with `data-term`. Escape closes it. */
export function Tip() {
  const [open, setOpen] = useState<Open | null>(null);
  const tip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (next: Open | null, ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => setOpen(next), ms);
    };
    const listen = (type: keyof DocumentEventMap, act: (event: Event) => void) => {
      document.addEventListener(type, act);
      return () => document.removeEventListener(type, act);
    };
    const off = [
      listen('pointerover', (event) => {
        const asked = askedBy(event);
        // Focus keeps the tip open, and so does hovering over the tip itself.
        if (asked) later(asked, HOVER_MS);
        else if (!tip.current?.contains(event.target as Node)) later(askedBy({ target: document.activeElement }), 100);
        else clearTimeout(timer);
      }),
      listen('focusin', (event) => {
        if (event.target instanceof Element && event.target.matches(':focus-visible')) later(askedBy(event), 0);
      }),
      listen('focusout', () => later(null, 0)),
      listen('click', (event) => {
        if (event.target instanceof Element && event.target.closest('.asked')) later(askedBy(event), 0);
      }),
      listen('keydown', (event) => (event as KeyboardEvent).key === 'Escape' && later(null, 0)),
      // It may cover the slider or its result.
      listen('input', () => later(null, 0)),
      listen('scroll', () => later(null, 0)),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of off) stop();
    };
  }, []);
  if (!open?.anchor.isConnected) return null;
  const { name, is, formula }: Explanation = glossary()[open.term];
  return (
    <div class="tip" aria-hidden="true" ref={tip} style={placeBeside(open.anchor.getBoundingClientRect())}>
      <strong>{name}</strong>
      <p>{is}</p>
      {formula && <code>{formula}</code>}
    </div>
  );
}

function askedBy({ target }: { readonly target: EventTarget | null }): Open | null {
  const anchor = target instanceof Element ? target.closest('[data-term]') : null;
  const term = anchor?.getAttribute('data-term') as Term | null | undefined;
  return anchor && term && term in glossary() ? { term, anchor } : null;
}

/** Below the anchor, or above where there is more room; always within the view. */
function placeBeside({ left, top, bottom }: DOMRect): Record<string, string> {
  const { innerWidth, innerHeight } = window;
  const width = Math.min(300, innerWidth - 16);
  const x = Math.max(8, Math.min(left, innerWidth - width - 8));
  const place = { left: `${x}px`, inlineSize: 'max-content', maxInlineSize: `${width}px` };
  return innerHeight - bottom > 110 || bottom < innerHeight / 2
    ? { ...place, top: `${bottom + 4}px` }
    : { ...place, bottom: `${innerHeight - top + 4}px` };
}
