import * as l10n from '@vscode/l10n';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { surprisal } from '../../core/analysis/likelihood';
import { percent } from '../../core/logits';
import { decimal, whole } from '../../core/text/locale';
import { attentionWeights } from '../../pictures/attention';
import { rankBand } from '../../pictures/figure';
import { groupByGrapheme } from '../../pictures/graphemes';
import { type Notation, speak } from '../../pictures/spelling';
import type { PanelToken } from '../protocol';
import { moveFocus, Spelled } from './controls';
import { hex } from './format';
import type { Preferences } from './preferences';
import { type State, shownTokens } from './state';
import { useUi } from './ui';

const arrows = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -8, ArrowDown: 8 };

/** Surprisal of the strongest tint, in bits. */
export const HOTTEST_BITS = 14;

/** The text before the cursor as token chips, then the current branch, then the text that the model cannot see. */
export function Chips() {
  const { state, post, dispatch } = useUi();
  const { position, preferences, why } = state;
  const tokens = useMemo(() => shownTokens(state), [position, state.at, state.branches]);
  const groups = useMemo(() => groupByGrapheme(position?.text ?? '', position?.tokens ?? []), [position]);
  const weights = useMemo(() => {
    if (!why || preferences.colour !== 'attention') return null;
    return attentionWeights(why, preferences.layer, preferences.head);
  }, [why, preferences.colour, preferences.layer, preferences.head]);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    // Keep the cursor in view when the container is resized, too.
    const observer = new ResizeObserver(() => showCaret(element));
    observer.observe(element);
    return () => observer.disconnect();
  }, [tokens]);
  if (!position) return null;

  const choose = (index: number) => {
    dispatch({ type: 'chooseChip', index });
    const token = position.tokens[index];
    if (token) post({ type: 'select', position: position.id, span: token.utf16 });
  };
  const focusable = state.chip ?? tokens.length - 1;
  // The attention may include a start token without a chip, or, in a long text, lack the first chips.
  const offset = (why?.tokens ?? 0) - tokens.length;
  const chip = (index: number, glyph?: string) => (
    <Chip
      token={tokens[index]}
      glyph={glyph ?? tokens[index].text}
      className={chipClass(state, tokens[index], index)}
      tint={weights ? Math.sqrt(weights[index + offset] ?? 0) : tintOf(tokens[index], preferences)}
      bytes={hex(state.model?.vocabulary.bytes(tokens[index].id) ?? [])}
      notation={preferences.notation}
      tabIndex={index === focusable ? 0 : -1}
      chosen={index === state.chip}
      onChoose={() => choose(index)}
      onFocus={() => state.chip !== index && dispatch({ type: 'chooseChip', index })}
    />
  );
  const branchIds = tokens.slice(position.tokens.length).map(({ id }) => id);
  const branchGlyphs = state.model?.vocabulary.glyphs(branchIds) ?? [];
  return (
    <div class="chips-scroll" ref={scroller}>
      <ol
        class="chips"
        aria-label={l10n.t('Tokens before the cursor')}
        onKeyDown={(event) => moveFocus(event, '.chip', arrows)}
      >
        {position.start !== null && (
          <li key="start" class="start" title={startText(state.model?.name)}>
            <span class="hidden">{l10n.t('Start of text')}</span>
            <span aria-hidden="true" style={{ '--tint': Math.sqrt(offset > 0 ? (weights?.[0] ?? 0) : 0).toFixed(3) }}>
              ⊢
            </span>
          </li>
        )}
        {groups.map(({ from, to, text }) => (
          <li key={from} class={to - from > 1 ? 'grapheme' : text.endsWith('\n') ? 'ends-line' : ''}>
            {to - from === 1
              ? chip(from)
              : tokens.slice(from, to).map((_, i) => chip(from + i, i === 0 ? text : `+${i}`))}
          </li>
        ))}
        {branchGlyphs.map((glyph, i) => (
          <li key={`branch ${i}`}>{chip(position.tokens.length + i, glyph)}</li>
        ))}
      </ol>
      <span class="caret" aria-hidden="true" />
      <Future />
    </div>
  );
}

