/**
 * How to choose tokens: the options of Hugging Face `generate()` under their own names in camelCase, with their
 * defaults. https://huggingface.co/docs/transformers/main_classes/text_generation
 */
export interface GenerationConfig {
  readonly maxNewTokens?: number;
  readonly doSample?: boolean;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
}
