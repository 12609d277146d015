import { check, type LogitsProcessor } from './processor';

/**
 * Forbids every token that would complete an n-gram the sequence already has, prompt included.
 * Paulus et al. 2017, https://arxiv.org/abs/1705.04304
 */
export function noRepeatNgram(size: number): LogitsProcessor {
  checkSize(size);
  return ({ ids }, scores) => {
    for (const id of completions(ids, ids, size)) scores[id] = -Infinity;
  };
}

/** Forbids every token that would complete an n-gram of the prompt. */
export function noRepeatPromptNgram(size: number, promptIds?: readonly number[]): LogitsProcessor {
  checkSize(size);
  return ({ ids, promptLength }, scores) => {
    for (const id of completions(promptIds ?? ids.slice(0, promptLength), ids, size)) scores[id] = -Infinity;
  };
}

function checkSize(size: number): void {
  check('no_repeat_ngram_size', size, Number.isInteger(size) && size > 0, 'an integer of at least 1');
}

/** Last tokens of the n-grams of `text` that start with the last n - 1 tokens of `ids`. */
function completions(text: readonly number[], ids: readonly number[], size: number): Set<number> {
  const found = new Set<number>();
  const start = ids.length + 1 - size;
  if (start < 0) return found;
  for (let at = 0; at + size <= text.length; at++) {
    let same = 0;
    while (same < size - 1 && text[at + same] === ids[start + same]) same++;
    if (same === size - 1) found.add(text[at + size - 1]);
  }
  return found;
}
