import assert from 'node:assert/strict';
import { LONGEST_BRANCH, type PositionMessage } from '../../../../src/panel/protocol';
import { defaults, restore } from '../../../../src/panel/webview/preferences';
import {
  type Action,
  initialState,
  missingBranch,
  reduce,
  type State,
  toSave,
} from '../../../../src/panel/webview/state';

const position: PositionMessage = {
  type: 'position',
  id: 1,
  key: 'a.md#4 x',
  document: 'a.md',
  text: 'One',
  tokens: [],
  start: null,
  tokensBefore: 1,
  after: [],
  logits: new Float32Array(4),
};
const arrival: Action = { type: 'message', message: position };
const follow = (state: State, ...actions: Action[]) => actions.reduce(reduce, state);
const fresh = () => initialState(restore(undefined));

describe('the state of the view', () => {
  it('starts from the defaults when nothing or nonsense was saved', () => {
    for (const saved of [undefined, null, 7, { preferences: { bars: 1e9 } }]) {
      assert.deepEqual(initialState(restore(saved)).preferences, defaults);
    }
  });

  it('comes back after a reload: settings, and what was tried at the same place', () => {
    const state = follow(fresh(), arrival, { type: 'goTo', ids: [2, 3] }, { type: 'shape', change: { topK: 9 } });
    const restored = follow(initialState(restore(JSON.parse(JSON.stringify(toSave(state))))), arrival);
    assert.deepEqual(restored.at, [2, 3]);
    assert.deepEqual(restored.tried, [[2, 3]]);
    assert.equal(restored.preferences.shaping.topK, 9);
  });

  it('goes no further along a branch than can be asked about', () => {
    const ids = Array<number>(LONGEST_BRANCH).fill(2);
    const far = follow(fresh(), arrival, { type: 'goTo', ids });
    assert.deepEqual(missingBranch(far), ids);
    assert.equal(follow(far, { type: 'goTo', ids: [...ids, 2] }), far);
  });

  it('forgets what was tried when the cursor is somewhere else', () => {
    const elsewhere: Action = { type: 'message', message: { ...position, id: 2, key: 'a.md#9 y' } };
    const state = follow(fresh(), arrival, { type: 'goTo', ids: [2] }, elsewhere);
    assert.deepEqual([state.at, state.tried], [[], []]);
  });

  it('undoes a branch with all that grows from it', () => {
    const tried = follow(fresh(), arrival, { type: 'goTo', ids: [2] }, { type: 'goTo', ids: [2, 3] });
    const state = follow(
      tried,
      { type: 'goTo', ids: [4] },
      { type: 'goTo', ids: [2, 3] },
      { type: 'forget', ids: [2] },
    );
    assert.deepEqual(state.tried, [[4]]);
    assert.deepEqual(state.at, []);
  });

  it('takes no answer about a place that was left', () => {
    const late: Action = { type: 'message', message: { type: 'words', position: 0, ids: [], words: [], covered: 1 } };
    assert.equal(follow(fresh(), arrival, late).words, null);
  });

  it('takes no answer about another branch', () => {
    const message = { type: 'words', position: 1, ids: [2], words: [], covered: 1 } as const;
    assert.equal(follow(fresh(), arrival, { type: 'message', message }).words, null);
  });

  it('asks for the branch on show whenever its answer is not there, after a return to the same place too', () => {
    const answer = { type: 'branch', position: 1, ids: [2], tokens: [], continuation: [], after: [] } as const;
    const answered: Action = { type: 'message', message: { ...answer, logits: new Float32Array(4) } };
    const tried = follow(fresh(), arrival, { type: 'goTo', ids: [2] });
    assert.deepEqual(missingBranch(tried), [2]);
    assert.equal(missingBranch(follow(tried, answered)), null);
    const returned = follow(tried, answered, { type: 'message', message: { ...position, id: 2 } });
    assert.deepEqual(missingBranch(returned), [2]);
    assert.equal(missingBranch(follow(returned, { type: 'goTo', ids: [] })), null);
  });

  it('says what was not answered, until it is answered or left', () => {
    const failure: Action = {
      type: 'message',
      message: { type: 'unanswered', position: 1, question: 'beams', message: 'The engine stopped.' },
    };
    const failed = follow(fresh(), arrival, { type: 'search' }, failure);
    assert.deepEqual([failed.searching, failed.unanswered.beams], [false, 'The engine stopped.']);
    const again = follow(failed, { type: 'search' });
    assert.deepEqual([again.searching, again.unanswered.beams], [true, undefined]);
    assert.equal(follow(failed, { type: 'goTo', ids: [2] }).unanswered.beams, undefined);
  });

  it('has no token chosen any more where the branch on show is another', () => {
    const chosen = follow(fresh(), arrival, { type: 'goTo', ids: [2] }, { type: 'chooseChip', index: 1 });
    assert.equal(chosen.chip, 1);
    assert.equal(follow(chosen, { type: 'goTo', ids: [] }).chip, null);
    assert.equal(follow(chosen, { type: 'forget', ids: [2] }).chip, null);
  });

  it('looks at a layer and a head only as long as the model has them', () => {
    const looking = follow(fresh(), arrival, { type: 'prefer', change: { layer: 11, head: 5 } });
    const of = (layers: number, heads: number) => {
      const model = { type: 'model', name: 'a', precision: 'q8', layers, heads, contextLength: 8, note: null } as const;
      const { layer, head } = follow(looking, { type: 'message', message: { ...model, vocabulary: [] } }).preferences;
      return [layer, head];
    };
    assert.deepEqual(
      [of(12, 12), of(6, 12), of(6, 4)],
      [
        [11, 5],
        [null, 5],
        [null, null],
      ],
    );
  });

  it('exports no view later whose question was not answered', () => {
    const wanted = { kind: 'attention', format: 'svg', action: 'copy' } as const;
    const unanswered = (question: 'why' | 'words' | 'try') =>
      follow(
        fresh(),
        arrival,
        { type: 'export', wanted },
        { type: 'message', message: { type: 'unanswered', position: 1, question, message: 'No attention.' } },
      ).wanted;
    assert.deepEqual(unanswered('words'), wanted);
    assert.equal(unanswered('why'), null);
    assert.equal(unanswered('try'), null);
  });

  it('explains a candidate that is clicked, and only marks one that has the focus', () => {
    const focused = follow(fresh(), arrival, { type: 'chooseCandidate', id: 3 });
    assert.deepEqual([focused.candidate, focused.preferences.tool], [3, 'shaping']);
    const clicked = follow(focused, { type: 'chooseCandidate', id: 2, explain: true });
    assert.deepEqual([clicked.candidate, clicked.preferences.tool], [2, 'why']);
  });

  it('keeps what was drawn while the view is looked at, until the distribution or the seed is another', () => {
    const draws = { seed: 42, ids: [1], counts: new Map([[1, 1]]) };
    const looked = follow(
      fresh(),
      arrival,
      { type: 'drawn', draws },
      { type: 'chooseCandidate', id: 2, explain: true },
      { type: 'prefer', change: { colour: 'rank' } },
    );
    assert.equal(looked.draws, draws);
    assert.equal(follow(looked, { type: 'prefer', change: { seed: 43 } }).draws, null);
    assert.equal(follow(looked, { type: 'shape', change: { topK: 3 } }).draws, null);
  });

  it('takes the reasons of the favourite as long as no candidate is chosen', () => {
    const why: Action = {
      type: 'message',
      message: {
        type: 'why',
        position: 1,
        ids: [],
        candidate: 2,
        layers: 0,
        heads: 0,
        tokens: 0,
        attention: new Float32Array(0),
        lens: [],
      },
    };
    assert.notEqual(follow(fresh(), arrival, why).why, null);
    assert.equal(follow(fresh(), arrival, { type: 'chooseCandidate', id: 3 }, why).why, null);
  });

  describe('ticks a step of the lesson off when it is done', () => {
    const learnt = (...actions: Action[]) => follow(fresh(), arrival, ...actions).preferences.learnt;
    const prefer = (change: Partial<State['preferences']>): Action => ({ type: 'prefer', change });

    it('tokens: a token chosen and spaces shown as the vocabulary has them, in either order', () => {
      const chip: Action = { type: 'chooseChip', index: 0 };
      assert.deepEqual(learnt(chip), []);
      assert.deepEqual(learnt(chip, prefer({ notation: 'gpt2' })), ['tokens']);
      assert.deepEqual(learnt(prefer({ notation: 'gpt2' }), chip), ['tokens']);
    });

    it('never ahead: another text after the cursor, the same before it', () => {
      const after = [{ id: 9, text: ' x', display: 'Ġx', bytes: [0, 2], utf16: [0, 2] }] as const;
      const changed = { ...position, id: 2, after };
      assert.deepEqual(learnt({ type: 'message', message: changed }), ['ahead']);
      // The view has followed the cursor to the word that was changed.
      const there: Action = { type: 'message', message: { ...position, id: 3, text: 'One x' } };
      assert.deepEqual(learnt(there, { type: 'message', message: changed }), ['ahead']);
      assert.deepEqual(learnt({ type: 'message', message: { ...changed, text: 'Two' } }), []);
      assert.deepEqual(learnt({ type: 'message', message: { ...position, id: 2 } }), []);
    });

    it('the others: by the thing itself, once', () => {
      assert.deepEqual(learnt({ type: 'chooseCandidate', id: 1 }), []);
      assert.deepEqual(learnt({ type: 'chooseCandidate', id: 1, explain: true }), ['distribution']);
      assert.deepEqual(learnt({ type: 'shape', change: { temperature: 0.55 } }), []);
      assert.deepEqual(learnt({ type: 'shape', change: { temperature: 0.5 } }), ['temperature']);
      assert.deepEqual(learnt({ type: 'goTo', ids: [1] }, { type: 'goTo', ids: [] }), ['greedy']);
      assert.deepEqual(learnt({ type: 'search' }, { type: 'search' }), ['beams']);
      assert.deepEqual(learnt(prefer({ colour: 'attention' })), []);
      assert.deepEqual(learnt(prefer({ colour: 'attention' }), prefer({ layer: 1, head: 2 })), ['attention']);
      assert.deepEqual(learnt(prefer({ colour: 'surprisal' })), ['surprise']);
      const draws = { seed: 1, ids: [1, 2], counts: new Map([[1, 1]]) };
      assert.deepEqual(learnt({ type: 'drawn', draws }), []);
      assert.deepEqual(learnt({ type: 'shape', change: { topK: 40 } }, { type: 'drawn', draws }), ['sampling']);
    });
  });

  it('begins the lesson at the first step that is not done, and keeps what is done', () => {
    const begun = follow(fresh(), { type: 'message', message: { type: 'lesson' } });
    assert.equal(begun.preferences.guide, 'tokens');
    const later = follow(
      begun,
      { type: 'guide', to: null },
      { type: 'chooseChip', index: 0 },
      {
        type: 'prefer',
        change: { notation: 'gpt2' },
      },
    );
    const again = initialState(restore(JSON.parse(JSON.stringify(toSave(later)))));
    assert.equal(follow(again, { type: 'message', message: { type: 'lesson' } }).preferences.guide, 'ahead');
  });
});
