import type { Candidate } from '../core/completion/types';
import { type RankedToken, rankOf, topTokens } from '../core/logits';
import type { Tokenizer } from '../core/tokenizer';
import type { CachedModel } from './cachedModel';
import { commonPrefix } from './kvCache';

/** The score of one token. */
export interface TokenScore {
  readonly logprob: number;
  readonly rank: number;
  readonly top: readonly Candidate[];
}

interface ScoredWindow {
  /** The tokens of the window, and the one after it. */
  readonly ids: readonly number[];
  readonly top: number;
  /** For each token but the first. */
  readonly scores: readonly TokenScore[];
}

/**
 * The windows in which a text is scored: each begins half a context after the previous one and scores the tokens not
 * scored yet, so that all tokens but those at the beginning have at least half a context before them.
 */
function* scoringWindows(length: number, contextLength: number): Generator<{ start: number; first: number }> {
  const stride = Math.max(1, Math.floor(contextLength / 2));
  // The logits after the last token of a window score the token after it.
  for (let start = 0, first = 1; first < length; start += stride, first = start + contextLength - stride + 1) {
    yield { start, first };
  }
}

/** Windows with cached scores; 50,000 words of prose take about 130 with a context of 1,024. */
const REMEMBERED_WINDOWS = 256;

/**
 * Scores texts token by token. A text longer than the context is read in overlapping windows at fixed positions: after
 * an edit only the part of its window after the edit runs again, and windows without an edit do not run at all.
 */
export class Scorer {
  readonly #model: CachedModel;
  #windows: ScoredWindow[] = [];

  constructor(model: CachedModel) {
    this.#model = model;
  }

  /** One entry per token; `null` for the first, which has no context. */
  async score(ids: readonly number[], top: number, signal?: AbortSignal): Promise<(TokenScore | null)[]> {
    const scores: (TokenScore | null)[] = ids.length > 0 ? [null] : [];
    const { contextLength } = this.#model;
    for (const { start, first } of scoringWindows(ids.length, contextLength)) {
      const scored = await this.#scoreWindow(ids.slice(start, start + contextLength + 1), top, signal);
      scores.push(...scored.slice(first - start - 1));
    }
    return scores;
  }

  async #scoreWindow(ids: readonly number[], top: number, signal?: AbortSignal): Promise<readonly TokenScore[]> {
    const known = this.#mostAlike(ids, top);
    const shared = known ? commonPrefix(known.ids, ids) : 0;
    // A window scored with more alternatives keeps them.
    const kept = known?.top ?? top;
    const scores = known ? known.scores.slice(0, Math.max(0, shared - 1)) : [];
    if (scores.length < ids.length - 1) {
      // The logits after token i score token i + 1; those after the last token score nothing.
      const read = ids.slice(0, -1);
      await this.#model.forEachPosition(
        read,
        scores.length,
        (position, logits) => {
          scores.push(scoreOf(logits, ids[position + 1], kept, this.#model.tokenizer));
        },
        { signal },
      );
    }
    // Another call may have replaced it meanwhile.
    if (known && shared === known.ids.length) this.#windows = this.#windows.filter((window) => window !== known);
    this.#windows.push({ ids, top: kept, scores });
    if (this.#windows.length > REMEMBERED_WINDOWS) this.#windows.shift();
    return kept === top ? scores : scores.map((score) => ({ ...score, top: score.top.slice(0, top) }));
  }

  #mostAlike(ids: readonly number[], top: number): ScoredWindow | undefined {
    let best: ScoredWindow | undefined;
    let most = 0;
    for (const window of this.#windows) {
      const shared = window.top >= top ? commonPrefix(window.ids, ids) : 0;
      if (shared > most) [best, most] = [window, shared];
    }
    return best;
  }
}

function scoreOf(logits: Float32Array, id: number, top: number, tokenizer: Tokenizer): TokenScore {
  // Passes over the vocabulary are the main cost besides the model, so the best token is found with the sum.
  const best = topTokens(logits, Math.max(1, top), tokenizer);
  const total = best[0].logit - best[0].logprob;
  const candidates = best.slice(0, top).map((token) => candidateOf(token, tokenizer));
  return { logprob: logits[id] - total, rank: rankOf(logits, id), top: candidates };
}

/** The `count` most probable tokens. */
export function candidates(logits: Float32Array, count: number, tokenizer: Tokenizer): Candidate[] {
  if (count === 0) return [];
  return topTokens(logits, count, tokenizer).map((token) => candidateOf(token, tokenizer));
}

function candidateOf({ id, logprob }: RankedToken, tokenizer: Tokenizer): Candidate {
  return { id, text: tokenizer.tokenText(id), logprob };
}

/** Calls back for each token of a text in order with the logits before it. Reproducible. */
export async function forEachToken(
  model: CachedModel,
  ids: readonly number[],
  visit: (id: number, logits: Float32Array) => void,
): Promise<void> {
  const before = model.tokenizer.start;
  const text = [...before, ...ids];
  for (const { start, first } of scoringWindows(text.length, model.contextLength)) {
    // The logits after the last token of the text score nothing.
    const window = text.slice(start, Math.min(start + model.contextLength, text.length - 1));
    await model.forEachPosition(
      window,
      Math.max(first, before.length) - start - 1,
      (position, logits) => visit(text[start + position + 1], logits),
      { stepwise: true },
    );
  }
}