function startText(model: string | undefined): string {
  return model === undefined
    ? l10n.t('The text starts here: the model reads an end-of-text mark before it.')
    : l10n.t('The text starts here: {0} reads an end-of-text mark before it.', model);
}

/** Scrolls to the cursor, aligned to a line so that none is cut in half at the top. */
function showCaret(scroller: HTMLElement): void {
  const caret = scroller.querySelector('.caret');
  if (!caret) return;
  const line = parseFloat(getComputedStyle(scroller).lineHeight);
  const below = caret.getBoundingClientRect().bottom - scroller.getBoundingClientRect().bottom + line / 4;
  scroller.scrollTop += Math.ceil(Math.max(0, below) / line) * line;
}

/** The text after the cursor, hidden from the model by the causal mask. */
function Future() {
  const { state } = useUi();
  const after = state.position?.after ?? [];
  if (after.length === 0 || !state.model) return null;
  const glyphs = state.model.vocabulary.glyphs(after.map(({ id }) => id));
  return (
    <p
      class="future"
      title={l10n.t('{0} reads from left to right: it sees nothing after the cursor.', state.model.name)}
    >
      <span class="hidden">{l10n.t('After the cursor, invisible to the model:')} </span>
      {glyphs.map((glyph, i) => (
        <span key={i} class="masked">
          <Spelled text={glyph} notation={state.preferences.notation} />
        </span>
      ))}
    </p>
  );
}

function Chip(props: {
  token: PanelToken;
  glyph: string;
  className: string;
  tint: number;
  bytes: string;
  notation: Notation;
  tabIndex: number;
  chosen: boolean;
  onChoose: () => void;
  onFocus: () => void;
}) {
  const label = chipLabel(props.token, speak(props.glyph, props.notation));
  return (
    <button
      type="button"
      class={props.className}
      style={{ '--tint': props.tint.toFixed(3) }}
      tabIndex={props.tabIndex}
      aria-label={label}
      title={l10n.t('{0}, bytes {1}', label, props.bytes)}
      aria-pressed={props.chosen}
      onClick={props.onChoose}
      // A mouse press focuses before it clicks; selecting on focus would move the chip away from under the pointer.
      onFocus={(event) => event.currentTarget.matches(':focus-visible') && props.onFocus()}
    >
      <Spelled text={props.glyph} notation={props.notation} />
    </button>
  );
}

function tintOf(token: PanelToken, { colour }: Preferences): number {
  return colour === 'surprisal' ? Math.min(1, surprisal(token.logprob ?? 0) / HOTTEST_BITS) : 0;
}

function chipClass(state: State, token: PanelToken, index: number): string {
  const { preferences, position, highlight } = state;
  const classes = ['chip', preferences.colour];
  if (preferences.colour === 'boundary') classes.push(`tint${index % 4}`);
  if (preferences.colour === 'rank' && token.rank !== null) {
    classes.push(`band${rankBand(token.rank, preferences.thresholds)}`);
  }
  if (position && index >= position.tokens.length) classes.push('tried');
  else if (highlight && token.utf16[0] < highlight[1] && token.utf16[1] > highlight[0]) classes.push('highlighted');
  return classes.join(' ');
}

function chipLabel(token: PanelToken, said: string): string {
  if (token.logprob === null || token.rank === null) {
    return l10n.t('{0}, token {1}, nothing before it', said, token.id);
  }
  return l10n.t(
    '{0}, token {1}, probability {2}, rank {3}, {4} bits',
    said,
    token.id,
    percent(Math.exp(token.logprob)),
    whole(token.rank + 1),
    decimal(surprisal(token.logprob), 1),
  );
}
