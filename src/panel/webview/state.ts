import * as l10n from '@vscode/l10n';
import { LESSON_IDS, type LessonId } from '../lesson';
import {
  type BeamsMessage,
  type BranchMessage,
  LONGEST_BRANCH,
  type ModelMessage,
  type PanelToken,
  type PositionMessage,
  type Question,
  type Recollection,
  type ToPanel,
  type WantedExport,
  type WhyMessage,
  type WordsMessage,
} from '../protocol';
import type { Draws } from './distribution';
import type { Preferences, Saved, Shaping, Tool } from './preferences';
import { Vocabulary } from './vocabulary';

export interface Model {
  readonly name: string;
  readonly precision: string;
  /** What `--model` of the command line is for it; absent for the default model. */
  readonly path?: string;
  readonly layers: number;
  readonly heads: number;
  readonly contextLength: number;
  /** What a model server does not give. */
  readonly note: string | null;
  readonly vocabulary: Vocabulary;
}

/** Everything the view shows follows from this. */
export interface State {
  readonly preferences: Preferences;
  readonly status: { readonly state: 'ready' | 'thinking' | 'waiting'; readonly message: string };
  readonly model: Model | null;
  /** What the engine has done since it started. */
  readonly work: { readonly runs: number; readonly tokensFed: number } | null;
  readonly position: PositionMessage | null;
  readonly seen: Seen;
  /** Tokens selected in the editor, in UTF-16 units of the position's text. */
  readonly highlight: readonly [number, number] | null;
  /** The branch on show: ids that stand at the cursor without being in the document. Empty for the document itself. */
  readonly at: readonly number[];
  /** Branches tried here, oldest first, and what the model answered. */
  readonly tried: readonly (readonly number[])[];
  readonly triedAt: string;
  readonly branches: ReadonlyMap<string, BranchMessage>;
  readonly words: WordsMessage | null;
  readonly why: WhyMessage | null;
  readonly beams: BeamsMessage | null;
  /** A beam search has been asked for. */
  readonly searching: boolean;
  /** Why the model has not answered what was asked last here. */
  readonly unanswered: Readonly<Partial<Record<Question['type'], string>>>;
  /** The candidate chosen in the table, and the token chosen among the chips. */
  readonly candidate: number | null;
  readonly chip: number | null;
  readonly draws: Draws | null;
  /** A view that is to be exported as soon as there is something in it. */
  readonly wanted: WantedExport | null;
}

export type Action =
  | { readonly type: 'message'; readonly message: ToPanel }
  | { readonly type: 'prefer'; readonly change: Partial<Preferences> }
  | { readonly type: 'shape'; readonly change: Partial<Shaping> }
  /** `explain` opens what says where the candidate comes from. */
  | { readonly type: 'chooseCandidate'; readonly id: number; readonly explain?: boolean }
  | { readonly type: 'chooseChip'; readonly index: number | null }
  /** No further than the longest branch. */
  | { readonly type: 'goTo'; readonly ids: readonly number[] }
  | { readonly type: 'forget'; readonly ids: readonly number[] }
  | { readonly type: 'export'; readonly wanted: WantedExport }
  | { readonly type: 'exported' }
  | { readonly type: 'search' }
  /** To a step of the lesson, or out of it. */
  | { readonly type: 'guide'; readonly to: LessonId | null }
  | { readonly type: 'drawn'; readonly draws: Draws | null };

export const branchKey = (ids: readonly number[]): string => ids.join(' ');

export function initialState(saved: Saved): State {
  return {
    preferences: saved.preferences,
    status: { state: 'waiting', message: l10n.t('Starting…') },
    model: null,
    work: null,
    position: null,
    seen: new Map(),
    highlight: null,
    at: saved.branches.at,
    tried: saved.branches.tried,
    triedAt: saved.branches.key,
    branches: new Map(),
    words: null,
    why: null,
    beams: null,
    searching: false,
    unanswered: {},
    candidate: null,
    chip: null,
    draws: null,
    wanted: null,
  };
}

/** What outlives the view. */
export function toSave(state: State): Saved {
  const { preferences, triedAt, tried, at } = state;
  return { preferences, branches: { key: triedAt, tried: tried.map((ids) => [...ids]), at: [...at] } };
}

/** What follows from an action, and what it has done of the lesson. */
export function reduce(state: State, action: Action): State {
  const next = apply(state, action);
  const { learnt } = next.preferences;
  const news = deedsOf(state, next, action).filter((id) => !learnt.includes(id));
  return news.length === 0 ? next : { ...next, preferences: { ...next.preferences, learnt: [...learnt, ...news] } };
}

