import * as l10n from '@vscode/l10n';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { plural, whole } from '../../core/text/locale';
import { Beams } from './beams';
import { Branches } from './branches';
import { Candidates } from './candidates';
import { moveFocus } from './controls';
import { distributionOf } from './distribution';
import { Exporter } from './exportMenu';
import { Guide } from './guide';
import { useKeptFocus } from './keptFocus';
import { TOOLS, type Tool } from './preferences';
import { Sampler } from './sampler';
import { ShapingControls } from './shaping';
import { stagesOf } from './stages';
import { missingBranch, type Node, nodeOf } from './state';
import { Asked, Glossary, Tip } from './tips';
import { Tokens } from './tokens';
import { useUi } from './ui';
import type { Vocabulary } from './vocabulary';
import { Why } from './why';
import { Words } from './words';

function tabName(tool: Tool): string {
  switch (tool) {
    case 'shaping':
      return l10n.t('Shape');
    case 'sampler':
      return l10n.t('Sample');
    case 'branches':
      return l10n.t('Try');
    case 'beams':
      return l10n.t('Beams');
    case 'words':
      return l10n.t('Words');
    case 'why':
      return l10n.t('Why');
  }
}

const arrows = { ArrowLeft: -1, ArrowRight: 1 };

/** The whole view: the text that the model reads, the next token, and the tools below. */
export function App() {
  const { state, post } = useUi();
  const { position, at, branches } = state;
  const node = useMemo(() => nodeOf(state), [position, at, branches]);
  const missing = missingBranch(state);
  useKeptFocus();
  useEffect(() => {
    // Asked here because the components below are not mounted before the answer arrives.
    if (position && missing) post({ type: 'try', position: position.id, ids: missing });
  }, [position, missing]);
  return (
    <>
      <header>
        <h1 class="hidden">{l10n.t('Explain next token')}</h1>
        <Status />
        <Guide />
      </header>
      {state.model && position && (
        <main>
          <div class="column">
            <Tokens />
          </div>
          {node ? <Distributions node={node} vocabulary={state.model.vocabulary} /> : <Trying />}
        </main>
      )}
      <Exporter />
      <Glossary />
      <Tip />
    </>
  );
}

/** Placeholder for a branch whose answer is pending or failed; leads back to the text. */
function Trying() {
  const { state, dispatch } = useUi();
  const failure = state.unanswered.try;
  if (!failure) return <p class="hint column">{l10n.t('Trying…')}</p>;
  return (
    <div class="column">
      <p class="hint">{failure}</p>
      <button type="button" class="action" onClick={() => dispatch({ type: 'goTo', ids: [] })}>
        {l10n.t('Back to the document as it stands')}
      </button>
    </div>
  );
}

function Distributions({ node, vocabulary }: { node: Node; vocabulary: Vocabulary }) {
  const { state, post } = useUi();
  const { position, at, candidate, why, preferences } = state;
  const { shaping, memory, stage, bars, tool, colour } = preferences;
  const stages = useMemo(() => {
    const remembered = node.recalled && { recalled: node.recalled, mixedIn: memory };
    return stagesOf(node.logits, node.context, shaping, remembered);
  }, [node, shaping, memory]);
  const last = stages[stages.length - 1];
  const shown = stages.find(({ name }) => name === stage) ?? last;
  const distribution = useMemo(
    () => distributionOf(shown, node.logits, bars, vocabulary),
    [shown, node, bars, vocabulary],
  );
  const explained = candidate ?? distribution.rows[0]?.id;
  const wanted = (tool === 'why' || colour === 'attention') && why?.candidate !== explained;
  useEffect(() => {
    if (position && explained !== undefined && wanted) {
      post({ type: 'why', position: position.id, ids: at, candidate: explained });
    }
  }, [position, at, explained, wanted]);
  return (
    <>
      <div class="column">
        <Candidates distribution={distribution} />
      </div>
      <Tools>
        {tool === 'shaping' && <ShapingControls stages={stages} shown={shown} />}
        {tool === 'sampler' && <Sampler last={last} vocabulary={vocabulary} />}
        {tool === 'branches' && <Branches />}
        {tool === 'beams' && <Beams />}
        {tool === 'words' && <Words />}
        {tool === 'why' && <Why candidate={explained} />}
      </Tools>
    </>
  );
}

/** The tools as tabs; in a narrow view the tab list stays visible while the rest scrolls. */
function Tools({ children }: { children: ComponentChildren }) {
  const { state, dispatch } = useUi();
  const { tool } = state.preferences;
  const panel = useRef<HTMLDivElement>(null);
  const reveal = useRef(false);
  useEffect(() => {
    if (reveal.current) panel.current?.scrollIntoView({ block: 'nearest' });
    reveal.current = false;
  });
  const choose = (name: Tool) => {
    reveal.current = true;
    dispatch({ type: 'prefer', change: { tool: name } });
  };
  return (
    <div class="tools">
      <div
        class="tabs"
        role="tablist"
        aria-label={l10n.t('Tools')}
        onKeyDown={(event) => moveFocus(event, '.tab', arrows)}
      >
        {TOOLS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            class="tab"
            aria-selected={name === tool}
            aria-controls="tool"
            tabIndex={name === tool ? 0 : -1}
            onClick={() => choose(name)}
          >
            {tabName(name)}
          </button>
        ))}
      </div>
      <div id="tool" class="column" role="tabpanel" aria-labelledby={`tab-${tool}`} ref={panel}>
        {children}
      </div>
    </div>
  );
}

/** A one-line status as a live region. */
function Status() {
  const { state, dispatch } = useUi();
  const { status, position, model, work, preferences } = state;
  return (
    <div class={`status ${status.state}`}>
      <span class="progress" aria-hidden="true" />
      <p role="status">
        {status.message || (position && model && `${position.document} · ${model.name} ${model.precision}`)}
      </p>
      {model?.note && <p class="hint">{model.note}</p>}
      {preferences.guide === null && (
        <button
          type="button"
          class="link lesson"
          onClick={() => dispatch({ type: 'message', message: { type: 'lesson' } })}
        >
          {l10n.t('Lesson')}
        </button>
      )}
      {work && (
        <p class="work">
          <Asked term="runs">{runsText(work.runs)}</Asked> ·{' '}
          <Asked term="tokensRead">{tokensReadText(work.tokensFed)}</Asked>
        </p>
      )}
    </div>
  );
}

function runsText(runs: number): string {
  return plural(runs, l10n.t('{0} run', whole(runs)), l10n.t('{0} runs', whole(runs)));
}

function tokensReadText(tokens: number): string {
  return plural(tokens, l10n.t('{0} token read', whole(tokens)), l10n.t('{0} tokens read', whole(tokens)));
}
