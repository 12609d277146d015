import type { WritersText } from './cases';
import { modelPredictor, type Predictor } from './predictor';
import { RememberedTexts, type RememberingEngine } from './rememberedTexts';

/**
 * The model with a memory of the writer's earlier texts and of the current one so far. Cases must come in the order of
 * the texts.
 */
export function memoryPredictor(
  name: string,
  engine: RememberingEngine,
  texts: readonly WritersText[],
  maxTokens?: number,
): Predictor {
  const remembered = new RememberedTexts(engine, texts);
  return {
    name,
    async predict(place, threshold) {
      if (place.document === undefined) throw new Error('A memory is measured on the texts of a writer only.');
      const at = await remembered.turnTo(place.document, place.prefix);
      const mixed = modelPredictor(name, (request) => engine.complete({ ...request, place: at }), maxTokens);
      return mixed.predict(place, threshold);
    },
  };
}
