/** How one file of a collection ended. */
export interface Outcome {
  readonly name: string;
  /** What is not as it should be. */
  readonly problem?: string;
  /** The message it was refused with. */
  readonly refusal?: string;
}
