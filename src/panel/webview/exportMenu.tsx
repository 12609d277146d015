import * as l10n from '@vscode/l10n';
import { useEffect, useRef, useState } from 'preact/hooks';
import { listOf } from '../../core/text/locale';
import type { WantedExport } from '../protocol';
import { moveFocus } from './controls';
import { contentOf, copyPng } from './exporting';
import { figureOf, hasFigure } from './figures';
import { useUi } from './ui';

const arrows = { ArrowUp: -1, ArrowDown: 1 };

type Kind = WantedExport['kind'];

type Entry = readonly [label: string, format: WantedExport['format'], action: WantedExport['action']];

function entries(): readonly Entry[] {
  return [
    [l10n.t('Copy as SVG'), 'svg', 'copy'],
    [l10n.t('Copy as PNG'), 'png', 'copy'],
    [l10n.t('Copy as Markdown table'), 'markdown', 'copy'],
    [l10n.t('Copy as CSV'), 'csv', 'copy'],
    [l10n.t('Copy as JSON'), 'json', 'copy'],
    [l10n.t('Save as SVG…'), 'svg', 'save'],
    [l10n.t('Save as PNG…'), 'png', 'save'],
    [l10n.t('Save as HTML page…'), 'html', 'save'],
  ];
}

/** A menu to copy or save each of a section's views; hidden while none has content. */
export function ExportMenu({ views }: { views: readonly (readonly [kind: Kind, name: string])[] }) {
  const { state, dispatch } = useUi();
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) menu.current?.querySelector<HTMLElement>('.menu-item')?.focus();
  }, [open]);
  const there = views.filter(([kind]) => hasFigure(kind, state));
  if (there.length === 0) return null;
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      return close();
    }
    return moveFocus(event, '.menu-item', arrows);
  };
  const leave = (event: FocusEvent) => {
    if (event.relatedTarget !== button.current && !menu.current?.contains(event.relatedTarget as Node)) setOpen(false);
  };
  const label = l10n.t('Export: {0}', listOf(views.map(([, name]) => name)));
  return (
    <div class="export">
      <button
        type="button"
        class="export-button"
        ref={button}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        <span aria-hidden="true">⋯</span>
      </button>
      {open && (
        <div
          class="menu"
          role="menu"
          aria-label={label}
          tabIndex={-1}
          ref={menu}
          onKeyDown={onKeyDown}
          onFocusOut={leave}
        >
          {there.flatMap(([kind, name]) =>
            entries().map(([entry, format, action]) => (
              <button
                key={`${kind} ${entry}`}
                type="button"
                role="menuitem"
                class="menu-item"
                tabIndex={-1}
                onClick={() => {
                  dispatch({ type: 'export', wanted: { kind, format, action } });
                  close();
                }}
              >
                {there.length > 1 ? `${name}: ${entry}` : entry}
              </button>
            )),
          )}
        </div>
      )}
    </div>
  );
}

/** Exports the requested view as soon as it has content; starts a beam search if that is what is missing. */
export function Exporter() {
  const { state, dispatch, post } = useUi();
  const { wanted, position, beams, searching, preferences, at } = state;
  const isThere = wanted !== null && hasFigure(wanted.kind, state);
  const searches = wanted?.kind === 'beams' && !beams && !searching && position !== null;
  useEffect(() => {
    if (!searches || !position) return;
    dispatch({ type: 'search' });
    post({ type: 'beams', position: position.id, ids: at, search: preferences.beam });
  }, [searches, position]);
  useEffect(() => {
    const figure = wanted && isThere ? figureOf(wanted.kind, state) : undefined;
    if (!wanted || !figure) return;
    dispatch({ type: 'exported' });
    const { kind, format, action } = wanted;
    void contentOf(figure, format)
      .then(async (content) => {
        if (format === 'png' && action === 'copy') await copyPng(content);
        post({ type: 'exported', kind, format, action, content });
      })
      .catch(() => post({ type: 'exported', kind, format, action, content: '' }));
  }, [wanted, isThere]);
  return null;
}
