import type { ComponentChildren } from 'preact';
import { useUi } from './ui';

/** A titled part of the view that can be folded away; what is folded is not computed. */
export function Section(props: { name: string; title: string; note?: ComponentChildren; children: ComponentChildren }) {
  const { state, dispatch } = useUi();
  const { open } = state.preferences;
  const isOpen = open.includes(props.name);
  const toggle = () =>
    dispatch({
      type: 'prefer',
      change: { open: isOpen ? open.filter((name) => name !== props.name) : [...open, props.name] },
    });
  return (
    <section class={`section ${props.name}`} aria-labelledby={`${props.name}-title`}>
      <header>
        <h2 id={`${props.name}-title`}>
          <button type="button" aria-expanded={isOpen} aria-controls={`${props.name}-body`} onClick={toggle}>
            <span class="twistie" aria-hidden="true" />
            {props.title}
          </button>
        </h2>
        {props.note && <p class="note">{props.note}</p>}
      </header>
      <div id={`${props.name}-body`} class="body" hidden={!isOpen}>
        {isOpen && props.children}
      </div>
    </section>
  );
}
