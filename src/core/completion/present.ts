import { typeset } from '../text/typography';
import { closesOuterAt, unbalancedAt } from './balance';
import type { Draft } from './draft';
import { guard } from './guards';
import type { Style } from './style';
import { applyStyle } from './style';
import { beginsWithSpace, endsInSpace, spaceBefore, spelling, withoutEndSigns, withoutSuffix } from './text';
import type { Completion, CompletionReason, SuggestedToken, Suggestion } from './types';

/** The place of the drafts, and the words that must not be suggested there. */
export interface DraftPlace {
  readonly prefix: string;
  readonly suffix: string;
  /** See `Suggestion`. */
  readonly healed: string;
  readonly masked: number;
  readonly blockedWords: readonly string[];
  readonly style: Style;
}

/**
 * The finished drafts as suggestions: guarded, distinct from each other and from the text that follows, most probable
 * first.
 */
export function present(drafts: readonly Draft[], place: DraftPlace): Completion {
  const [first, ...others] = drafts.map((draft) => finish(draft, place));
  const suggestions: Suggestion[] = [];
  for (const { suggestion } of [first, ...others]) {
    if (suggestion && !suggestions.some(({ text }) => text === suggestion.text)) suggestions.push(suggestion);
  }
  suggestions.sort((a, b) => b.logprob - a.logprob);
  return { suggestions, reason: suggestions[0]?.ended ?? first.reason };
}

interface Finished {
  readonly suggestion: Suggestion | null;
  readonly reason: CompletionReason;
}

function finish(draft: Draft, place: DraftPlace): Finished {
  const { prefix, suffix, healed, masked, blockedWords, style } = place;
  const all = typeset(draft.tokens, prefix, healed.length, style);
  const drafted = spelled(all.slice(0, draft.shown)).slice(healed.length);
  const { text: fitting, isWhole } = applyStyle(drafted, style, prefix);
  // The part cut off by the style may have closed a sign in the rest.
  const guarded = guard(prefix, fitting, blockedWords, suffix);
  const ended = guarded.guard ?? draft.reason ?? 'empty';
  const whole = fitting.slice(0, guarded.length);
  // Typed white space is not followed by more of it.
  const text = endsInSpace(prefix) && beginsWithSpace(whole) ? '' : withoutFollowing(whole, prefix, suffix);
  if (!SAYS_SOMETHING.test(text)) {
    if (SAYS_SOMETHING.test(whole)) return { suggestion: null, reason: 'repeats' };
    return { suggestion: null, reason: ended === 'budget' || ended === 'sentence' ? 'empty' : ended };
  }
  const closings = closingsOf(style).map(({ closer, holds }) => ({ closer, at: closesOuterAt(prefix, text, holds) }));
  const inside = closings.filter(({ at }) => at < text.length);
  // From the last to the first, so that the places of those before it stay what they are.
  const written = inside.reduceRight((tokens, { at, closer }) => withCloser(tokens, healed.length + at, closer), all);
  const said = inside.reduceRight((so, { at, closer }) => so.slice(0, at) + closer + so.slice(at), text);
  const tokens = spelling(written, healed.length + said.length);
  const logprob = tokens.reduce((sum, token) => sum + token.logprob, 0);
  const next = all[tokens.length] ?? draft.refused;
  const words = draft.wordEnds
    .map(({ steps, ...sure }) => ({ length: spelled(written.slice(0, steps)).length - healed.length, ...sure }))
    .filter(({ length }) => length <= said.length);
  const left = closings.slice(inside.length).map(({ closer }) => closer);
  const closed = (isWhole && FINISHED.has(ended) ? said + left.join('') : said) + spaceBefore(suffix, prefix);
  return {
    suggestion: {
      text: closed,
      logprob,
      tokens,
      healed,
      masked,
      confidence: draft.confidence,
      begins: draft.begins.slice(0, closed.length),
      words,
      ended,
      next,
    },
    reason: ended,
  };
}

/** What closes the emphasis that is open, innermost first, and how many open brackets and quotes each holds. */
function closingsOf({ closer = '', closerHolds = 0, innerClosers = [] }: Style): typeof innerClosers {
  const inner = innerClosers.reduce((length, each) => length + each.closer.length, 0);
  return [...innerClosers, { closer: closer.slice(inner), holds: closerHolds }].filter((each) => each.closer !== '');
}

/**
 * Inserts what closes the emphasis into the tokens at an offset in UTF-16 units; unchanged where they end before it.
 */
function withCloser(tokens: readonly SuggestedToken[], at: number, closer: string): SuggestedToken[] {
  let from = 0;
  return tokens.map((token) => {
    const inside = at - from;
    from += token.text.length;
    if (inside < 0 || at >= from) return token;
    return { ...token, text: token.text.slice(0, inside) + closer + token.text.slice(inside) };
  });
}

/**
 * Removes an end that already follows the cursor, or does not go with what does, unless it closes what the suggestion
 * itself has opened.
 */
function withoutFollowing(text: string, prefix: string, suffix: string): string {
  const kept = withoutEndSigns(withoutSuffix(text, suffix), suffix, prefix.slice(-BEFORE));
  return unbalancedAt(prefix, kept, suffix) < kept.length ? text.trimEnd() : kept;
}

/** UTF-16 units before a suggestion in which its last word may begin. */
const BEFORE = 64;
/** A suggestion of punctuation alone, such as a full stop, is typed faster than read. */
const SAYS_SOMETHING = /[\p{L}\p{N}]/u;
/** Ends after which nothing belongs into an open emphasis. */
const FINISHED: ReadonlySet<CompletionReason> = new Set(['sentence', 'newline', 'end-of-text']);

function spelled(tokens: readonly { readonly text: string }[]): string {
  return tokens.map(({ text }) => text).join('');
}
