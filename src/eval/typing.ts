import type { EvalCase } from './cases';
import { countWords, oneLine, usefulLength } from './match';
import { gated, type Predictor } from './predictor';

/** Keys pressed to write a text, and the number needed without suggestions. */
export interface Typing {
  readonly characters: number;
  readonly keys: number;
}

/**
 * Types the target of a case, accepting every useful whole-word prefix of a suggestion: one key for a whole suggestion,
 * or one per word of a part. As in the editor, a suggestion stays while it is typed along.
 */
export async function typeOut(predictor: Predictor, place: EvalCase, threshold: number): Promise<Typing> {
  const target = oneLine(place.target);
  let keys = 0;
  let at = 0;
  let shown = '';
  while (at < target.length) {
    if (shown === '') {
      const prediction = await predictor.predict({ ...place, prefix: place.prefix + target.slice(0, at) }, threshold);
      shown = gated(prediction, threshold);
    }
    const useful = usefulLength(shown, target.slice(at));
    if (useful > 0) {
      keys += useful === shown.length ? 1 : countWords(shown.slice(0, useful));
      at += useful;
      shown = '';
    } else {
      shown = shown[0] === target[at] ? shown.slice(1) : '';
      keys++;
      at++;
    }
  }
  return { characters: target.length, keys };
}

/** Share of keys saved by suggestions. */
export function savingRate(typings: readonly Typing[]): number {
  const characters = typings.reduce((sum, typing) => sum + typing.characters, 0);
  const keys = typings.reduce((sum, typing) => sum + typing.keys, 0);
  return characters === 0 ? 0 : 1 - keys / characters;
}
