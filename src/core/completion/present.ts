import type { Draft } from './draft';
import { guard } from './guards';
import { withoutSuffix } from './text';
import type { Completion, CompletionReason, Suggestion } from './types';

/** Where the drafts stand, and what must not be said there. */
export interface Place {
  readonly prefix: string;
  readonly suffix: string;
  /** See `Suggestion`. */
  readonly healed: string;
  readonly masked: number;
  readonly blockedWords: readonly string[];
}

/** The finished drafts as suggestions: guarded, different from each other and from what follows, most probable first. */
export function present(drafts: readonly Draft[], place: Place): Completion {
  const [first, ...others] = drafts.map((draft) => finish(draft, place));
  const suggestions: Suggestion[] = [];
  for (const { suggestion } of [first, ...others]) {
    if (suggestion && !suggestions.some(({ text }) => text === suggestion.text)) suggestions.push(suggestion);
  }
  suggestions.sort((a, b) => b.logprob - a.logprob);
  const reason = suggestions[0]?.ended ?? first.reason;
  const unsure = suggestions.length === 0 && reason === 'unsure';
  return unsure ? { suggestions, reason, withheld: drafts[0].confidence } : { suggestions, reason };
}

interface Finished {
  readonly suggestion: Suggestion | null;
  readonly reason: CompletionReason;
}

function finish(draft: Draft, { prefix, suffix, healed, masked, blockedWords }: Place): Finished {
  const drafted = draft.shown;
  const guarded = guard(prefix, drafted, blockedWords);
  const safe = drafted.slice(0, guarded.length);
  const text = withoutSuffix(safe, suffix);
  const ended = guarded.guard ?? draft.reason ?? 'empty';
  if (text.trim() === '') {
    if (safe.trim() !== '') return { suggestion: null, reason: 'repeats' };
    return { suggestion: null, reason: ended === 'budget' ? 'empty' : ended };
  }
  const all = draft.tokens;
  const tokens = spelling(all, healed.length + text.length);
  const logprob = tokens.reduce((sum, token) => sum + token.logprob, 0);
  const next = all[tokens.length] ?? draft.refused;
  return {
    suggestion: { text, logprob, tokens, healed, masked, confidence: draft.confidence, ended, next },
    reason: ended,
  };
}

/** The first of these tokens, those that spell `length` characters; the last one only as far as that. */
function spelling<T extends { readonly text: string }>(tokens: readonly T[], length: number): T[] {
  const kept: T[] = [];
  let left = length;
  for (const token of tokens) {
    if (left <= 0) break;
    kept.push(token.text.length > left ? { ...token, text: token.text.slice(0, left) } : token);
    left -= token.text.length;
  }
  return kept;
}
