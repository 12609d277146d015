import * as l10n from '@vscode/l10n';
import { useEffect, useRef, useState } from 'preact/hooks';
import { decimal } from '../../core/text/locale';
import { type Line, statusText } from '../../pictures/beamTree';
import { speak } from '../../pictures/spelling';
import { moveFocus, Spelled } from './controls';
import { useUi } from './ui';

const rows = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 };
const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** The tree of hypotheses. Up and Down move between lines, Left and Right between the steps of the search. */
export function BeamTree({ lines, onStep }: { lines: readonly Line[]; onStep: (by: number) => void }) {
  const [focused, focus] = useState<number | null>(null);
  const nodes = lines.map(({ run }) => run.end.node.node);
  const inTabOrder = focused !== null && nodes.includes(focused) ? focused : nodes[0];
  const grouped = lines.some(({ run }) => run.end.node.group > 0);
  const tree = useRef<HTMLDivElement>(null);
  const stepped = useRef(false);
  useEffect(() => {
    // The focused line may not exist at this step: focus moves to the tree so that the keys keep working.
    const lost = stepped.current && !tree.current?.contains(document.activeElement);
    if (lost) tree.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    stepped.current = false;
  }, [lines]);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = steps[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return moveFocus(event, '.hypothesis', rows);
    }
    event.preventDefault();
    stepped.current = true;
    onStep(by);
  };
  return (
    <div class="beam-tree" ref={tree} role="tree" tabIndex={-1} aria-label={l10n.t('Hypotheses')} onKeyDown={onKeyDown}>
      {lines.map((line, i) => (
        <Hypothesis
          key={line.run.branches[0].node.node}
          line={line}
          grouped={grouped}
          inTabOrder={nodes[i] === inTabOrder}
          onFocus={() => focus(nodes[i])}
        />
      ))}
    </div>
  );
}

function Hypothesis(props: { line: Line; grouped: boolean; inTabOrder: boolean; onFocus: () => void }) {
  const { line, grouped, inTabOrder, onFocus } = props;
  const { state } = useUi();
  const { model, preferences } = state;
  if (!model) return null;
  const { run, level, place, siblings } = line;
  const { node, lost } = run.end;
  const status = statusText(run.end.status, lost === null ? null : lost + 1, grouped ? node.group : null);
  const texts = model.vocabulary.texts(run.branches.map((branch) => branch.node.id));
  return (
    <div
      role="treeitem"
      aria-level={level}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-expanded={run.children.length > 0 ? true : undefined}
      tabIndex={inTabOrder ? 0 : -1}
      class={`hypothesis ${run.end.status}`}
      onFocus={onFocus}
    >
      <span class="hidden">
        {status === ''
          ? l10n.t('{0}, score {1}', speak(texts.join('')), decimal(node.score, 2))
          : l10n.t('{0}, score {1}, {2}', speak(texts.join('')), decimal(node.score, 2), status)}
      </span>
      <span class="line" aria-hidden="true" style={{ paddingInlineStart: `${(level - 1) * 14 + 4}px` }}>
        <span class="text">
          {texts.map((text, i) => (
            <Spelled key={i} text={text} notation={preferences.notation} />
          ))}
        </span>
        <span class="hypothesis-status">{status}</span>
        <span class="number" data-term="score">
          {decimal(node.score, 2)}
        </span>
      </span>
    </div>
  );
}
