/** A model that is not a GPT-2 Inkling can run. The message is meant for the person who chose the file. */
export class UnsupportedModelError extends Error {
  override name = 'UnsupportedModelError';
}
