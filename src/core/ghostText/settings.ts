/** The settings `inkling.ghostText.*`. */
export interface GhostTextSettings {
  readonly mode: 'automatic' | 'manual';
  readonly maxTokens: number;
  readonly triggerRate: number;
  readonly minWordConfidence: number;
  readonly lookAhead: boolean;
  /** Milliseconds after which a request is answered with what there is by then. */
  readonly deadline: number;
  readonly learn: boolean;
  readonly blockedWords: readonly string[];
}

/** The most blocked words that are used, the last ones of the list: they are sent with each request. */
const MOST_BLOCKED = 10_000;
/** A longer run of letters is no word. */
const LONGEST_WORD = 200;

/** @param read the value of a setting by its name after `inkling.`, of its type and within its bounds */
export function ghostTextSettings(read: <T>(name: string) => T): GhostTextSettings {
  return {
    mode: read('ghostText.mode'),
    maxTokens: read('ghostText.maxTokens'),
    triggerRate: read('ghostText.triggerRate'),
    minWordConfidence: read('ghostText.minWordConfidence'),
    lookAhead: read('ghostText.lookAhead'),
    deadline: read('ghostText.deadline'),
    learn: read('ghostText.learn'),
    blockedWords: read<unknown[]>('ghostText.blockedWords')
      .slice(-MOST_BLOCKED)
      .filter((word) => typeof word === 'string' && word.length <= LONGEST_WORD) as string[],
  };
}

/**
 * Whether ghost text is wanted in a language: its own entry, else that of `*`. What is neither true nor false is no
 * entry.
 */
export function isEnabledFor(enable: Readonly<Record<string, unknown>>, languageId: string): boolean {
  const own = Object.hasOwn(enable, languageId) ? enable[languageId] : undefined;
  return typeof own === 'boolean' ? own : enable['*'] === true;
}
