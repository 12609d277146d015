import type { CompleteRequest } from '../completion/types';
import type { Construct } from '../markdown';
import { normaliseLineBreaks } from '../text/lines';
import { typographyOf } from '../text/typography';
import { leastRest } from './gate';
import type { GhostTextSettings } from './settings';
import { type SuggestionContext, type Suppression, suppression } from './suppression';

/** How many suggestions to choose from when they are asked for by key or command. */
const ALTERNATIVES = 5;

/** What the model is to read before the cursor, and in Markdown the construct there. */
export interface TextReading {
  readonly request: Pick<CompleteRequest, 'prefix' | 'style'>;
  readonly construct?: Construct;
}

/** Reads a text that is not Markdown. */
export function readPlainText(before: string): TextReading {
  const prefix = normaliseLineBreaks(before);
  return { request: { prefix, style: typographyOf(prefix) } };
}

/** A place in a document where there may be a suggestion. */
export interface Place {
  readonly context: Omit<SuggestionContext, 'construct'>;
  /** Reads the text there. It is called once at most, and not at all where Inkling is off. */
  readonly read: () => TextReading;
  readonly settings: GhostTextSettings;
  /** A suggestion is no longer than this while energy is saved, unless it was asked for. */
  readonly energySavingTokens?: number;
}

/** What to do at a place. */
export interface Consideration {
  /** Why there should be no suggestion; null where there may be one. */
  readonly suppressed: Suppression | null;
  /** The request for the model at this place, whether suppressed or not. */
  readonly request: () => CompleteRequest;
}

/** Decides whether there may be a suggestion, and what to ask the model for it: the same in the editor and the terminal. */
export function consider({ context, read, settings, energySavingTokens }: Place): Consideration {
  let known: TextReading | undefined;
  const reading = (): TextReading => {
    known ??= read();
    return known;
  };
  const asked = context.trigger === 'invoke';
  const suppressed = suppression({
    ...context,
    // Looked at only where nothing else has decided before: what is read for it is work at each key.
    get construct() {
      const { construct } = reading();
      return construct && !construct.prose ? construct.kind : null;
    },
  });
  const request = (): CompleteRequest => ({
    prefix: reading().request.prefix + (context.selectedItem?.text ?? ''),
    style: reading().request.style,
    suffix: context.lineAfter,
    maxTokens: asked ? settings.maxTokens : Math.min(settings.maxTokens, energySavingTokens ?? Infinity),
    minTokenLogprob: Math.log(settings.minWordConfidence),
    minRestLogprob: asked ? Number.NEGATIVE_INFINITY : leastRest(settings.triggerRate),
    blockedWords: settings.blockedWords,
    alternatives: asked ? ALTERNATIVES : 1,
  });
  return { suppressed, request };
}
