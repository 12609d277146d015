import { useEffect, useMemo } from 'preact/hooks';
import { Beams } from './beams';
import { Branches } from './branches';
import { Candidates } from './candidates';
import { distributionOf } from './distribution';
import { whole } from './format';
import { missingBranch, type Node, nodeOf } from './node';
import { Sampler } from './sampler';
import { ShapingControls } from './shaping';
import { stagesOf } from './stages';
import { Tokens } from './tokens';
import { useUi } from './ui';
import { Why } from './why';
import { Words } from './words';

/** The whole view: what the model reads, what it expects, and how one token is chosen. */
export function App() {
  const { state, post } = useUi();
  const { position, at, branches } = state;
  const node = useMemo(() => nodeOf(state), [position, at, branches]);
  const missing = missingBranch(state);
  useEffect(() => {
    // Asked from here, as nothing below is there before the answer.
    if (position && missing) post({ type: 'try', position: position.id, ids: missing });
  }, [position, missing]);
  return (
    <>
      <header>
        <h1 class="hidden">Explain next token</h1>
        <Status />
      </header>
      {state.model && position && (
        <main>
          <div class="column">
            <Tokens />
          </div>
          {node ? <Distributions node={node} /> : <Trying />}
        </main>
      )}
    </>
  );
}

/** Stands where the answer about a branch will; leads back to the text if none comes. */
function Trying() {
  const { state, dispatch } = useUi();
  const failure = state.unanswered.try;
  if (!failure) return <p class="hint column">Trying…</p>;
  return (
    <div class="column">
      <p class="hint">{failure}</p>
      <button type="button" class="action" onClick={() => dispatch({ type: 'goTo', ids: [] })}>
        Back to the document as it stands
      </button>
    </div>
  );
}

function Distributions({ node }: { node: Node }) {
  const { state } = useUi();
  const { shaping, stage, bars } = state.preferences;
  const stages = useMemo(() => stagesOf(node.logits, node.context, shaping), [node, shaping]);
  const last = stages[stages.length - 1];
  const shown = stages.find(({ name }) => name === stage) ?? last;
  const distribution = useMemo(() => distributionOf(shown, node.logits, bars), [shown, node, bars]);
  return (
    <>
      <div class="column">
        <Candidates distribution={distribution} />
      </div>
      <div class="column">
        <ShapingControls stages={stages} shown={shown} />
        <Sampler last={last} />
        <Branches />
        <Beams />
        <Words />
        <Why />
      </div>
    </>
  );
}

/** One line about what is happening; screen readers hear it when it changes. */
function Status() {
  const { state } = useUi();
  const { status, position, model, work } = state;
  return (
    <div class={`status ${status.state}`}>
      <span class="progress" aria-hidden="true" />
      <p role="status">
        {status.message || (position && model && `${position.document} · ${model.name} ${model.precision}`)}
      </p>
      {work && (
        <p class="work" title="What the model has done since it started, ghost text included">
          {whole(work.runs)} runs · {whole(work.tokensFed)} tokens read
        </p>
      )}
    </div>
  );
}
