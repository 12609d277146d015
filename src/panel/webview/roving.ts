/**
 * Arrow keys move the focus among the buttons of a group, of which only one is in the tab order.
 * `step` says by how many buttons a key moves, if at all.
 */
export function moveFocus(event: KeyboardEvent, selector: string, step: Readonly<Record<string, number>>): void {
  const by = event.key === 'Home' ? -Infinity : event.key === 'End' ? Infinity : step[event.key];
  if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(selector)];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const next = buttons[Math.min(buttons.length - 1, Math.max(0, at + by))];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
