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
  /** Value of `--model` on the command line; absent for the default model. */
  readonly path?: string;
  readonly layers: number;
  readonly heads: number;
  readonly contextLength: number;
  /** What a model server cannot provide. */
  readonly note: string | null;
  readonly vocabulary: Vocabulary;
}

/** The state from which the whole view is rendered. */
export interface State {
  readonly preferences: Preferences;
  readonly status: { readonly state: 'ready' | 'thinking' | 'waiting'; readonly message: string };
  readonly model: Model | null;
  /** The engine's work since it started. */
  readonly work: { readonly runs: number; readonly tokensFed: number } | null;
  readonly position: PositionMessage | null;
  readonly seen: Seen;
  /** The editor's selection, in UTF-16 units of the position's text. */
  readonly highlight: readonly [number, number] | null;
  /** The current branch: ids assumed at the cursor without being in the document. Empty for the document itself. */
  readonly at: readonly number[];
  /** Branches tried at this position, oldest first. */
  readonly tried: readonly (readonly number[])[];
  readonly triedAt: string;
  readonly branches: ReadonlyMap<string, BranchMessage>;
  readonly words: WordsMessage | null;
  readonly why: WhyMessage | null;
  readonly beams: BeamsMessage | null;
  /** Whether a beam search was requested. */
  readonly searching: boolean;
  /** Error messages of the last questions at this position. */
  readonly unanswered: Readonly<Partial<Record<Question['type'], string>>>;
  /** The selected row of the table, and the selected chip. */
  readonly candidate: number | null;
  readonly chip: number | null;
  readonly draws: Draws | null;
  /** A requested export that waits for content. */
  readonly wanted: WantedExport | null;
}

export type Action =
  | { readonly type: 'message'; readonly message: ToPanel }
  | { readonly type: 'prefer'; readonly change: Partial<Preferences> }
  | { readonly type: 'shape'; readonly change: Partial<Shaping> }
  /** `explain` also opens the tool that explains the candidate. */
  | { readonly type: 'chooseCandidate'; readonly id: number; readonly explain?: boolean }
  | { readonly type: 'chooseChip'; readonly index: number | null }
  /** Cut to the longest branch allowed. */
  | { readonly type: 'goTo'; readonly ids: readonly number[] }
  | { readonly type: 'forget'; readonly ids: readonly number[] }
  | { readonly type: 'export'; readonly wanted: WantedExport }
  | { readonly type: 'exported' }
  | { readonly type: 'search' }
  /** To a step of the lesson; null closes the tour. */
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

/** The part of the state to save. */
export function toSave(state: State): Saved {
  const { preferences, triedAt, tried, at } = state;
  return { preferences, branches: { key: triedAt, tried: tried.map((ids) => [...ids]), at: [...at] } };
}

/** The state after an action, including the steps of the lesson that it completes. */
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

/** The text after the cursor at recent places, by document and text before the cursor. */
type Seen = ReadonlyMap<string, string>;

/** How many places are remembered. */
const SEEN = 20;

function seenAt({ document, text, after }: PositionMessage): [place: string, after: string] {
  return [`${document}\n${text}`, after.map(({ id }) => id).join(' ')];
}

/** Whether only text after the cursor, which the model cannot see, changed since this place was last explained. */
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
  // Draws from another distribution or with another seed are outdated.
  const before = state.preferences;
  const same =
    preferences.shaping === before.shaping && preferences.seed === before.seed && preferences.memory === before.memory;
  return { ...state, preferences, draws: same ? state.draws : null };
}

/** State that belongs to one distribution and is reset for another. */
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

/** Removes a branch and its descendants; if the current branch is among them, steps back to its parent. */
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
      // Without a selection, the question is about the most probable token.
      return isHere(state, message.ids) && message.candidate === (state.candidate ?? message.candidate)
        ? answered(state, 'why', { why: message })
        : state;
  }
}

/** The tools that ask the model for the content of these views. */
const TOOL_OF: Partial<Record<WantedExport['kind'], Tool>> = {
  stages: 'shaping',
  beams: 'beams',
  attention: 'why',
  lens: 'why',
  words: 'words',
};

/** Requests an export and opens the view's tool, which asks the model for the content. */
function want(state: State, { kind, format, action }: WantedExport): State {
  const tool = TOOL_OF[kind];
  return { ...(tool ? prefer(state, { tool }) : state), wanted: { kind, format, action } };
}

/** Whether the requested export waits for this question's answer. Without a branch there is nothing to export. */
function waitsFor({ wanted }: State, question: Question['type']): boolean {
  return wanted !== null && (question === 'try' || TOOL_OF[wanted.kind] === question);
}

/** Keeps layer and head only if the new model has them. */
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

/** A new position: drops branches of other positions, keeps those saved for this one before a reload. */
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

/** The node of the tree of continuations on show: the cursor, or the end of a branch. */
export interface Node {
  /** Raw logits after the last token. */
  readonly logits: Float32Array;
  /** What the memory expects there. */
  readonly recalled?: Recollection;
  /** Ids the model has read, oldest first; repetition penalties need them. */
  readonly context: readonly number[];
  /** The tokens of the branch, empty at the cursor. */
  readonly branch: readonly PanelToken[];
}

/** The current node, or null while the model has not answered. */
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

/** The current branch if the model has not answered it yet, otherwise null. */
export function missingBranch({ position, at, branches }: State): readonly number[] | null {
  return position && at.length > 0 && !branches.has(branchKey(at)) ? at : null;
}

/** The tokens before the cursor and those of the current branch. */
export function shownTokens(state: State): PanelToken[] {
  return [...(state.position?.tokens ?? []), ...(state.branches.get(branchKey(state.at))?.tokens ?? [])];
}
