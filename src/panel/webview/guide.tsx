import * as l10n from '@vscode/l10n';
import { type LessonId, type LessonStep, lesson } from '../lesson';
import { TOOLS, type Tool } from './preferences';
import { useUi } from './ui';

/** The guided tour: one step of the lesson at a time, completed by doing it. */
export function Guide() {
  const { state, dispatch } = useUi();
  const { guide, learnt } = state.preferences;
  const steps = lesson();
  const index = steps.findIndex(({ id }) => id === guide);
  if (index < 0) return null;
  const step = steps[index];
  const done = learnt.includes(step.id);
  const isLast = index === steps.length - 1;
  const go = (to: LessonId | null) => dispatch({ type: 'guide', to });
  return (
    <aside class={done ? 'guide done' : 'guide'} aria-label={l10n.t('Lesson: how GPT-2 writes')}>
      <p class="guide-title" role="status">
        <span class="tick" aria-hidden="true">
          {done ? '✓' : '○'}
        </span>{' '}
        <strong>
          {l10n.t('{0} of {1}', index + 1, steps.length)} · {step.title}
        </strong>
        <span class="hidden">{done ? l10n.t('Done') : l10n.t('To do')}</span>
      </p>
      <p>{step.text}</p>
      <p class="guide-steps">
        <Place step={step} />
        <button type="button" class="link" disabled={index === 0} onClick={() => go(steps[index - 1].id)}>
          {l10n.t('Back')}
        </button>
        <button type="button" class="action" onClick={() => go(isLast ? null : steps[index + 1].id)}>
          {isLast ? l10n.t('End the lesson') : l10n.t('Next')}
        </button>
        <button type="button" class="link" onClick={() => go(null)}>
          {l10n.t('Close')}
        </button>
      </p>
    </aside>
  );
}

/** A link to the tool in which the step is done, while that is not open. */
function Place({ step }: { step: LessonStep }) {
  const { state, dispatch } = useUi();
  const tool = TOOLS.find((name): name is Tool => name === step.at);
  if (!tool || tool === state.preferences.tool) return null;
  const lead = () => {
    dispatch({ type: 'prefer', change: { tool } });
    document.getElementById(`tab-${tool}`)?.focus();
  };
  return (
    <button type="button" class="link" onClick={lead}>
      {l10n.t('Show me where')}
    </button>
  );
}
