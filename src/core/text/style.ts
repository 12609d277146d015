import type { Typography } from './typography';

/** How the suggestion must look to fit the document. What is left out does not matter. */
export interface Style extends Typography {
  /** Whether a full stop may end it; true by default. */
  readonly fullStop?: boolean;
  /** Characters left on the line where the writer breaks lines; one word is always allowed. */
  readonly room?: number;
  /** Signs before which it ends, such as those of the document's markup. */
  readonly endsBefore?: string;
  /** Put after it when it finishes a sentence, line or text; none of it follows the cursor already. */
  readonly closer?: string;
  /**
   * How many of the brackets and quotes that are open were opened inside what `closer` closes: it stands before what
   * closes any other, as in `(*so.*)`. None by default.
   */
  readonly closerHolds?: number;
}