/** The steps of the lesson that an action completes. */
function deedsOf(before: State, { preferences, draws, position, chip }: State, action: Action): LessonId[] {
  const { shaping, colour } = preferences;
  switch (action.type) {
    case 'chooseChip':
      return preferences.notation === 'gpt2' ? ['tokens'] : [];
    case 'chooseCandidate':
      return action.explain ? ['distribution'] : [];
    case 'shape':
      return shaping.temperature <= 0.5 ? ['temperature'] : [];
    case 'goTo':
      return action.ids.length > 0 ? ['greedy'] : [];
    case 'drawn':
      return (draws?.ids.length ?? 0) > 1 && (shaping.topK > 0 || shaping.topP < 1) ? ['sampling'] : [];
    case 'search':
      return ['beams'];
    case 'prefer':
      return [
        ...(action.change.notation === 'gpt2' && chip !== null ? (['tokens'] as const) : []),
        ...(colour === 'attention' && preferences.head !== null ? (['attention'] as const) : []),
        ...(action.change.colour === 'surprisal' ? (['surprise'] as const) : []),
      ];
    case 'message':
      return action.message.type === 'position' && sawNoChange(before.seen, position) ? ['ahead'] : [];
    default:
      return [];
  }
}

/** What stood after the cursor at each of the last places, by the document and the text before it. */
type Seen = ReadonlyMap<string, string>;

/** How many places are remembered. */
const SEEN = 20;

function seenAt({ document, text, after }: PositionMessage): [place: string, after: string] {
  return [`${document}\n${text}`, after.map(({ id }) => id).join(' ')];
}

/** Whether only what the model cannot see has changed since this place was explained before. */
function sawNoChange(seen: Seen, position: PositionMessage | null): boolean {
  if (position === null) return false;
  const [place, after] = seenAt(position);
  const before = seen.get(place);
  return before !== undefined && before !== after;
}

function apply(state: State, action: Action): State {
  switch (action.type) {
    case 'message':
      return receive(state, action.message);
    case 'prefer':
      return prefer(state, action.change);
    case 'shape':
      return prefer(state, { shaping: { ...state.preferences.shaping, ...action.change } });
    case 'chooseCandidate':
      return action.explain
        ? { ...prefer(state, { tool: 'why' }), candidate: action.id }
        : { ...state, candidate: action.id };
    case 'chooseChip':
      return { ...state, chip: action.index };
    case 'goTo':
      if (action.ids.length > LONGEST_BRANCH) return state;
      return { ...state, ...leaveNode, at: action.ids, tried: remember(state.tried, action.ids) };
    case 'forget':
      return forget(state, action.ids);
    case 'search':
      return answered(state, 'beams', { searching: true });
    case 'export':
      return want(state, action.wanted);
    case 'exported':
      return { ...state, wanted: null };
    case 'drawn':
      return { ...state, draws: action.draws };
    case 'guide':
      return prefer(state, { guide: action.to });
  }
}

function prefer(state: State, change: Partial<Preferences>): State {
  const preferences = { ...state.preferences, ...change };
  // What was drawn from another distribution, or with another seed, says nothing any more.
  const before = state.preferences;
  const same =
    preferences.shaping === before.shaping && preferences.seed === before.seed && preferences.memory === before.memory;
  return { ...state, preferences, draws: same ? state.draws : null };
}

/** What belongs to one distribution and means nothing at another. */
const leaveNode = {
  words: null,
  why: null,
  beams: null,
  searching: false,
  unanswered: {},
  candidate: null,
  chip: null,
  draws: null,
};

function remember(tried: State['tried'], ids: readonly number[]): State['tried'] {
  const known = ids.length === 0 || tried.some((other) => branchKey(other) === branchKey(ids));
  return known ? tried : [...tried, ids];
}

/** Removes a branch and those that grow from it; whoever stood on one steps back to where it began. */
function forget(state: State, ids: readonly number[]): State {
  const grows = (other: readonly number[]) => ids.every((id, i) => other[i] === id);
  const tried = state.tried.filter((other) => !grows(other));
  return grows(state.at) ? { ...state, ...leaveNode, tried, at: ids.slice(0, -1) } : { ...state, tried };
}

