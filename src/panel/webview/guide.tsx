import { LESSON, type LessonId, type LessonStep } from '../lesson';
import { TOOLS, type Tool } from './preferences';
import { useUi } from './ui';

/** The guided tour: one step of the lesson at a time, ticked off by doing it. */
export function Guide() {
  const { state, dispatch } = useUi();
  const { guide, learnt } = state.preferences;
  const index = LESSON.findIndex(({ id }) => id === guide);
  if (index < 0) return null;
  const step = LESSON[index];
  const done = learnt.includes(step.id);
  const isLast = index === LESSON.length - 1;
  const go = (to: LessonId | null) => dispatch({ type: 'guide', to });
  return (
    <aside class={done ? 'guide done' : 'guide'} aria-label="Lesson: how GPT-2 writes">
      <p class="guide-title" role="status">
        <span class="tick" aria-hidden="true">
          {done ? '✓' : '○'}
        </span>{' '}
        <strong>
          {index + 1} of {LESSON.length} · {step.title}
        </strong>
        <span class="hidden">{done ? 'Done' : 'To do'}</span>
      </p>
      <p>{step.text}</p>
      <p class="guide-steps">
        <Place step={step} />
        <button type="button" class="link" disabled={index === 0} onClick={() => go(LESSON[index - 1].id)}>
          Back
        </button>
        <button type="button" class="action" onClick={() => go(isLast ? null : LESSON[index + 1].id)}>
          {isLast ? 'End the lesson' : 'Next'}
        </button>
        <button type="button" class="link" onClick={() => go(null)}>
          Close
        </button>
      </p>
    </aside>
  );
}

/** Leads to the tool where the step is done, where that is not open. */
function Place({ step }: { step: LessonStep }) {
  const { state, dispatch } = useUi();
  const tool = TOOLS.find((name): name is Tool => name === step.at);
  if (!tool || tool === state.preferences.tool) return null;
  return (
    <button type="button" class="link" onClick={() => dispatch({ type: 'prefer', change: { tool } })}>
      Show me where
    </button>
  );
}
