import * as l10n from '@vscode/l10n';
import { isMidWord, onlyCloses } from '../completion/closings';
import type { ConstructKind } from '../markdown';
import { splitLines } from '../text/lines';
import { plural, whole } from '../text/locale';
import { isEnabledFor } from './settings';

/** How the writer came to be here. */
export type LastEdit = 'insert' | 'delete' | 'undo' | 'none';

/** What the editor knows when it is asked for a suggestion: plain facts, so that it can be tested. */
export interface SuggestionContext {
  /** Whether the file is not among those without ghost text. */
  readonly enabled: boolean;
  readonly languageId: string;
  /** Language ids in which the writer wants suggestions. */
  readonly languages: readonly string[];
  /** `file`, `untitled`, `git`, `output`, ... */
  readonly scheme: string;
  /** `invoke` when the writer asked for a suggestion by key or command. */
  readonly trigger: 'typing' | 'invoke';
  /** Suggest only when asked. */
  readonly manualOnly: boolean;
  readonly selectionEmpty: boolean;
  readonly cursors: number;
  /** The line before and after the cursor. */
  readonly lineBefore: string;
  readonly lineAfter: string;
  readonly lastEdit: LastEdit;
  /** Until when the writer wants quiet, in ms since the epoch; null when not snoozed. */
  readonly snoozedUntil: number | null;
  /** The present, in ms since the epoch. */
  readonly now: number;
  /** The writer has typed in this editor since it got the focus. */
  readonly typedSinceFocus: boolean;
  /** Suggestions dismissed in a row, with Escape. */
  readonly dismissals: number;
  /** When the last of them was dismissed, in ms since the epoch. */
  readonly dismissedAt: number;
  /** The editor is one side of a comparison. */
  readonly inDiff: boolean;
  /** The document cannot be edited. */
  readonly readOnly: boolean;
  /** A modal editing extension is in a mode where keys are commands. */
  readonly modalNormalMode: boolean;
  /** The item selected in an open IntelliSense list and the text it replaces. */
  readonly selectedItem: { readonly text: string; readonly replaces: string } | null;
  /** A suggestion is on screen and has been typed up to the cursor: it continues whatever words it contains. */
  readonly onScreen: boolean;
  /** The Markdown construct around the cursor where prose does not belong; null in prose. */
  readonly construct: ConstructKind | null;
}

export type SuppressionCode =
  | 'disabled'
  | 'language'
  | 'scheme'
  | 'read-only'
  | 'snoozed'
  | 'manual-only'
  | 'selection'
  | 'multiple-cursors'
  | 'mid-word'
  | 'text-after'
  | 'modal'
  | 'diff'
  | 'construct'
  | 'intellisense'
  | 'undone'
  | 'just-deleted'
  | 'just-focused'
  | 'dismissed';

export interface Suppression {
  readonly code: SuppressionCode;
  /** One sentence for the writer. */
  readonly message: string;
}

interface Rule {
  readonly code: SuppressionCode;
  /** Asking for a suggestion overrules it. */
  readonly yieldsToAsking: boolean;
  readonly applies: (s: SuggestionContext) => boolean;
  readonly message: (s: SuggestionContext) => string;
}

/** After this many suggestions dismissed in a row Inkling backs off. */
const DISMISSALS_BEFORE_QUIET = 3;
const FIRST_BACKOFF_MS = 15_000;
const LONGEST_BACKOFF_MS = 240_000;
/** Schemes of documents that are written in: files wherever they lie, a Live Share guest's too, new documents, and notebooks' cells. */
const SCHEMES = [
  'file',
  'untitled',
  'vscode-remote',
  'vscode-vfs',
  'vscode-userdata',
  'vscode-notebook-cell',
  'memfs',
  'vsls',
];

/** Whether documents of a URI scheme are written in. */
function isWrittenIn(scheme: string): boolean {
  return SCHEMES.includes(scheme);
}