function receive(state: State, message: ToPanel): State {
  switch (message.type) {
    case 'model':
      return meet(state, message);
    case 'position':
      return arrive(state, message);
    case 'status':
      return { ...state, status: message };
    case 'work':
      return { ...state, work: message };
    case 'export':
      return want(state, message);
    case 'rasterise':
      return state;
    case 'lesson':
      return prefer(state, { guide: LESSON_IDS.find((id) => !state.preferences.learnt.includes(id)) ?? LESSON_IDS[0] });
  }
  if (message.position !== state.position?.id) return state;
  switch (message.type) {
    case 'highlight':
      return { ...state, highlight: message.span };
    case 'unanswered': {
      const unanswered = { ...state.unanswered, [message.question]: message.message };
      const searching = state.searching && message.question !== 'beams';
      return { ...state, unanswered, searching, wanted: waitsFor(state, message.question) ? null : state.wanted };
    }
    case 'branch':
      return answered(state, 'try', { branches: new Map(state.branches).set(branchKey(message.ids), message) });
    case 'words':
      return isHere(state, message.ids) ? answered(state, 'words', { words: message }) : state;
    case 'beams':
      return isHere(state, message.ids) ? answered(state, 'beams', { beams: message, searching: false }) : state;
    case 'why':
      // As long as none is chosen, the favourite is asked about.
      return isHere(state, message.ids) && message.candidate === (state.candidate ?? message.candidate)
        ? answered(state, 'why', { why: message })
        : state;
  }
}

/** The tools that ask the model for what some views show. */
const TOOL_OF: Partial<Record<WantedExport['kind'], Tool>> = {
  stages: 'shaping',
  beams: 'beams',
  attention: 'why',
  lens: 'why',
  words: 'words',
};

/** A view is wanted: its tool is opened, so that the model is asked for what it shows. */
function want(state: State, { kind, format, action }: WantedExport): State {
  const tool = TOOL_OF[kind];
  return { ...(tool ? prefer(state, { tool }) : state), wanted: { kind, format, action } };
}

/** Whether the view that is wanted needs the answer to this question; without a branch there is nothing to show. */
function waitsFor({ wanted }: State, question: Question['type']): boolean {
  return wanted !== null && (question === 'try' || TOOL_OF[wanted.kind] === question);
}

/** Another model may have fewer layers and heads than the one that was looked at. */
function meet(state: State, message: ModelMessage): State {
  const { layer, head } = state.preferences;
  return {
    ...prefer(state, {
      layer: layer !== null && layer < message.layers ? layer : null,
      head: head !== null && head < message.heads ? head : null,
    }),
    model: { ...message, vocabulary: new Vocabulary(message.vocabulary) },
  };
}

function answered(state: State, question: Question['type'], answer: Partial<State>): State {
  return { ...state, ...answer, unanswered: { ...state.unanswered, [question]: undefined } };
}

const isHere = (state: State, ids: readonly number[]) => branchKey(ids) === branchKey(state.at);

/** A new place: what was tried elsewhere is forgotten, what was tried here before a reload is kept. */
function arrive(state: State, position: PositionMessage): State {
  const same = position.key === state.triedAt;
  return {
    ...state,
    ...leaveNode,
    position,
    seen: new Map([...state.seen, seenAt(position)].slice(-SEEN)),
    highlight: null,
    branches: new Map(),
    triedAt: position.key,
    tried: same ? state.tried : [],
    at: same ? state.at : [],
  };
}

/** The place in the tree of continuations that the view shows: the cursor, or the end of a branch. */
export interface Node {
  /** Raw logits after the last token. */
  readonly logits: Float32Array;
  /** What the writer's texts say there. */
  readonly recalled?: Recollection;
  /** Ids the model has read, oldest first, which repetition penalties look at. */
  readonly context: readonly number[];
  /** The tokens of the branch, empty at the cursor. */
  readonly branch: readonly PanelToken[];
}

/** The place on show, or null while the model has not answered. */
export function nodeOf({ position, at, branches }: State): Node | null {
  if (!position) return null;
  const ids = position.tokens.map((token) => token.id);
  if (position.start !== null) ids.unshift(position.start);
  if (at.length === 0) return { logits: position.logits, recalled: position.recalled, context: ids, branch: [] };
  const branch = branches.get(branchKey(at));
  if (!branch) return null;
  const { logits, recalled, tokens } = branch;
  return { logits, recalled, context: [...ids, ...at], branch: tokens };
}

/** The branch on show while the model has not answered: what has to be asked. Null when there is nothing to ask. */
export function missingBranch({ position, at, branches }: State): readonly number[] | null {
  return position && at.length > 0 && !branches.has(branchKey(at)) ? at : null;
}

/** The tokens on show: those before the cursor and those of the branch. */
export function shownTokens(state: State): PanelToken[] {
  return [...(state.position?.tokens ?? []), ...(state.branches.get(branchKey(state.at))?.tokens ?? [])];
}