/** How long Inkling stays quiet after this many dismissals in a row, in ms; doubles with each. */
export function backoff(dismissals: number): number {
  if (dismissals < DISMISSALS_BEFORE_QUIET) return 0;
  return Math.min(FIRST_BACKOFF_MS * 2 ** (dismissals - DISMISSALS_BEFORE_QUIET), LONGEST_BACKOFF_MS);
}

function quietUntil(s: SuggestionContext): number {
  return s.dismissedAt + backoff(s.dismissals);
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

function snoozedText(ms: number): string {
  const count = seconds(ms);
  return plural(
    count,
    l10n.t('Suggestions are snoozed for another {0} second.', whole(count)),
    l10n.t('Suggestions are snoozed for another {0} seconds.', whole(count)),
  );
}

function dismissedText(dismissals: number, ms: number): string {
  const count = seconds(ms);
  return plural(
    count,
    l10n.t(
      '{0} suggestions in a row were dismissed, so Inkling keeps quiet for another {1} second.',
      whole(dismissals),
      whole(count),
    ),
    l10n.t(
      '{0} suggestions in a row were dismissed, so Inkling keeps quiet for another {1} seconds.',
      whole(dismissals),
      whole(count),
    ),
  );
}

function constructText(construct: ConstructKind | null): string {
  switch (construct) {
    case 'code block':
      return l10n.t('The cursor is in a code block.');
    case 'inline code':
      return l10n.t('The cursor is in inline code.');
    case 'address':
      return l10n.t('The cursor is in an address.');
    case 'HTML':
      return l10n.t('The cursor is in HTML.');
    case 'comment':
      return l10n.t('The cursor is in a comment.');
    case 'formula':
      return l10n.t('The cursor is in a formula.');
    case 'front matter':
      return l10n.t('The cursor is in the front matter.');
    case 'footnote name':
      return l10n.t('The cursor is in the name of a footnote.');
    case 'wiki link':
      return l10n.t('The cursor is in a link to a page.');
    case 'citation':
      return l10n.t('The cursor is in a citation.');
    case 'emoji code':
      return l10n.t('The cursor is in the code of an emoji.');
    case 'task box':
      return l10n.t('The cursor is in the box of a task.');
    case 'callout type':
      return l10n.t('The cursor is in the type of a callout.');
    case 'tag':
      return l10n.t('The cursor is in a tag.');
    case 'template':
      return l10n.t('The cursor is in a template.');
    case 'attributes':
      return l10n.t('The cursor is in attributes.');
    default:
      return l10n.t('The cursor is where no prose is written.');
  }
}

/** In order of precedence: what the writer decided first, then the place, then the moment. */
const RULES: readonly Rule[] = [
  {
    code: 'disabled',
    yieldsToAsking: false,
    applies: (s) => !s.enabled,
    message: () => l10n.t('Ghost text is off for this file (inkling.exclude).'),
  },
  {
    code: 'language',
    yieldsToAsking: false,
    applies: (s) => !s.languages.includes(s.languageId),
    message: (s) => l10n.t('Inkling is not switched on for the language “{0}”.', s.languageId),
  },
  {
    code: 'scheme',
    yieldsToAsking: false,
    applies: (s) => !isWrittenIn(s.scheme),
    message: (s) => l10n.t('This is not a document to write in (“{0}”).', s.scheme),
  },
  {
    code: 'read-only',
    yieldsToAsking: false,
    applies: (s) => s.readOnly,
    message: () => l10n.t('The document is read-only.'),
  },
  {
    code: 'snoozed',
    yieldsToAsking: true,
    applies: (s) => s.snoozedUntil !== null && s.now < s.snoozedUntil,
    message: (s) => snoozedText((s.snoozedUntil ?? s.now) - s.now),
  },
  {
    code: 'manual-only',
    yieldsToAsking: true,
    applies: (s) => s.manualOnly,
    message: () => l10n.t('Inkling suggests only when asked (inkling.ghostText.mode).'),
  },
  {
    code: 'selection',
    yieldsToAsking: false,
    applies: (s) => !s.selectionEmpty,
    message: () => l10n.t('Text is selected.'),
  },
  {
    code: 'multiple-cursors',
    yieldsToAsking: false,
    applies: (s) => s.cursors > 1,
    message: (s) => l10n.t('There are {0} cursors.', whole(s.cursors)),
  },
  {
    code: 'mid-word',
    yieldsToAsking: false,
    applies: (s) => !s.onScreen && isMidWord(s.lineBefore, s.lineAfter),
    message: () => l10n.t('The word goes on to the right of the cursor.'),
  },
  {
    code: 'text-after',
    yieldsToAsking: true,
    applies: (s) => !s.onScreen && !onlyCloses(s.lineAfter.trimEnd(), s.lineBefore),
    message: () => l10n.t('There is more text on this line after the cursor.'),
  },
  {
    code: 'modal',
    yieldsToAsking: false,
    applies: (s) => s.modalNormalMode,
    message: () => l10n.t('The editor is in a mode where keys are commands, not text.'),
  },
  {
    code: 'diff',
    yieldsToAsking: true,
    applies: (s) => s.inDiff,
    message: () => l10n.t('This is a comparison of two versions.'),
  },
  {
    code: 'construct',
    yieldsToAsking: true,
    applies: (s) => !s.onScreen && s.construct !== null,
    message: (s) => constructText(s.construct),
  },
  {
    code: 'intellisense',
    yieldsToAsking: false,
    applies: (s) => s.selectedItem !== null && !s.selectedItem.text.startsWith(s.selectedItem.replaces),
    message: () => l10n.t('The selected item of the suggestion list replaces what was typed instead of extending it.'),
  },
  {
    code: 'undone',
    yieldsToAsking: true,
    applies: (s) => s.lastEdit === 'undo',
    message: () => l10n.t('The last edit was an undo or redo.'),
  },
  {
    code: 'just-deleted',
    yieldsToAsking: true,
    applies: (s) => s.lastEdit === 'delete',
    message: () => l10n.t('Text was just deleted.'),
  },
  {
    code: 'just-focused',
    yieldsToAsking: true,
    applies: (s) => !s.typedSinceFocus,
    message: () => l10n.t('Nothing was typed since the editor got the focus.'),
  },
  {
    code: 'dismissed',
    yieldsToAsking: true,
    applies: (s) => s.now < quietUntil(s),
    message: (s) => dismissedText(s.dismissals, quietUntil(s) - s.now),
  },
];

/** The facts in a file between two texts, of whose first the last key was just typed, where nothing else is going on. */
export function afterKey(
  before: string,
  after: string,
  languageId: string,
  enabledLanguages: Readonly<Record<string, boolean>>,
): Omit<SuggestionContext, 'construct'> {
  return {
    enabled: true,
    languageId,
    languages: isEnabledFor(enabledLanguages, languageId) ? [languageId] : [],
    scheme: 'file',
    trigger: 'typing',
    manualOnly: false,
    selectionEmpty: true,
    cursors: 1,
    lineBefore: splitLines(before).at(-1) ?? '',
    lineAfter: splitLines(after)[0],
    lastEdit: 'insert',
    snoozedUntil: null,
    now: 0,
    typedSinceFocus: true,
    dismissals: 0,
    dismissedAt: 0,
    inDiff: false,
    readOnly: false,
    modalNormalMode: false,
    selectedItem: null,
    onScreen: false,
  };
}

/** Why there are no suggestions anywhere in a document; null where there may be some. */
export function offInDocument(
  document: Pick<SuggestionContext, 'enabled' | 'languageId' | 'languages' | 'scheme' | 'readOnly'>,
): Suppression | null {
  return suppression({ ...afterKey('', '', document.languageId, {}), ...document, construct: null });
}

/** Why there should be no suggestion at a place, or null when there may be one. */
export function suppression(context: SuggestionContext): Suppression | null {
  const asked = context.trigger === 'invoke';
  const rule = RULES.find((rule) => !(asked && rule.yieldsToAsking) && rule.applies(context));
  return rule ? { code: rule.code, message: rule.message(context) } : null;
}
